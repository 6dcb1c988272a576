import koffi from 'koffi';
import { lazily, openLibrary, type Pointer } from './ffi.ts';
import { hasFunction } from './library.ts';

const SHUT_RDWR = 2;
const POLLIN = 1;
const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0x80000;
const SOL_SOCKET = 1;
const SO_PEERCRED = 17;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;
const M_MMAP_THRESHOLD = -3;

/** Bytes. */
const LARGE = 512 << 10;

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
    socket: library.func('int socket(int domain, int type, int protocol)') as (
      domain: number,
      type: number,
      protocol: number,
    ) => number,
    sendto: library.func(
      'long sendto(int fd, void *data, size_t length, int flags, void *address, unsigned int addressLength)',
    ) as (
      fd: number,
      data: Uint8Array,
      length: number,
      flags: number,
      address: Uint8Array,
      addressLength: number,
    ) => number,
    getsockopt: library.func(
      'int getsockopt(int fd, int level, int option, void *value, _Inout_ unsigned int *length)',
    ) as (fd: number, level: number, option: number, value: Uint8Array, length: [number]) => number,
    close: library.func('int close(int fd)') as (fd: number) => number,
    // Only the GNU C library has it.
    mallopt: hasFunction(library, 'mallopt')
      ? (library.func('int mallopt(int parameter, int value)') as (parameter: number, value: number) => number)
      : undefined,
    _exit: library.func('void _exit(int status)') as (status: number) => unknown,
  };
});

/** shutdown(2) in both directions: every wait on the socket ends, at both its ends. */
export function shutdownSocket(fd: number): void {
  libc().shutdown(fd, SHUT_RDWR);
}

/** The process at the other end of a Unix socket, as it is called here: unix(7). Undefined where it cannot be seen. */
export function peerPid(fd: number): number | undefined {
  const credentials = Buffer.alloc(12); // struct ucred: pid, uid, gid
  const code = libc().getsockopt(fd, SOL_SOCKET, SO_PEERCRED, credentials, [credentials.length]);
  const pid = credentials.readInt32LE(0);
  return code === 0 && pid > 0 ? pid : undefined;
}

/** poll(2) for input: blocks the thread for at most `milliseconds`; true if there is something to read or the peer is gone. */
export function waitReadable(fd: number, milliseconds: number): boolean {
  return libc().poll([{ fd, events: POLLIN, revents: 0 }], 1, milliseconds) > 0;
}

/** Whether the other end of a socket has ended the connection: poll(2) says so without being asked. */
export function isHungUp(fd: number): boolean {
  return libc().poll([{ fd, events: 0, revents: 0 }], 1, 0) > 0;
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

/**
 * Has malloc(3) take blocks of more than half a MiB from the system and give them back when they are freed, in the whole
 * process. libqb has one of 1 MiB for each connection; by default the GNU C library keeps what was freed once for the next
 * time, in pieces, and the process grew by 50 kB with each restart of corosync: mallopt(3).
 */
export function returnLargeBlocks(): void {
  libc().mallopt?.(M_MMAP_THRESHOLD, LARGE);
}

/**
 * Sends one datagram to a Unix socket, of which Node has none; an address that begins with @ is abstract, unix(7). Never
 * waits; false if the socket took nothing.
 */
export function sendDatagram(address: string, text: string): boolean {
  const { socket, sendto, close } = libc();
  const fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  try {
    const data = Buffer.from(text);
    const name = socketName(address);
    return sendto(fd, data, data.length, MSG_DONTWAIT | MSG_NOSIGNAL, name, name.length) === data.length;
  } finally {
    close(fd);
  }
}

/** _exit(2): ends the process at once, also while a thread is held in a call that corosync does not answer. */
export function exitImmediately(status: number): never {
  libc()._exit(status);
  throw new Error('_exit returned');
}

/** struct sockaddr_un, unix(7): the family, then a path that ends with NUL, or an abstract name that begins with it. */
function socketName(address: string): Buffer {
  const family = Buffer.from(new Uint16Array([AF_UNIX]).buffer);
  const name = address.startsWith('@') ? `\0${address.slice(1)}` : `${address}\0`;
  return Buffer.concat([family, Buffer.from(name)]);
}
