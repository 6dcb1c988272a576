import type { IncomingMessage } from 'node:http';
import type { Request, Response } from 'express';
import type { ChangeLog } from '../../src/monitor/change-log.ts';
import type { Snapshot } from '../../src/monitor/snapshot.ts';
import { Content } from '../content.ts';
import { stateOf } from './state.ts';

/** What the API needs of the monitor. */
export interface ApiSource {
  read(deadline: number): Promise<Snapshot>;
  readonly changes: ChangeLog;
}

/** Whether who asked would be let in by the same rules now: an answer may last longer than they do. */
export type StillAllowed = (request: IncomingMessage) => boolean;

/** Whoever asks for the state waits no longer than this, in milliseconds. */
const deadline = 1_000;
/** A proxy ends a connection on which nothing comes. */
const keepAlive = 15_000;
/** Each listener is an open connection. */
const mostListeners = 32;
/** One that does not read what it is sent is not worth more memory than this, in bytes. */
const mostUnread = 64 << 10;

type Handler = (request: Request, response: Response) => Promise<void> | void;

/** What programs and the page read, as JSON: docs/api.md. */
export function apiRoutes(monitor: ApiSource, stillAllowed: StillAllowed = () => true): Map<string, Handler> {
  /** The one that has listened longest first. */
  const listeners = new Set<Response>();
  return new Map<string, Handler>([
    ['/api/v1/state', async (_, response) => sendJson(response, stateOf(await monitor.read(deadline)))],
    ['/api/v1/events', (_, response) => sendJson(response, { events: monitor.changes.changes })],
    [
      '/api/v1/stream',
      (request, response) => {
        response.writeHead(200, { 'Content-Type': 'text/event-stream', 'X-Accel-Buffering': 'no' });
        if (request.method === 'HEAD') return void response.end();
        const [oldest] = listeners;
        // To refuse the new one would let whoever listens much keep out all others.
        if (oldest !== undefined && listeners.size >= mostListeners) {
          listeners.delete(oldest);
          dismiss(oldest);
        }
        listeners.add(response);
        const send = (text: string) => {
          if (response.writableEnded) return; // dismissed, and not closed yet
          response.write(text);
          if (response.writableLength > mostUnread) response.destroy();
        };
        send('retry: 5000\n\n');
        const stop = monitor.changes.listen((change) => {
          send(`id: ${change.id}\nevent: ${change.kind}\ndata: ${JSON.stringify(change)}\n\n`);
        });
        const timer = setInterval(() => {
          if (stillAllowed(request)) send(': still here\n\n');
          else response.destroy(); // with its connection: who comes again is judged anew
        }, keepAlive);
        request.on('close', () => {
          listeners.delete(response);
          clearInterval(timer);
          stop();
        });
      },
    ],
  ]);
}

/** Ends a stream; the listener may come again, but not at once, in the place of another. */
function dismiss(listener: Response): void {
  listener.end('retry: 60000\n\n');
  // It may not read what it is sent.
  setTimeout(() => listener.destroy(), 1_000).unref();
}

function sendJson(response: Response, value: object): void {
  new Content(JSON.stringify(value)).send(response.type('json'));
}
