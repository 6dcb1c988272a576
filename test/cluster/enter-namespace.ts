import { closeSync, openSync } from 'node:fs';
import koffi from 'koffi';
import { openLibrary } from '../../src/corosync/ffi.ts';

const CLONE_NEWNET = 0x40000000; // sched.h

/** Moves the calling thread into the network namespace at this path; the answer moves it back, and may be called twice. */
export function enterNamespace(path: string): () => void {
  const original = openSync('/proc/thread-self/ns/net', 'r'); // the synchronous call opens on this very thread
  try {
    setns(path);
  } catch (error) {
    closeSync(original);
    throw error;
  }
  let entered = true;
  return () => {
    if (!entered) return;
    entered = false;
    try {
      moveThread(original);
    } finally {
      closeSync(original);
    }
  };
}

function setns(path: string): void {
  const target = openSync(path, 'r');
  try {
    moveThread(target);
  } finally {
    closeSync(target);
  }
}

let setnsCall: ((descriptor: number, type: number) => number) | undefined;

function moveThread(descriptor: number): void {
  setnsCall ??= openLibrary('libc.so.6').func('int setns(int fd, int nstype)') as (fd: number, type: number) => number;
  if (setnsCall(descriptor, CLONE_NEWNET) !== 0) throw new Error(`setns(2) failed with errno ${koffi.errno()}`);
}
