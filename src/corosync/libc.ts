import koffi from 'koffi';
import { lazily, openLibrary, type Pointer } from './ffi.ts';

const SHUT_RDWR = 2;
const POLLIN = 1;

const libc = lazily(() => {
  const library = openLibrary(null);
  const pollfd = koffi.struct({ fd: 'int', events: 'short', revents: 'short' });
  return {
    shutdown: library.func('int shutdown(int fd, int how)') as (fd: number, how: number) => number,
    poll: library.func('poll', 'int', [koffi.inout(koffi.pointer(pollfd)), 'unsigned long', 'int']) as (
      fds: { fd: number; events: number; revents: number }[],
      count: number,
      milliseconds: number,
    ) => number,
    memcpy: library.func('void *memcpy(void *to, void *from, size_t length)') as (
      to: Uint8Array,
      from: Pointer,
      length: number,
    ) => unknown,
    free: library.func('void free(void *pointer)') as (pointer: Pointer) => unknown,
    _exit: library.func('void _exit(int status)') as (status: number) => unknown,
  };
});

/** shutdown(2) in both directions: every wait on the socket ends, at both its ends. */
export function shutdownSocket(fd: number): void {
  libc().shutdown(fd, SHUT_RDWR);
}

/** poll(2) for input: blocks the thread for at most `milliseconds`; true if there is something to read or the peer is gone. */
export function waitReadable(fd: number, milliseconds: number): boolean {
  return libc().poll([{ fd, events: POLLIN, revents: 0 }], 1, milliseconds) > 0;
}

/**
 * Copies bytes that a library holds for the length of a callback. Not by koffi.decode() with a length, which makes a type of
 * its own for each such call and keeps it for ever.
 */
export function copyBytes(from: Pointer | null, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  if (from !== null && length > 0) libc().memcpy(bytes, from, length);
  return bytes;
}

/** Copies a list of 32-bit integers so. */
export function copyWords(from: Pointer | null, entries: number): number[] {
  return Array.from(new Uint32Array(copyBytes(from, 4 * entries).buffer));
}

/** free(3) of what a library has allocated for its caller. */
export function free(pointer: Pointer): void {
  libc().free(pointer);
}

/** _exit(2): ends the process at once, also while a thread is held in a call that corosync does not answer. */
export function exitImmediately(status: number): never {
  libc()._exit(status);
  throw new Error('_exit returned');
}
