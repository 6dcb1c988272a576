import { constants, setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { compareSync } from 'bcryptjs';

/** A password and the hash that it is held against. */
export interface PasswordQuestion {
  readonly password: string;
  readonly hash: string;
}

try {
  // Of the calling thread only, setpriority(2): a flood of wrong passwords gets what scrapes, and corosync, leave.
  setPriority(0, constants.priority.PRIORITY_BELOW_NORMAL);
} catch {
  // A filter of system calls may refuse it; then the thread competes like others.
}

// Bcrypt is slow on purpose: on a thread of its own it delays nobody's scrape.
parentPort?.on('message', ({ password, hash }: PasswordQuestion) => {
  parentPort?.postMessage(compareSync(password, hash));
});
