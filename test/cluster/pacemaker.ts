import type { ChildProcess } from 'node:child_process';
import { mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { Lab } from './lab.ts';
import { recordPid } from './leftovers.ts';
import { commandName, read, signal, until } from './processes.ts';

// Its folders are the node's own. It may not reset the machine, which is how Pacemaker ends a node that failed.
const start = `
  mkdir -p "$1/lib/cib" "$1/lib/pengine" "$1/lib/cores" "$1/lib/blackbox" "$1/log" /run/crm
  chown -R hacluster:haclient "$1" /run/crm
  mount --bind "$1/lib" /var/lib/pacemaker
  mount --bind "$1/log" /var/log/pacemaker
  if [ -e /proc/sysrq-trigger ]; then mount --bind /dev/null /proc/sysrq-trigger; fi
  exec setpriv --bounding-set -sys_boot -- pacemakerd -f`;

/** Pacemaker on one node of a lab. */
export class Pacemaker {
  readonly #lab: Lab;
  readonly #process: ChildProcess;

  constructor(lab: Lab, nodeid: number) {
    this.#lab = lab;
    const folder = join(lab.folder, lab.node(nodeid).name, 'pacemaker');
    mkdirSync(folder, { recursive: true });
    const output = openSync(join(folder, 'output'), 'a');
    this.#process = lab.spawn(nodeid, 'bash', ['-ec', start, 'pacemaker', folder], {
      stdio: ['ignore', output, output],
    });
  }

  /** The pid of one of its daemons, by its command name; undefined while it does not run. */
  daemon(name: string): number | undefined {
    return this.#daemons().find((pid) => commandName(pid) === name);
  }

  /** Kills a daemon; it is started again, but not before `resume`. */
  killDaemon(name: string): void {
    const pid = this.daemon(name);
    if (pid === undefined) throw new Error(`${name} does not run`);
    signal(this.#pid, 'SIGSTOP');
    signal(pid, 'SIGKILL');
  }

  resume(): void {
    signal(this.#pid, 'SIGCONT');
  }

  /** Ends it and its daemons. */
  async end(): Promise<void> {
    const daemons = this.#daemons(); // read now: afterwards nobody knows whose they were
    if (!this.#ended) {
      this.resume();
      signal(this.#pid, 'SIGTERM');
    }
    if (await until(() => this.#ended, 10_000)) return;
    for (const pid of [this.#pid, ...daemons]) signal(pid, 'SIGKILL');
    await until(() => this.#ended, 5_000);
  }

  get #pid(): number {
    return this.#process.pid as number;
  }

  get #ended(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }

  #daemons(): number[] {
    const daemons = read(`/proc/${this.#pid}/task/${this.#pid}/children`).split(' ').filter(Boolean).map(Number);
    // What they leave in /dev/shm goes with the lab.
    for (const pid of daemons) recordPid(this.#lab.folder, pid);
    return daemons;
  }
}
