import { mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const prefix = 'corosync-exporter-bench.';

/**
 * A control group: the kernel adds up, in microseconds, the CPU time of every process in it, those that have ended
 * included. With it a program that starts others is measured like one that does not.
 */
export class Account {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static open(name: string): Account {
    const folder = join(groupsFolder(), `${prefix}${process.pid}.${name}`);
    mkdirSync(folder);
    return new Account(folder);
  }

  /** From now on the process, and those that it starts, are counted here. */
  add(pid: number): void {
    writeFileSync(join(this.#folder, 'cgroup.procs'), String(pid));
  }

  /** CPU time so far, in seconds. */
  get seconds(): number {
    const [, microseconds] = /^usage_usec (\d+)$/m.exec(readFileSync(join(this.#folder, 'cpu.stat'), 'utf8')) ?? [];
    return Number(microseconds) / 1e6;
  }

  /** Forgets it; what still runs in it goes back to the root. */
  close(): void {
    for (const pid of readFileSync(join(this.#folder, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean)) {
      writeFileSync(join(groupsFolder(), 'cgroup.procs'), pid);
    }
    rmdirSync(this.#folder);
  }
}

/** Removes what a run that was killed has left. */
export function sweepAccounts(): void {
  for (const name of readdirSync(groupsFolder())) {
    const [, pid] = /^corosync-exporter-bench\.(\d+)\./.exec(name) ?? [];
    if (pid === undefined || isAlive(Number(pid))) continue;
    rmdirSync(join(groupsFolder(), name));
  }
}

function groupsFolder(): string {
  const line = readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .find((mount) => mount.split(' ')[2] === 'cgroup2');
  const folder = line?.split(' ')[1];
  if (folder === undefined) throw new Error('The benchmark counts CPU time with cgroup2, which is not mounted');
  return folder;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
