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

/** Start in clock ticks since boot, memory in bytes, and addresses of the program and of its environment. */
interface Stat {
  readonly command: string;
  readonly state: string;
  readonly startTime: string;
  readonly memory: string | undefined;
  readonly startCode: string | undefined;
  readonly envStart: string | undefined;
  readonly envEnd: string | undefined;
}

function readStat(pid: number): Stat | undefined {
  const text = read(`/proc/${pid}/stat`);
  const end = text.lastIndexOf(')'); // the name may itself hold spaces and parentheses
  const fields = text.slice(end + 2).split(' ');
  const field = (number: number) => fields[number - 3]; // as proc(5) numbers them
  const [state, startTime] = [field(3), field(22)];
  if (state === undefined || startTime === undefined) return undefined;
  const command = text.slice(text.indexOf('(') + 1, end);
  return {
    command,
    state,
    startTime,
    memory: field(23),
    startCode: field(26),
    envStart: field(50),
    envEnd: field(51),
  };
}

// In the midst of an exec a process has no environment yet, and would be taken for one without the mark
function environment(pid: number): string[] {
  let text: string | undefined;
  const isKnown = () => {
    text = readIfAllowed(`/proc/${pid}/environ`);
    return text !== '' || hasNoEnvironment(pid);
  };
  untilBlocking(isKnown, 1000);
  return text?.split('\0') ?? [];
}

// A zombie or a thread of the kernel has no memory; in the midst of an exec there is no code yet
function hasNoEnvironment(pid: number): boolean {
  const stat = readStat(pid);
  return stat === undefined || stat.memory === '0' || (stat.startCode !== '0' && stat.envStart === stat.envEnd);
}

/** A file of /proc; empty when the process ended meanwhile. */
export function read(path: string): string {
  return readIfAllowed(path) ?? '';
}

function readIfAllowed(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
