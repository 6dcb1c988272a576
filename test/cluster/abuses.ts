import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** What became of the connections of an abuse so far. */
export interface Damage {
  opened: number;
  /** By the server. */
  closed: number;
  /** Bytes that the server took of those that are closed. */
  sent: number;
  /** Of those that are closed, by the beginning of the answer; empty where there was none. */
  readonly answers: Record<string, number>;
}

const request = (method: string, path: string, ...headers: readonly string[]) =>
  [`${method} ${path} HTTP/1.1`, 'Host: x', 'Accept-Encoding: gzip', ...headers, '', ''].join('\r\n');
const scrape = request('GET', '/metrics');
/** Its headers have no end. */
const half = 'GET /metrics HTTP/1.1\r\nHost: x\r\nX-Slow: ';
const once = 'Connection: close';

/** Repeats something until the connection is closed. */
function every(socket: Socket, milliseconds: number, act: () => void): void {
  const timer = setInterval(act, milliseconds);
  socket.once('close', () => clearInterval(timer));
}

/** Writes the same for as long as the server takes it. */
function pour(socket: Socket, text: string): void {
  const more = () => {
    while (!socket.destroyed && socket.write(text));
  };
  socket.on('drain', more);
  more();
}

/** Takes nothing that comes. */
const deafen = (socket: Socket) => socket.removeAllListeners('data').pause();

/** Takes a byte a second. */
function sip(socket: Socket): void {
  deafen(socket);
  every(socket, 1_000, () => void socket.read(1));
}

/** What is done to a connection, by name: what no decent client does. */
export const abuses = {
  silent() {},
  kept: (socket) => socket.write(scrape),
  half: (socket) => socket.write(half),
  drip(socket) {
    socket.write(half);
    every(socket, 1_000, () => socket.write('x'));
  },
  sip(socket) {
    socket.write(scrape.replace('gzip', 'identity'));
    sip(socket);
  },
  sipStream(socket) {
    socket.write(request('GET', '/api/v1/stream'));
    sip(socket);
  },
  deaf(socket) {
    deafen(socket);
    socket.write(scrape);
  },
  /** Asks on and on. */
  deafAsking(socket) {
    deafen(socket);
    every(socket, 100, () => socket.write(scrape.replace('gzip', 'identity')));
  },
  deafStream(socket) {
    deafen(socket);
    socket.write(request('GET', '/api/v1/stream'));
  },
  pipeline: (socket) => socket.write(scrape.repeat(1_000)),
  body(socket) {
    socket.write(request('POST', '/metrics', 'Transfer-Encoding: chunked'));
    pour(socket, `4000\r\n${'x'.repeat(0x4000)}\r\n`);
  },
  bodyOfGet(socket) {
    socket.write(request('GET', '/metrics', 'Content-Length: 1000000000000'));
    pour(socket, 'x'.repeat(0x4000));
  },
  path: (socket) => socket.write(request('GET', `/${'x'.repeat(1 << 20)}`)),
  manyHeaders: (socket) =>
    socket.write(request('GET', '/metrics', once, ...Array.from({ length: 1_000 }, (_, i) => `h${i}: 1`))),
  bigHeader: (socket) => socket.write(request('GET', '/metrics', `X-Big: ${'x'.repeat(64 << 10)}`)),
  garbage: (socket) => socket.write(Buffer.from(Array.from({ length: 4_096 }, () => 256 * Math.random()))),
  scrape: (socket) => socket.write(request('GET', '/metrics', once)),
  /** The head of a TLS handshake, and no more. */
  handshake: (socket) => socket.write(Buffer.from([22, 3, 1, 2, 0, 1, 0, 1, 252])),
  guess(socket) {
    const credentials = Buffer.from(`alice:${Math.random()}`).toString('base64');
    socket.write(request('GET', '/metrics', once, `Authorization: Basic ${credentials}`));
  },
} as const satisfies Record<string, (socket: Socket) => unknown>;

/** How much of an abuse there is. */
export interface AbuseOptions {
  readonly name: keyof typeof abuses;
  /** Connections at once. */
  readonly count: number;
  readonly port: number;
  readonly tls?: boolean;
  /** One that was closed is opened again. */
  readonly again?: boolean;
}

/** Abuses an exporter on this host until told to stop. */
export class Abuse {
  readonly damage: Damage = { opened: 0, closed: 0, sent: 0, answers: {} };
  readonly #sockets = new Set<Socket>();
  readonly #options: AbuseOptions;
  #stopped = false;

  constructor(options: AbuseOptions) {
    this.#options = options;
    for (let i = 0; i < options.count; i += 1) this.#open();
  }

  /** Ends what is open; it counts no more. */
  stop(): void {
    this.#stopped = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  #open(): void {
    if (this.#stopped) return;
    const { name, port, tls = false, again = false } = this.#options;
    const ready = () => {
      this.damage.opened += 1;
      abuses[name](socket);
    };
    const where = { port, host: '127.0.0.1' };
    const socket: Socket = tls ? connectTls({ ...where, rejectUnauthorized: false }, ready) : connect(where, ready);
    this.#sockets.add(socket);
    let status = '';
    socket
      .on('error', () => {})
      .on('data', (text: Buffer) => {
        status ||= text.toString('latin1', 0, 12);
      });
    socket.on('close', () => {
      this.#sockets.delete(socket);
      this.damage.closed += 1;
      this.damage.sent += socket.bytesWritten;
      this.damage.answers[status] = (this.damage.answers[status] ?? 0) + 1;
      if (again) setTimeout(() => this.#open(), 50);
    });
  }
}
