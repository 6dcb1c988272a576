// A process of its own on a node of a lab: `child.ts join GROUP` is a member until it is killed, `child.ts ask` tells each
// answer to quorum_getquorate on one connection,
// `child.ts wait` fails while it waits for events,
// `child.ts connect TIMES` tells how connecting to each service ends, and what is left of it; `connect TIMES every` also
// of the statistics and of cfg.
import { readdirSync } from 'node:fs';
import koffi from 'koffi';
import { CorosyncError, csErrorName, DispatchMode } from '../../src/corosync/index.ts';
import { everyService, services } from './services.ts';

const [command, argument = '', scope] = process.argv.slice(2);
const chosen = scope === 'every' ? everyService : services;

if (command === 'join') {
  const cpg = services.cpg.connect();
  cpg.join(argument);
  console.log('joined');
  setInterval(() => cpg.dispatch(2), 100);
} else if (command === 'ask') {
  const quorum = services.quorum.connect();
  setInterval(() => console.log(quorum.getquorate()), 100);
} else if (command === 'wait') {
  void services.quorum.connect().dispatchAsync(DispatchMode.CS_DISPATCH_BLOCKING);
  setTimeout(() => {
    throw new Error('failed while it waited');
  }, 200);
} else {
  for (const service of Object.values(chosen)) service.load();
  connectAll();
  const before = held();
  for (let times = 1; times < Number(argument); times++) connectAll();
  console.log(JSON.stringify({ codes: connectAll(), before, after: held() }));
}

function connectAll(): Record<string, string> {
  return Object.fromEntries(Object.entries(chosen).map(([name, { connect }]) => [name, outcome(connect)]));
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
