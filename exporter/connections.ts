import type { Server as HttpServer, IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { Socket } from 'node:net';

/** How much of us a client may have: times in milliseconds, and a number of connections. */
export interface Limits {
  /** To send the headers of a request. */
  readonly headers: number;
  /** To send all of it. */
  readonly request: number;
  /** To take the answer; a stream of events has none. */
  readonly answer: number;
  /** What a scrape may take: no answer is cut before, however many connections there are. */
  readonly scrape: number;
  /** Between an answer and the next request. */
  readonly idle: number;
  readonly connections: number;
  /** A connection may not have had the time to ask yet. */
  readonly fresh: number;
}

/** A scrape's request is small and quick; who is slower only holds a descriptor. */
export const defaultLimits: Limits = {
  headers: 10_000,
  request: 30_000,
  answer: 60_000,
  scrape: 5_000, // corosync is waited for 3 s at most
  idle: 90_000, // longer than usual scrape intervals
  connections: 256,
  fresh: 1_000,
};

/** The connections of all our servers: each is answered one request at a time, and where there are too many the idle go first. */
export class Connections {
  readonly #limits: Limits;
  /** Each with the time since when it is as it is; those that were used last are at the end. */
  readonly #open = new Map<string, { readonly socket: Socket; readonly since: number }>();
  /** Those that were asked first are at the beginning. */
  readonly #answering = new Map<string, { readonly response: ServerResponse; readonly since: number }>();

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** Follows a server's connections, also those that are still in a TLS handshake. */
  follow(server: HttpServer | HttpsServer): void {
    server.on('connection', (socket: Socket) => this.#add(socket));
  }

  /** Puts the limits in front of the pages. */
  limit(handler: RequestListener): RequestListener {
    return (request, response) => {
      const { socket } = request;
      const name = nameOf(socket);
      // Who scrapes waits for the answer. A packet has room for hundreds of requests, and each would be worked on.
      if (this.#answering.has(name)) return void socket.destroy();
      this.#answering.set(name, { response, since: performance.now() });
      const late = setTimeout(() => {
        if (!isEventStream(response)) socket.destroy();
      }, this.#limits.answer);
      response.once('close', () => {
        clearTimeout(late);
        this.#answered(name);
      });
      // Nobody reads a body here: without this it would be taken, to its end, before the next request.
      if (hasBody(request)) response.shouldKeepAlive = false;
      handler(request, response);
    };
  }

  /** Ends all of them, whatever they do. */
  end(): void {
    for (const { socket } of this.#open.values()) socket.destroy();
  }

  #add(socket: Socket): void {
    const name = nameOf(socket);
    this.#endIdle();
    if (this.#isFull()) this.#endLongestAnswered();
    if (this.#isFull()) return void socket.destroy();
    this.#open.set(name, { socket, since: performance.now() });
    socket.once('close', () => {
      if (this.#open.get(name)?.socket === socket) this.#open.delete(name);
    });
  }

  #isFull(): boolean {
    return this.#open.size >= 2 * this.#limits.connections;
  }

  /** Ends those that are idle longest: to refuse the new one would let who holds many connections keep out all others. */
  #endIdle(): void {
    const { connections, fresh } = this.#limits;
    for (const [name, { socket, since }] of this.#open) {
      if (this.#open.size < connections) return;
      if (this.#answering.has(name)) continue;
      if (performance.now() - since < fresh && !this.#isFull()) return;
      this.#open.delete(name);
      socket.destroy();
    }
  }

  /** Who asks much and reads nothing would keep out all others in the same way. */
  #endLongestAnswered(): void {
    for (const [name, { response, since }] of this.#answering) {
      if (performance.now() - since < this.#limits.scrape) return;
      const used = this.#open.get(name);
      if (used === undefined || isEventStream(response)) continue; // of streams there are few
      this.#open.delete(name);
      return void used.socket.destroy();
    }
  }

  #answered(name: string): void {
    this.#answering.delete(name);
    const used = this.#open.get(name);
    if (used === undefined) return;
    this.#open.delete(name);
    this.#open.set(name, { ...used, since: performance.now() });
  }
}

/** Whether the answer has no end. */
function isEventStream(response: ServerResponse): boolean {
  return String(response.getHeader('Content-Type')).startsWith('text/event-stream');
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** Of sockets that were asked for it: one that has ended does not know its addresses any more. */
const names = new WeakMap<Socket, string>();

/**
 * What tells a connection from all others: the same for that of TCP and for the TLS in it. A client may come from one
 * port to two of our addresses.
 */
export function nameOf(socket: Socket): string {
  const { remoteAddress, remotePort, localAddress, localPort } = socket;
  const name = names.get(socket) ?? `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`;
  names.set(socket, name);
  return name;
}
