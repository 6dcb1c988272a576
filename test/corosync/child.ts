// A process of its own on a node of a lab: `child.ts join GROUP` is a member until it is killed,
// `child.ts connect TIMES` tells how connecting to each service ends, and what is left of it.
import { readdirSync } from 'node:fs';
import koffi from 'koffi';
import { CorosyncError, csErrorName } from '../../src/corosync/index.ts';
import { services } from './services.ts';

const [command, argument = ''] = process.argv.slice(2);

if (command === 'join') {
  const cpg = services.cpg.connect();
  cpg.join(argument);
  console.log('joined');
  setInterval(() => cpg.dispatch(2), 100);
} else {
  for (const service of Object.values(services)) service.load();
  connectAll();
  const before = held();
  for (let times = 1; times < Number(argument); times++) connectAll();
  console.log(JSON.stringify({ codes: connectAll(), before, after: held() }));
}

function connectAll(): Record<string, string> {
  return Object.fromEntries(Object.entries(services).map(([name, { connect }]) => [name, outcome(connect)]));
}

function outcome(connect: () => { close(): number }): string {
  try {
    return csErrorName(connect().close());
  } catch (error) {
    if (error instanceof CorosyncError) return csErrorName(error.code);
    throw error;
  }
}

function held() {
  const memory = readdirSync('/dev/shm').filter((name) => name.split('-').includes(String(process.pid)));
  return { callbacks: koffi.stats().callbacks, descriptors: readdirSync('/proc/self/fd').length, memory };
}
