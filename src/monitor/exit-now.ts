import { exitImmediately } from '../corosync/libc.ts';

/** Ends the process at once by libc's _exit: process.exit() would wait for a lane that corosync holds. */
export function exitNow(status: number): never {
  exitImmediately(status);
}
