import { createServer, type Server as HttpServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ListenAddress, printAddress } from './address.ts';

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

/** Serves `handler` on each address, or on none of them. */
export async function listen(handler: RequestListener, addresses: readonly ListenAddress[]): Promise<Server> {
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
  const bound = servers.map((server, index) => ({
    host: addresses[index]?.host,
    port: (server.address() as AddressInfo).port,
  }));
  return { addresses: bound, close };
}

async function listenOn(handler: RequestListener, { host, port }: ListenAddress): Promise<HttpServer> {
  if (host !== undefined) return tryListen(handler, host, port);
  try {
    return await tryListen(handler, '::', port); // dual stack: IPv4 comes as mapped addresses
  } catch (error) {
    const { code } = (error as Error).cause as NodeJS.ErrnoException;
    if (code !== 'EAFNOSUPPORT' && code !== 'EADDRNOTAVAIL') throw error;
    return tryListen(handler, '0.0.0.0', port); // IPv6 is off on this machine
  }
}

function tryListen(handler: RequestListener, host: string, port: number): Promise<HttpServer> {
  // A scrape's request is small and quick; who is slower only holds a descriptor.
  const server = createServer({ headersTimeout: 10_000, requestTimeout: 30_000, maxHeaderSize: 16_384 }, handler);
  server.keepAliveTimeout = 90_000; // longer than usual scrape intervals
  server.timeout = 120_000;
  server.maxConnections = 256;
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const message = `cannot listen on ${printAddress({ host, port })}: ${explain(cause)}`;
      reject(new ListenError(message, { cause }));
    });
    server.listen({ host, port }, () => {
      server.removeAllListeners('error');
      resolve(server);
    });
  });
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
