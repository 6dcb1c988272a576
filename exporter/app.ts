import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import { type ApiSource, apiRoutes, type StillAllowed } from './api/routes.ts';
import { Content } from './content.ts';
import type { Format } from './family.ts';
import type { Log } from './log.ts';
import { negotiate } from './negotiate.ts';
import type { PageOptions } from './page/page.ts';
import { pageRoutes } from './page/routes.ts';
import { contentTypes, type Render } from './scrape.ts';
import { scrapeDeadline } from './scrape-deadline.ts';

/** What the web pages need of the monitor. */
export interface SnapshotSource extends ApiSource {
  readonly ready: boolean;
}

/** What the web application is made of. */
export interface AppOptions {
  readonly monitor: SnapshotSource;
  readonly render: Render;
  readonly telemetryPath: string;
  readonly version: string;
  readonly log: Log;
  readonly reads?: PageOptions['reads'];
  readonly stillAllowed?: StillAllowed | undefined;
}

type Handler = (request: Request, response: Response) => Promise<void> | void;

/** The web application: the telemetry path, the API, the page, and the two probes for whoever supervises the process. */
export function createApp(options: AppOptions): Express {
  const { monitor, render, telemetryPath, version, log, reads, stillAllowed } = options;
  const expose = shareExpositions(monitor, render);
  const pages = new Map<string, Handler>([
    ...apiRoutes(monitor, stillAllowed),
    ...pageRoutes(monitor, { telemetryPath, version, reads }),
    ['/-/healthy', (_, response) => plainText(response, 200, 'The exporter serves.')],
    [
      '/-/ready',
      (_, response) =>
        monitor.ready
          ? plainText(response, 200, 'The exporter is ready.')
          : plainText(response, 503, 'The exporter has had no answer from corosync yet.'),
    ],
    [
      telemetryPath,
      async (request, response) => {
        const format = negotiate(request.get('Accept'));
        const deadline = scrapeDeadline(request.get('X-Prometheus-Scrape-Timeout-Seconds'));
        const exposition = await expose(format, deadline);
        response.vary('Accept');
        // Express would rewrite the charset parameter; Prometheus 3 wants the type exactly.
        response.setHeader('Content-Type', contentTypes[format]);
        exposition.send(response);
      },
    ],
  ]);

  const app = express();
  app.disable('x-powered-by').disable('etag').disable('query parser');
  app.use(async (request, response) => {
    response.set({ 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' });
    const page = pages.get(request.path);
    if (page === undefined) return plainText(response, 404, 'Not found.');
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.set('Allow', 'GET, HEAD');
      return plainText(response, 405, 'Only GET and HEAD are allowed here.');
    }
    await page(request, response);
  });
  app.use((error: unknown, request: Request, response: Response, next: NextFunction) => {
    log.error('Request failed', { path: request.path, err: error });
    if (response.headersSent) next(error);
    else plainText(response, 500, 'Internal error, see the log.');
  });
  return app;
}

/** Renders for all who ask alike while corosync is read: two hundred scrapes at once are one rendering. */
function shareExpositions(monitor: Pick<SnapshotSource, 'read'>, render: Render) {
  const underWay = new Map<string, Promise<Content>>();
  return (format: Format, deadline: number): Promise<Content> => {
    const key = `${format} ${deadline}`;
    const joined = underWay.get(key);
    if (joined !== undefined) return joined;
    // Who comes later than this is to get what is true later.
    const reading = monitor.read(deadline).finally(() => underWay.delete(key));
    const exposition = render(reading, format).then((text) => new Content(text));
    underWay.set(key, exposition);
    return exposition;
  };
}

function plainText(response: Response, status: number, text: string): void {
  response.status(status).type('text').send(`${text}\n`);
}
