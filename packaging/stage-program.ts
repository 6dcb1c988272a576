// Puts the program with its npm packages into the folder that is named, as the packages and the image have it.
import { resolve } from 'node:path';
import { stageProgram } from './stage.ts';

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('usage: stage-program.ts FOLDER');
stageProgram(resolve(folder));
