import type { Request, Response } from 'express';
import type { ApiSource } from '../api/routes.ts';
import { stateOf } from '../api/state.ts';
import { Content } from '../content.ts';
import { assets } from './assets.ts';
import { type PageOptions, page } from './page.ts';

/** A person waits for the page: it has a shorter deadline than a scrape, in milliseconds. */
const deadline = 1_000;

/** Nothing but our own script and style, and nobody puts the page into another one. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

type Handler = (request: Request, response: Response) => Promise<void> | void;

/** The page for people, and what it loads. */
export function pageRoutes(monitor: ApiSource, options: PageOptions): Map<string, Handler> {
  return new Map<string, Handler>([
    [
      '/',
      async (_, response) => {
        const state = stateOf(await monitor.read(deadline));
        response.set({ 'Content-Security-Policy': policy, 'Referrer-Policy': 'no-referrer' });
        new Content(page(state, monitor.changes.changes, options)).send(response.type('html'));
      },
    ],
    ...Object.values(assets).map(({ path, type, content }): [string, Handler] => [
      path,
      (_, response) => {
        response.set('Cache-Control', 'private, max-age=31536000, immutable');
        content.send(response.type(type));
      },
    ]),
  ]);
}
