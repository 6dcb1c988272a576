import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** A process that a recycled pid cannot be mistaken for: proc(5) gives its start in clock ticks since boot. */
export interface ProcessId {
  readonly pid: number;
  readonly startTime: string;
}

/** The environment variable that everything a lab starts carries and hands down, so that it can be found without names. */
export const labMark = 'COROSYNC_LAB';

/** Names the process that has this pid now; undefined when there is none. */
export function identify(pid: number): ProcessId | undefined {
  const stat = readStat(pid);
  return stat && { pid, startTime: stat.startTime };
}

/** Whether exactly this process still runs; a zombie does not. */
export function isRunning({ pid, startTime }: ProcessId): boolean {
  const stat = readStat(pid);
  return stat !== undefined && stat.startTime === startTime && !'ZX'.includes(stat.state);
}

/** Whether the process is stopped by SIGSTOP. */
export function isStopped(pid: number): boolean {
  return readStat(pid)?.state === 'T';
}

/** The command name the kernel knows the process by; it changes at exec. */
export function commandName(pid: number): string | undefined {
  return readStat(pid)?.command;
}

/** Every process, other than this one, that carries the mark of this lab. */
export function markedProcesses(id: string): ProcessId[] {
  const pids = readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number);
  const marked = pids.filter((pid) => pid !== process.pid && environment(pid).includes(`${labMark}=${id}`));
  return marked.map(identify).filter((found) => found !== undefined);
}

/** Sends the signal, to a process that may be gone already. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Polls until the condition holds; false when it did not in time. */
export async function until(condition: () => boolean, timeoutMs: number): Promise<boolean> {
  for (const deadline = Date.now() + timeoutMs; !condition(); await sleep(5)) {
    if (Date.now() > deadline) return false;
  }
  return true;
}

/** The same without the event loop, for the handlers of `exit` and of signals. */
export function untilBlocking(condition: () => boolean, timeoutMs: number): boolean {
  const nobodyWakes = new Int32Array(new SharedArrayBuffer(4));
  for (const deadline = Date.now() + timeoutMs; !condition(); Atomics.wait(nobodyWakes, 0, 0, 2)) {
    if (Date.now() > deadline) return false;
  }
  return true;
}

function readStat(pid: number): { command: string; state: string; startTime: string } | undefined {
  const text = read(`/proc/${pid}/stat`);
  const end = text.lastIndexOf(')'); // the name may itself hold spaces and parentheses
  const [state, ...fields] = text.slice(end + 2).split(' ');
  const startTime = fields[18]; // field 22 of proc(5)
  if (state === undefined || startTime === undefined) return undefined;
  return { command: text.slice(text.indexOf('(') + 1, end), state, startTime };
}

function environment(pid: number): string[] {
  return read(`/proc/${pid}/environ`).split('\0');
}

/** A file of /proc; empty when the process ended meanwhile. */
export function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
