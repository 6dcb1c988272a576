import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { Log } from '../log.ts';
import type { CreateServer } from '../server.ts';
import { Authenticator } from './authenticator.ts';
import { WebSettingsFollower } from './follower.ts';
import { guard } from './guard.ts';
import { PasswordThread } from './password-thread.ts';
import type { WebSettings } from './settings.ts';
import { createTlsServer } from './tls-server.ts';

/** Who gets at the web pages, and how: by a web configuration file. */
export interface WebAccess {
  readonly scheme: 'http' | 'https';
  /** The pages behind the file's users, limit and headers. */
  guard(handler: RequestListener): RequestListener;
  /** Whether the file still says what a guarded request was judged by. */
  stillAllowed(request: IncomingMessage): boolean;
  readonly createServer: CreateServer;
  close(): Promise<void>;
}

/** Follows a web configuration file; a mistake in it now is a ConfigError, later a warning in the log. */
export function openWebAccess(file: string, log: Log): WebAccess {
  const follower = new WebSettingsFollower(file, log);
  const thread = new PasswordThread();
  const authenticator = new Authenticator(thread.compare);
  const current = () => follower.current();
  const settings = current();
  announce(settings, file, log);
  const judgedBy = new WeakMap<IncomingMessage, WebSettings>();
  return {
    scheme: settings.tls ? 'https' : 'http',
    guard(handler) {
      const guarded = guard(handler, { current, authenticator, log });
      return (request, response) => {
        // On a connection that TLS let in by other rules, and that ends with its answer, nothing is to last.
        if (response.getHeader('Connection') !== 'close') judgedBy.set(request, current());
        guarded(request, response);
      };
    },
    stillAllowed: (request) => judgedBy.get(request) === current(),
    createServer(options, handler) {
      // The follower never turns TLS on or off.
      const tls = () => current().tls ?? settings.tls;
      const first = tls();
      if (first === undefined) return createServer(options, handler);
      return createTlsServer(options, handler, () => tls() ?? first, log);
    },
    close: () => thread.close(),
  };
}

/** Costs of bcrypt above this take longer than a second or so. */
const usualCost = 14;

function announce({ tls, users, http, rateLimit }: WebSettings, file: string, log: Log): void {
  const client_auth_type = tls?.clients.type;
  log.info('Web configuration read', {
    web_config_file: file,
    tls: tls !== undefined,
    ...(client_auth_type && { client_auth_type }),
    users: users.size,
  });
  if (http.http2) log.info('HTTP/2 is not served: clients get HTTP/1.1, although http2 is true');
  if (tls === undefined && users.size > 0) log.warn('Passwords travel in the clear: users are set, TLS is not');
  if (rateLimit.interval > 0 && rateLimit.burst === 0) log.warn('Every request is refused: rate_limit.burst is 0');
  for (const [user, hash] of users) {
    const cost = Number(hash.slice(4, 6));
    if (cost > usualCost)
      log.warn('A password takes seconds to check, make its hash with a lower cost', { user, cost });
  }
}
