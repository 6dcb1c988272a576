import {
  createServer,
  type Server as HttpServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from 'node:http';
import { connect } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import { createApp, type SnapshotSource } from '../../exporter/app.ts';
import { collectors } from '../../exporter/collectors/index.ts';
import { contentTypes, createRender } from '../../exporter/scrape.ts';
import { type CreateServer, listen, type Server } from '../../exporter/server.ts';
import { ChangeLog } from '../../src/monitor/change-log.ts';
import type { Snapshot } from '../../src/monitor/snapshot.ts';
import { build, fakeLog } from './fakes.ts';
import { healthy } from './snapshots.ts';

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function serve(source: Partial<SnapshotSource & { snapshot: Snapshot }> = {}, telemetryPath = '/metrics') {
  const { log, lines } = fakeLog();
  const deadlines: number[] = [];
  const monitor: SnapshotSource = {
    ready: true,
    changes: new ChangeLog(),
    read: async (deadline) => {
      deadlines.push(deadline);
      return source.snapshot ?? healthy;
    },
    ...source,
  };
  const render = createRender({ collectors, build, log });
  const app = createApp({ monitor, render, telemetryPath, version: '1.2.3', log });
  const server = await listen(app, [{ host: '127.0.0.1', port: 0 }]);
  servers.push(server);
  const port = server.addresses[0]?.port ?? 0;
  return { server, port, lines, deadlines, fetch: fetcher(port) };
}

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

const fetcher =
  (port: number) =>
  (path: string, headers: OutgoingHttpHeaders = {}, method = 'GET') =>
    new Promise<Answer>((resolve, reject) => {
      httpRequest({ port, host: '127.0.0.1', path, method, headers, agent: false }, async (response) => {
        const body = Buffer.concat(await response.toArray());
        resolve({ status: response.statusCode, headers: response.headers, body });
      })
        .on('error', reject)
        .end();
    });

test.each([
  [{}, contentTypes.text, '\n'],
  [{ accept: 'application/openmetrics-text;version=1.0.0' }, contentTypes.openmetrics, '\n# EOF\n'],
  [{ accept: 'application/openmetrics-text;version=9.0.0' }, contentTypes.text, '\n'],
])('metrics with %j have the exact type %s', async (headers, type, end) => {
  const { status, headers: got, body } = await (await serve()).fetch('/metrics', headers);
  expect(status).toBe(200);
  expect(got['content-type']).toBe(type);
  expect(got['cache-control']).toBe('no-store');
  expect(got.vary).toBe('Accept, Accept-Encoding');
  expect(got['x-powered-by']).toBeUndefined();
  expect(got.etag).toBeUndefined();
  expect(body.toString()).toContain('\ncorosync_up 1\n');
  expect(body.toString().endsWith(end)).toBe(true);
});

test.each([
  ['gzip', 'gzip'],
  ['gzip;q=1.0', 'gzip'],
  ['identity', undefined],
  ['gzip;q=0', undefined],
  ['*;q=0', undefined],
  ['', undefined],
])('Accept-Encoding %s gives %s', async (accepted, encoding) => {
  const { fetch } = await serve();
  for (const accept of ['text/plain', 'application/openmetrics-text']) {
    const { headers, body } = await fetch('/metrics', { 'accept-encoding': accepted, accept });
    expect(headers['content-encoding']).toBe(encoding);
    expect((encoding ? gunzipSync(body) : body).toString()).toContain('\ncorosync_up 1\n');
  }
});

test.each(['/metrics', '/', '/-/healthy', '/-/ready', '/api/v1/state'])(
  'HEAD %s has the headers of GET and no body',
  async (path) => {
    const { fetch } = await serve();
    const [get, head] = [await fetch(path), await fetch(path, {}, 'HEAD')];
    expect(head.status).toBe(200);
    expect(head.headers['content-type']).toBe(get.headers['content-type']);
    expect(head.body.length).toBe(0);
  },
);

test.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])('%s is not allowed', async (method) => {
  const { status, headers, body } = await (await serve()).fetch('/metrics', {}, method);
  expect([status, headers.allow, headers['content-type']]).toEqual([405, 'GET, HEAD', 'text/plain; charset=utf-8']);
  expect(body.toString()).toBe('Only GET and HEAD are allowed here.\n');
});

