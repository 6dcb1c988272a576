import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createServer, type Server, type ServerOptions } from 'node:https';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { nameOf } from '../connections.ts';
import type { Log } from '../log.ts';
import { refusal } from './client-auth.ts';
import type { TlsSettings } from './tls-settings.ts';

/** A client that does not finish its handshake in time only holds a descriptor; in milliseconds. */
const handshakeTimeout = 10_000;

/** An HTTPS server that asks for its settings at each connection: new ones get the new certificate. */
export function createTlsServer(
  options: ServerOptions,
  handler: RequestListener,
  current: () => TlsSettings,
  log: Log,
): Server {
  let applied = current();
  const begunWith = new Map<string, { readonly settings: TlsSettings }>();
  const server = createServer({ handshakeTimeout, ...options, ...applied.context, ...asking(applied) }, handler);
  // Before Node's own listeners, which begin the handshake and the first request.
  server.prependListener('connection', (socket: Socket) => {
    const settings = current();
    const name = nameOf(socket);
    const begun = { settings };
    begunWith.set(name, begun);
    socket.once('close', () => {
      if (begunWith.get(name) === begun) begunWith.delete(name);
    });
    if (settings === applied) return;
    applied = settings;
    server.setSecureContext(settings.context);
    Object.assign(server, asking(settings)); // read by Node at each connection, like the context
  });
  server.prependListener('secureConnection', (socket: TLSSocket) => {
    const settings = begunWith.get(nameOf(socket))?.settings;
    const reason = settings === undefined ? 'it is gone' : refusal(socket, settings.clients);
    if (reason === undefined) return;
    log.debug('Client refused', { address: socket.remoteAddress, reason });
    socket.destroy();
  });
  server.prependListener('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    // Who has been let in by other rules, or has seen another certificate, has to come again.
    if (begunWith.get(nameOf(socket))?.settings !== current()) response.setHeader('Connection', 'close');
  });
  server.on('tlsClientError', (error: Error, socket: TLSSocket) => {
    log.debug('TLS handshake failed', { address: socket.remoteAddress, err: error });
  });
  return server;
}

/** With `rejectUnauthorized` OpenSSL itself tells a client that its certificate is missing. */
function asking({ clients: { type } }: TlsSettings): { requestCert: boolean; rejectUnauthorized: boolean } {
  return { requestCert: type !== 'NoClientCert', rejectUnauthorized: type === 'RequireAndVerifyClientCert' };
}
