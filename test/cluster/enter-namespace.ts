import { closeSync, openSync } from 'node:fs';
import { createRequire } from 'node:module';

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

// koffi is loaded on first use, so that the command line works without it
let call: ((descriptor: number, type: number) => number) | undefined;
let errno: (() => number) | undefined;

function moveThread(descriptor: number): void {
  if (call === undefined || errno === undefined) {
    const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi');
    call = koffi.load('libc.so.6').func('int setns(int fd, int nstype)') as (fd: number, type: number) => number;
    errno = () => koffi.errno();
  }
  if (call(descriptor, CLONE_NEWNET) !== 0) throw new Error(`setns(2) failed with errno ${errno()}`);
}
