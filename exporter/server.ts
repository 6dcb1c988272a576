import { createServer, type Server as HttpServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ListenAddress, printAddress } from './address.ts';
import type { InheritedSocket } from './systemd/inherited-sockets.ts';

/** The addresses that are listened on. */
export interface Server {
  readonly addresses: readonly ListenAddress[];
  /** Ends every connection at once, also those that are idle or slow. */
  close(): Promise<void>;
}

/** An address that cannot be listened on, and what to do about it. */
export class ListenError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ListenError';
  }
}

/** Serves `handler` on each address or socket, or on none of them. */
export async function listen(
  handler: RequestListener,
  addresses: readonly (ListenAddress | InheritedSocket)[],
): Promise<Server> {
  const servers: HttpServer[] = [];
  const close = async () => {
    await Promise.all(servers.map(closeServer));
  };
  try {
    for (const address of addresses) servers.push(await listenOn(handler, address));
  } catch (error) {
    await close();
    throw error;
  }
  const bound = servers.map((server, index) => {
    const [asked, { address, port }] = [addresses[index], server.address() as AddressInfo];
    return { host: asked && 'host' in asked ? asked.host : address, port };
  });
  return { addresses: bound, close };
}

async function listenOn(handler: RequestListener, address: ListenAddress | InheritedSocket): Promise<HttpServer> {
  if ('fd' in address || address.host !== undefined) return tryListen(handler, address);
  const { port } = address;
  try {
    return await tryListen(handler, { host: '::', port }); // dual stack: IPv4 comes as mapped addresses
  } catch (error) {
    const { code } = (error as Error).cause as NodeJS.ErrnoException;
    if (code !== 'EAFNOSUPPORT' && code !== 'EADDRNOTAVAIL') throw error;
    return tryListen(handler, { host: '0.0.0.0', port }); // IPv6 is off on this machine
  }
}

function tryListen(handler: RequestListener, where: ListenAddress | InheritedSocket): Promise<HttpServer> {
  // A scrape's request is small and quick; who is slower only holds a descriptor.
  const server = createServer({ headersTimeout: 10_000, requestTimeout: 30_000, maxHeaderSize: 16_384 }, handler);
  server.keepAliveTimeout = 90_000; // longer than usual scrape intervals
  server.timeout = 120_000;
  server.maxConnections = 256;
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const problem = 'fd' in where ? notListening(where) : `${printAddress(where)}: ${explain(cause)}`;
      reject(new ListenError(`cannot listen on ${problem}`, { cause }));
    });
    server.listen(where, () => {
      // A Unix socket has no address here; nothing that scrapes would find it.
      if (server.address() === null) return server.emit('error', new Error('not a TCP socket'));
      server.removeAllListeners('error');
      resolve(server);
    });
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

function closeServer(server: HttpServer): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
