import type { RequestListener } from 'node:http';
import { get, type RequestOptions } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { listen, type Server } from '../../../exporter/server.ts';
import { openWebAccess } from '../../../exporter/web/access.ts';
import { fakeLog } from '../fakes.ts';

/** A page behind a web configuration file. */
export interface Served {
  readonly server: Server;
  readonly port: number;
  readonly lines: string[];
  /** How many requests the page has seen. */
  readonly seen: () => number;
}

/** Serves a page behind the file, on a free port. */
export async function serve(file: string): Promise<Served> {
  const { log, lines } = fakeLog();
  const access = openWebAccess(file, log);
  let requests = 0;
  const page: RequestListener = (_, response) => {
    requests += 1;
    response.end('page');
  };
  const server = await listen(access.guard(page), [{ host: '127.0.0.1', port: 0 }], {
    create: access.createServer,
    log,
  });
  return { server, port: server.addresses[0]?.port ?? 0, lines, seen: () => requests };
}

/** An answer, or how there was none. */
export interface TlsAnswer {
  readonly status?: number | undefined;
  readonly protocol?: string | null;
  readonly cipher?: string;
  /** The common name of the server's certificate. */
  readonly name?: string;
  readonly error?: string | undefined;
}

/** Asks for the page over TLS, by default without a look at the server's certificate. */
export function ask(port: number, options: RequestOptions = {}): Promise<TlsAnswer> {
  const url = { host: '127.0.0.1', port, agent: false as const, rejectUnauthorized: false, ...options };
  return new Promise((resolve) => {
    get(url, (response) => {
      const socket = response.socket as TLSSocket;
      const answer = {
        status: response.statusCode,
        protocol: socket.getProtocol(),
        cipher: socket.getCipher().standardName,
        name: String(socket.getPeerCertificate().subject.CN),
      };
      response.resume().on('end', () => resolve(answer));
    }).on('error', (error: NodeJS.ErrnoException) => resolve({ error: error.code }));
  });
}
