import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLibrary } from '../../src/corosync/ffi.ts';

const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const MSG_DONTWAIT = 0x40;

const libc = openLibrary(null);
const socket = libc.func('int socket(int domain, int type, int protocol)');
const bind = libc.func('int bind(int fd, void *address, unsigned int length)');
const recv = libc.func('long recv(int fd, _Out_ void *data, size_t length, int flags)');
const close = libc.func('int close(int fd)');

/** The end of a service manager: a Unix datagram socket that keeps what it was sent. */
export class NotifySocket {
  readonly #folder = mkdtempSync(join(tmpdir(), 'notify-'));
  readonly #fd: number = socket(AF_UNIX, SOCK_DGRAM, 0);
  readonly #messages: string[] = [];
  /** As in NOTIFY_SOCKET. */
  readonly address: string;

  constructor(kind: 'path' | 'abstract') {
    const path = join(this.#folder, 'socket');
    this.address = kind === 'path' ? path : `@${path}`;
    const name = Buffer.from(`\x01\0${kind === 'path' ? `${path}\0` : `\0${path}`}`, 'latin1');
    if (bind(this.#fd, name, name.length) !== 0) throw new Error(`cannot bind ${this.address}`);
  }

  /** All that has come so far. */
  get messages(): readonly string[] {
    const data = Buffer.alloc(4096);
    for (let length = this.#receive(data); length > 0; length = this.#receive(data)) {
      this.#messages.push(data.toString('utf8', 0, length));
    }
    return this.#messages;
  }

  close(): void {
    close(this.#fd);
    rmSync(this.#folder, { recursive: true });
  }

  #receive(data: Buffer): number {
    return Number(recv(this.#fd, data, data.length, MSG_DONTWAIT));
  }
}
