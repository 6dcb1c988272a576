import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { removeNetwork } from './network.ts';
import { identify, isRunning, labMark, markedProcesses, signal, untilBlocking } from './processes.ts';

/** Notes a pid of the lab, so that its leftovers in /dev/shm can be told from those of others. */
export function recordPid(folder: string, pid: number): void {
  appendFileSync(join(folder, 'pids'), `${pid}\n`);
}

/** Ends and removes everything of a lab, however much of it there is; blocking, so that exit handlers can do it. */
export function removeLab({ id, folder }: { id: string; folder: string }): void {
  killMarked(id);
  removeSharedMemory(folder);
  removeNetwork(id);
  rmSync(folder, { recursive: true, force: true });
}

// SIGKILL ends stopped processes too; twice round, for what was being forked meanwhile
function killMarked(id: string): void {
  for (let round = 0; round < 5; round++) {
    const processes = markedProcesses(id).filter(isRunning);
    if (processes.length === 0) return;
    for (const { pid } of processes) signal(pid, 'SIGKILL');
    untilBlocking(() => !processes.some(isRunning), 5000);
  }
  throw new Error(`processes marked ${labMark}=${id} outlive SIGKILL`);
}

// libqb names its files qb-<server pid>-<client pid>-… and qb-corosync-<pid>-…; a killed server leaves them
function removeSharedMemory(folder: string): void {
  const own = ownPids(folder);
  for (const name of existsSync('/dev/shm') ? readdirSync('/dev/shm') : []) {
    const pid = Number(/^qb-(?:[a-z-]+-)?(\d+)-/.exec(name)?.[1]);
    const running = identify(pid);
    if (!own.has(pid) || (running && isRunning(running))) continue; // a recycled pid has a new owner
    rmSync(join('/dev/shm', name), { recursive: true, force: true });
  }
}

function ownPids(folder: string): Set<number> {
  const file = join(folder, 'pids');
  return new Set(existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').map(Number) : []);
}
