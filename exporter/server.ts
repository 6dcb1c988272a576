import { createServer, type Server as HttpServer, type RequestListener, type ServerOptions } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type ListenAddress, printAddress } from './address.ts';
import { Connections, defaultLimits, type Limits } from './connections.ts';
import type { Log } from './log.ts';
import type { InheritedSocket } from './systemd/inherited-sockets.ts';

/** The addresses that are listened on. */
export interface Server {
  readonly addresses: readonly ListenAddress[];
  /** Ends every connection at once, also those that are idle or slow. */
  close(): Promise<void>;
}

/** Makes a server, of plain HTTP or of another kind. */
export type CreateServer = (options: ServerOptions, handler: RequestListener) => HttpServer | HttpsServer;

/** A server, and the end of it with all its connections. */
interface Listener {
  readonly server: HttpServer | HttpsServer;
  close(): Promise<void>;
}

/** An address that cannot be listened on, and what to do about it. */
export class ListenError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ListenError';
  }
}

/** How to serve, and where to tell what goes wrong meanwhile. */
export interface ListenOptions {
  readonly create?: CreateServer | undefined;
  readonly limits?: Limits;
  readonly log?: Pick<Log, 'warn'>;
}

/** After so long without one, in milliseconds, an error is news. */
const quiet = 60_000;

/** Serves `handler` on each address or socket, or on none of them. */
export async function listen(
  handler: RequestListener,
  addresses: readonly (ListenAddress | InheritedSocket)[],
  { create = createServer, limits = defaultLimits, log }: ListenOptions = {},
): Promise<Server> {
  const listeners: Listener[] = [];
  const connections = new Connections(limits);
  const close = async () => {
    await Promise.all(listeners.map((listener) => listener.close()));
  };
  try {
    for (const address of addresses)
      listeners.push(await listenOn(() => createListener(handler, { create, limits, connections, log }), address));
  } catch (error) {
    await close();
    throw error;
  }
  const bound = listeners.map(({ server }, index) => {
    const [asked, { address, port }] = [addresses[index], server.address() as AddressInfo];
    return { host: asked && 'host' in asked ? asked.host : address, port };
  });
  return { addresses: bound, close };
}

async function listenOn(make: () => Listener, address: ListenAddress | InheritedSocket): Promise<Listener> {
  if ('fd' in address || address.host !== undefined) return tryListen(make(), address);
  const { port } = address;
  try {
    return await tryListen(make(), { host: '::', port }); // dual stack: IPv4 comes as mapped addresses
  } catch (error) {
    const { code } = (error as Error).cause as NodeJS.ErrnoException;
    if (code !== 'EAFNOSUPPORT' && code !== 'EADDRNOTAVAIL') throw error;
    return tryListen(make(), { host: '0.0.0.0', port }); // IPv6 is off on this machine
  }
}

function createListener(
  handler: RequestListener,
  {
    create,
    limits,
    connections,
    log,
  }: { create: CreateServer; limits: Limits; connections: Connections; log: ListenOptions['log'] },
): Listener {
  const options: ServerOptions = {
    headersTimeout: limits.headers,
    requestTimeout: limits.request,
    keepAliveTimeout: limits.idle,
    // Node looks for who is late only every 30 s, unless told otherwise.
    connectionsCheckingInterval: Math.min(2_000, limits.headers),
    maxHeaderSize: 16_384,
  };
  const server = create(options, connections.limit(handler));
  server.timeout = 120_000;
  // Node would keep a thousand of each request that is not complete: of hundreds of clients that is all of our memory.
  server.maxHeadersCount = 64;
  connections.follow(server);
  server.once('listening', () => logErrors(server, log));
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      connections.end(); // Node itself does not end those that are still in a TLS handshake
    });
  return { server, close };
}

function tryListen(listener: Listener, where: ListenAddress | InheritedSocket): Promise<Listener> {
  const { server } = listener;
  return new Promise((resolve, reject) => {
    const fail = (cause: NodeJS.ErrnoException) => {
      const problem = 'fd' in where ? notListening(where) : `${printAddress(where)}: ${explain(cause)}`;
      reject(new ListenError(`cannot listen on ${problem}`, { cause }));
    };
    server.once('error', fail);
    server.listen(where, () => {
      server.removeListener('error', fail);
      // A Unix socket has no address here; nothing that scrapes would find it.
      if (server.address() === null) return fail(new Error('not a TCP socket'));
      resolve(listener);
    });
  });
}

/** Logs that connections cannot be accepted, for want of descriptors say, once for as long as it lasts. */
function logErrors(server: Listener['server'], log: ListenOptions['log']): void {
  let last = Number.NEGATIVE_INFINITY;
  // With Node 18 an accept(2) that fails is such an error, and one that nobody hears ends the process.
  server.on('error', (error) => {
    const now = performance.now();
    if (now - last >= quiet) log?.warn('Connection could not be accepted', { err: error });
    last = now;
  });
}

function notListening({ fd }: InheritedSocket): string {
  return `descriptor ${fd}: not a TCP socket that listens; give ListenStream= in the socket unit a port or address`;
}

function explain({ code, message }: NodeJS.ErrnoException): string {
  const change = 'with --web.listen-address or web.listen_addresses';
  switch (code) {
    case 'EADDRINUSE':
      return `the port is in use; end the program that has it, or choose another port ${change}`;
    case 'EACCES':
      return `this user may not use that port; choose one above 1023 ${change}`;
    case 'EADDRNOTAVAIL':
      return `this machine does not have that address; choose one that it has ${change}`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `that name has no address; choose another one ${change}`;
    default:
      return `${message}; choose another address ${change}`;
  }
}
