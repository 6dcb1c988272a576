import { Lab } from './lab.ts';

// run by lab.cluster.test.ts: a process that owns a lab and then ends in some way
const lab = await Lab.up({ nodes: 1 });
console.log(JSON.stringify({ id: lab.id, folder: lab.folder, pid: lab.node(1).pid }));
if (process.argv[2] === 'exit') process.exit(0);
setInterval(() => {}, 1000);
