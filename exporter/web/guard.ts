import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Log } from '../log.ts';
import type { Authenticator, Verdict } from './authenticator.ts';
import { parseBasic } from './credentials.ts';
import { RateLimit } from './rate-limit.ts';
import type { WebSettings } from './settings.ts';

/** What stands between the clients and the pages. */
export interface GuardOptions {
  readonly current: () => WebSettings;
  readonly authenticator: Authenticator;
  readonly log: Log;
}

/** Puts the limit, the headers and the users of the web configuration in front of every page, the probes included. */
export function guard(handler: RequestListener, { current, authenticator, log }: GuardOptions): RequestListener {
  let limit = new RateLimit({ interval: 0, burst: 0 });
  return (request, response) => {
    const { http, rateLimit, users } = current();
    for (const [name, value] of Object.entries(http.headers)) if (value !== undefined) response.setHeader(name, value);
    const { interval, burst } = rateLimit;
    if (limit.interval !== interval || limit.burst !== burst) limit = new RateLimit(rateLimit);
    if (!limit.allow()) return refuse(response, 429, 'Too many requests.');
    if (users.size === 0) return handler(request, response);
    verdictOn(request, users, authenticator).then(
      (verdict) => {
        if (response.destroyed) return; // who asked is gone
        if (verdict === 'right') return handler(request, response);
        if (verdict === 'busy')
          return refuse(response.setHeader('Retry-After', '1'), 429, 'Too many passwords to check.');
        response.setHeader('WWW-Authenticate', 'Basic realm="corosync-exporter", charset="UTF-8"');
        refuse(response, 401, 'A user and password are needed.');
      },
      (error: unknown) => {
        log.error('Password could not be checked', { err: error });
        refuse(response, 500, 'Internal error, see the log.');
      },
    );
  };
}

async function verdictOn(
  request: IncomingMessage,
  users: ReadonlyMap<string, string>,
  authenticator: Authenticator,
): Promise<Verdict> {
  const credentials = parseBasic(request.headers.authorization);
  if (credentials === undefined) return 'wrong';
  return authenticator.check(credentials, users, senderOf(request.socket.remoteAddress ?? ''));
}

/** The address, or of IPv6 its network, as one client has 2^64 addresses in it. */
export function senderOf(address: string): string {
  if (!address.includes(':') || /^::ffff:[\d.]+$/.test(address)) return address;
  const [head = [], tail = []] = address.split('::').map((part) => part.split(':').filter((group) => group !== ''));
  const zeros = Array.from({ length: Math.max(0, 8 - head.length - tail.length) }, () => '0');
  return [...head, ...zeros, ...tail].slice(0, 4).join(':');
}

function refuse(response: ServerResponse, status: number, text: string): void {
  response.statusCode = status;
  response.setHeader('Cache-Control', 'no-store');
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  response.end(`${text}\n`);
}
