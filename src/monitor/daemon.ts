import { readFileSync } from 'node:fs';
import type { Daemon } from './snapshot.ts';

/** USER_HZ: the kernel keeps it at 100 for what it shows to programs. */
const TICKS_PER_SECOND = 100;

/**
 * The corosync daemon as proc(5) shows it, by its pid or, where that is not known, by the pid file that only root can read;
 * undefined where its process cannot be read. Blocking: these files are in memory, and to open them on another thread takes
 * several times as long as to read them.
 */
export function readDaemon(knownPid: number | undefined, pidFile: string): Daemon | undefined {
  try {
    const pid = String(knownPid ?? readFileSync(pidFile, 'utf8').trim());
    if (!/^\d+$/.test(pid)) return undefined;
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name is in parentheses and may contain any character.
    const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
    if (name !== 'corosync') return undefined;
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const bootTime = /^btime (\d+)$/m.exec(readFileSync('/proc/stat', 'utf8'))?.[1];
    if (bootTime === undefined) return undefined;
    const resident = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    if (resident === undefined) return undefined;
    // Field 22, starttime; `fields` begins with field 3.
    return {
      startTime: Number(bootTime) + Number(fields[19]) / TICKS_PER_SECOND,
      residentBytes: Number(resident) * 1024,
    };
  } catch {
    return undefined;
  }
}