test.each(['/nothing', '/METRICS', '/metrics/', '/%', '/metrics%00', '//metrics'])('%s is not found', async (path) => {
  const { status, headers } = await (await serve()).fetch(path);
  expect([status, headers['content-type']]).toEqual([404, 'text/plain; charset=utf-8']);
});

test('the telemetry path can be moved, and a query is ignored', async () => {
  const { fetch } = await serve({}, '/other');
  expect((await fetch('/other?a=b')).body.toString()).toContain('corosync_up 1');
  expect((await fetch('/metrics')).status).toBe(404);
  expect((await fetch('/')).body.toString()).toContain('href="other"');
});

test.each([
  [undefined, 3000],
  ['10', 3000],
  ['2', 1500],
  ['1.25', 750],
  ['0.5', 100],
  ['0.000001', 100],
  ['0', 3000],
  ['-1', 3000],
  ['soon', 3000],
  ['1e3', 3000],
])('a scrape timeout of %s gives corosync %d ms', async (timeout, deadline) => {
  const { fetch, deadlines } = await serve();
  await fetch('/metrics', timeout === undefined ? {} : { 'x-prometheus-scrape-timeout-seconds': timeout });
  expect(deadlines).toEqual([deadline]);
});

test('ready waits for an answer of corosync, healthy does not', async () => {
  const { fetch } = await serve({ ready: false });
  expect((await fetch('/-/ready')).status).toBe(503);
  expect((await fetch('/-/healthy')).status).toBe(200);
  expect((await (await serve()).fetch('/-/ready')).status).toBe(200);
});

test('a bug in a page is a plain 500 and one log line', async () => {
  const { fetch, lines } = await serve({ read: () => Promise.reject(new Error('a bug')) });
  const { status, body } = await fetch('/metrics');
  expect([status, body.toString()]).toEqual([500, 'Internal error, see the log.\n']);
  expect(lines).toHaveLength(1);
});

test('closing ends idle and half-sent connections at once', async () => {
  const { server, port } = await serve();
  const sockets = ['', 'GET /metrics HTTP/1.1\r\nHost: x\r\n', 'GET /-/healthy HTTP/1.1\r\nHost: x\r\n\r\n'].map(
    (text) => {
      const socket = connect(port, '127.0.0.1', () => socket.write(text));
      return new Promise<void>((resolve) =>
        socket
          .on('data', () => {})
          .on('close', () => resolve())
          .on('error', () => {}),
      );
    },
  );
  await new Promise((resolve) => setTimeout(resolve, 50));
  const begin = Date.now();
  await server.close();
  await Promise.all(sockets);
  expect(Date.now() - begin).toBeLessThan(500);
});

test('every address is served, and a used port is refused with the remedy', async () => {
  const both = await listen(
    (_, response) => response.end('x'),
    [
      { host: undefined, port: 0 },
      { host: '127.0.0.1', port: 0 },
    ],
  );
  servers.push(both);
  for (const { port } of both.addresses) expect((await fetcher(port)('/')).status).toBe(200);
  const port = both.addresses[1]?.port ?? 0;
  await expect(listen(() => {}, [{ host: '127.0.0.1', port }])).rejects.toThrow(
    `cannot listen on 127.0.0.1:${port}: the port is in use; end the program that has it, or choose another port ` +
      'with --web.listen-address or web.listen_addresses',
  );
});

test('connections that cannot be accepted are one line in the log, and the end of nothing', async () => {
  const { log, lines } = fakeLog();
  let inner: HttpServer | undefined;
  const create: CreateServer = (options, handler) => {
    inner = createServer(options, handler);
    return inner;
  };
  const server = await listen((_, response) => response.end('x'), [{ host: '127.0.0.1', port: 0 }], { create, log });
  servers.push(server);
  for (const code of ['EMFILE', 'EMFILE', 'ENFILE']) {
    inner?.emit('error', Object.assign(new Error(`accept ${code}`), { code }));
  }
  expect(lines).toEqual(['warn Connection could not be accepted {"err":{"code":"EMFILE"}}']);
  expect((await fetcher(server.addresses[0]?.port ?? 0)('/')).status).toBe(200);
});
