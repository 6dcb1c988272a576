import { accessSync, constants, existsSync, statfsSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Snapshot } from '../../src/monitor/snapshot.ts';
import { type ListenAddress, printAddress } from '../address.ts';
import { type Finding, fail, ok, warn } from './finding.ts';

/** Connections have three rings of 1 MiB each, and six of them are opened. */
const sharedMemory = 32 << 20;
/** Nothing of this was written before: a clock that is earlier is wrong. */
const earliest = Date.UTC(2026, 0, 1);

/** What the machine offers: Node.js, shared memory, the pid file where the daemon is not known without it, the clock. */
export function* machineFindings(
  { nodeVersion, now }: { readonly nodeVersion: string; readonly now: number },
  pidFile: string,
  daemon: Snapshot['daemon'],
): Iterable<Finding> {
  const [major = 0, minor = 0] = nodeVersion.replace(/^v/, '').split('.').map(Number);
  yield major > 18 || (major === 18 && minor >= 20)
    ? ok('node', nodeVersion)
    : fail('node', `${nodeVersion} is too old`, 'install Node.js 18.20 or later');
  yield sharedMemoryFinding();
  yield daemon === undefined ? pidFileFinding(pidFile) : ok('pid file', 'not needed: the process of corosync is known');
  yield now >= earliest
    ? ok('clock', new Date(now).toISOString())
    : fail('clock', `says ${new Date(now).toISOString()}`, 'timedatectl status');
}

/** Whether an address can be listened on; in use by the exporter itself is what is wanted. */
export function portFinding(address: ListenAddress): Promise<Finding> {
  const check = `port ${printAddress(address)}`;
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', ({ code }: NodeJS.ErrnoException) => {
      if (code === 'EADDRINUSE') {
        resolve(warn(check, 'is in use: by the exporter, if it runs', `ss -ltnp 'sport = :${address.port}'`));
      } else if (code === 'EACCES') {
        resolve(fail(check, 'may not be used by this user', 'choose a port above 1023'));
      } else {
        resolve(fail(check, `cannot be listened on: ${code}`, 'choose an address that this machine has'));
      }
    });
    server.listen(address, () => server.close(() => resolve(ok(check, 'is free'))));
  });
}

function sharedMemoryFinding(): Finding {
  const check = 'shared memory';
  try {
    const { bavail, bsize } = statfsSync('/dev/shm');
    const free = bavail * bsize;
    const says = `/dev/shm has ${Math.floor(free / (1 << 20))} MiB free`;
    return free >= sharedMemory ? ok(check, says) : fail(check, `${says}, 32 are needed`, 'df /dev/shm');
  } catch (error) {
    return fail(check, `/dev/shm: ${(error as Error).message}`, 'in a container: host IPC, or /dev/shm of the host');
  }
}

function pidFileFinding(pidFile: string): Finding {
  const check = 'pid file';
  if (!existsSync(pidFile))
    return warn(check, `${pidFile} is not there: no start time of corosync`, 'corosync.pid_file');
  try {
    accessSync(pidFile, constants.R_OK);
    return ok(check, pidFile);
  } catch {
    return warn(check, `${pidFile} cannot be read: no start time of corosync`);
  }
}
