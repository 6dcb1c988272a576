import { readFileSync } from 'node:fs';
import type { Daemon } from './snapshot.ts';

/** USER_HZ: the kernel keeps it at 100 for what it shows to programs. */
const TICKS_PER_SECOND = 100;

/**
 * The corosync daemon as proc(5) shows it. Blocking: these files are in memory, and to open them on another thread takes
 * several times as long as to read them.
 */
export class DaemonReader {
  readonly #pidFile: string;
  /** Of a process, which is told by its pid and when it started; computed once, so that it does not move with the clock. */
  #known: { readonly process: string; readonly startTime: number } | undefined;

  /** `pidFile` is for when the pid is not known otherwise; only root can read it. */
  constructor(pidFile: string) {
    this.#pidFile = pidFile;
  }

  /** Undefined where the process cannot be read, or is not corosync. */
  read(knownPid: number | undefined): Daemon | undefined {
    try {
      const pid = String(knownPid ?? readFileSync(this.#pidFile, 'utf8').trim());
      if (!/^\d+$/.test(pid)) return undefined;
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      // The name is in parentheses and may contain any character.
      const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
      if (name !== 'corosync') return undefined;
      // Field 22, starttime; what is behind the name begins with field 3.
      const ticks = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
      const resident = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
      if (resident === undefined) return undefined;
      const startTime = this.#startTime(`${pid} ${ticks}`, ticks);
      return startTime === undefined ? undefined : { startTime, residentBytes: Number(resident) * 1024 };
    } catch {
      return undefined;
    }
  }

  #startTime(process: string, ticks: number): number | undefined {
    if (this.#known?.process !== process) {
      const bootTime = /^btime (\d+)$/m.exec(readFileSync('/proc/stat', 'utf8'))?.[1];
      if (bootTime === undefined) return undefined;
      this.#known = { process, startTime: Number(bootTime) + ticks / TICKS_PER_SECOND };
    }
    return this.#known.startTime;
  }
}
