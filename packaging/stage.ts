import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the project. */
export const project = fileURLToPath(new URL('..', import.meta.url));

/** What package.json says that a package needs to know. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly dependencies: Readonly<Record<string, string>>;
}

export const manifest: Manifest = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));

/** Compiles the program into `folder`/dist; the project's own dist stays as it is. */
export function compile(folder: string): void {
  run('npx', ['tsc', '-p', 'tsconfig.build.json', '--outDir', join(folder, 'dist')]);
}

/** Puts the program with its npm packages into `folder`, without what only those who develop need. */
export function stageProgram(folder: string): void {
  mkdirSync(folder, { recursive: true });
  compile(folder);
  for (const name of ['package.json', 'package-lock.json']) cpSync(join(project, name), join(folder, name));
  run('npm', ['ci', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'], folder);
  for (const name of ['package-lock.json', 'node_modules/.package-lock.json', 'node_modules/.bin'])
    rmSync(join(folder, name), { recursive: true, force: true });
  for (const packageFolder of packageFolders(folder)) prunePackage(packageFolder);
  prune(folder);
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(describeProgram(), undefined, 2)}\n`);
}

/** Every npm package below `folder`/node_modules, nested ones too. */
export function packageFolders(folder: string): readonly string[] {
  const modules = join(folder, 'node_modules');
  return list(modules)
    .flatMap((name) => (name.startsWith('@') ? list(join(modules, name)).map((inner) => join(name, inner)) : [name]))
    .map((name) => join(modules, name))
    .flatMap((one) => [one, ...packageFolders(one)])
    .sort();
}

/** Runs a program in the project or in another folder; what it says goes to stderr. */
export function run(command: string, args: readonly string[], cwd = project): void {
  execFileSync(command, args, { cwd, stdio: ['ignore', process.stderr, process.stderr] });
}

/** What a program says on stdout. */
export function ask(command: string, ...args: readonly string[]): string {
  return execFileSync(command, args, { cwd: project, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim();
}

/** When the artefacts are dated: SOURCE_DATE_EPOCH, else the time of the commit. */
export function sourceDate(): number {
  const given = process.env.SOURCE_DATE_EPOCH ?? ask('git', 'log', '-1', '--format=%ct');
  if (!/^\d+$/.test(given)) throw new Error(`SOURCE_DATE_EPOCH is ${given}, not a number of seconds`);
  return Number(given);
}

function describeProgram() {
  const { name, version, license, dependencies } = manifest;
  return { name, version, license, type: 'module', gitHead: revision(), dependencies };
}

function revision(): string | undefined {
  if (process.env.REVISION !== undefined) return process.env.REVISION;
  try {
    return ask('git', 'rev-parse', '--verify', 'HEAD');
  } catch {
    return undefined; // a source tree without its history
  }
}

/** Folders at the top of a package that its users never load. */
const notLoaded = ['test', 'tests', 'docs', 'examples', 'example', 'benchmarks', 'benchmark', 'musl_x64', 'musl_arm64'];

function prunePackage(folder: string): void {
  for (const name of list(folder)) {
    if (notLoaded.includes(name) || name.startsWith('.')) rmSync(join(folder, name), { recursive: true });
  }
}

const loaded = ['.js', '.cjs', '.mjs', '.json', '.node'];

/** Leaves what Node loads, and licences; true if nothing is left. */
function prune(folder: string): boolean {
  const left = readdirSync(folder, { withFileTypes: true }).filter((entry) => {
    const path = join(folder, entry.name);
    const goes = entry.isDirectory()
      ? prune(path)
      : !(isLicence(path) || (loaded.includes(extname(path)) && !isTool(path)));
    if (goes) rmSync(path, { recursive: true });
    return !goes;
  });
  return left.length === 0;
}

/** A program of a package in node_modules, which nothing loads. */
function isTool(path: string): boolean {
  return path.includes('node_modules') && readFileSync(path).subarray(0, 2).toString('latin1') === '#!';
}

/** Whether a file is a licence or a notice that has to go along. */
export function isLicence(path: string): boolean {
  return /^(licen[cs]e|copying|notice)/i.test(basename(path));
}

function list(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
