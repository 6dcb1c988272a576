// Carries every frame between two interfaces of this network namespace, MILLISECONDS late: delay.ts A B MILLISECONDS
// This machine's kernel may have no netem, which is what would do it elsewhere.
import { setTimeout as sleep } from 'node:timers/promises';
import koffi from 'koffi';

// socket(2), packet(7), linux/if_packet.h
const [AF_PACKET, SOCK_RAW_NONBLOCK, ETH_P_ALL, SOL_PACKET] = [17, 3 | 0o4000, 0x0003, 263];
const [PACKET_VNET_HDR, PACKET_IGNORE_OUTGOING] = [15, 23];

const libc = koffi.load('libc.so.6');
const socket = libc.func('int socket(int domain, int type, int protocol)');
const setsockopt = libc.func('int setsockopt(int fd, int level, int name, int *value, uint32_t size)');
const bind = libc.func('int bind(int fd, uint8_t *address, uint32_t size)');
const indexOf = libc.func('uint32_t if_nametoindex(const char *name)');
const recv = libc.func('int64_t recv(int fd, _Out_ uint8_t *buffer, size_t size, int flags)');
const send = libc.func('int64_t send(int fd, uint8_t *buffer, size_t size, int flags)');

const [a = '', b = '', milliseconds] = process.argv.slice(2);
const ends = [open(a), open(b)] as const;
const waiting: { due: number; to: number; frame: Buffer }[] = [];
const buffer = Buffer.alloc(1 << 17);

for (; ; await sleep(2)) {
  for (const [from, to] of [ends, [ends[1], ends[0]] as const]) {
    for (let size = receive(from); size > 0; size = receive(from))
      waiting.push({ due: performance.now() + Number(milliseconds), to, frame: Buffer.from(buffer.subarray(0, size)) });
  }
  while (waiting[0] !== undefined && waiting[0].due <= performance.now()) {
    const { to, frame } = waiting.shift() as (typeof waiting)[number];
    send(to, frame, frame.length, 0);
  }
}

function receive(from: number): number {
  return Number(recv(from, buffer, buffer.length, 0));
}

function open(name: string): number {
  const protocol = ((ETH_P_ALL & 0xff) << 8) | (ETH_P_ALL >> 8); // in network order
  const fd: number = socket(AF_PACKET, SOCK_RAW_NONBLOCK, protocol);
  // with its header a frame keeps what its sender left undone: the checksum
  for (const option of [PACKET_VNET_HDR, PACKET_IGNORE_OUTGOING]) check(setsockopt(fd, SOL_PACKET, option, [1], 4));
  const address = Buffer.alloc(20);
  address.writeUInt16LE(AF_PACKET, 0);
  address.writeUInt16LE(protocol, 2);
  address.writeInt32LE(indexOf(name), 4);
  check(bind(fd, address, address.length));
  return fd;
}

function check(result: number): void {
  if (result !== 0) throw new Error(`errno ${koffi.errno()}`);
}
