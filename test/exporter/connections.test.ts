import { randomBytes } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { createApp } from '../../exporter/app.ts';
import { defaultLimits, type Limits } from '../../exporter/connections.ts';
import { listen, type Server } from '../../exporter/server.ts';
import { ChangeLog } from '../../src/monitor/change-log.ts';
import { fakeLog } from './fakes.ts';
import { healthy } from './snapshots.ts';

const servers: Server[] = [];
const clients: Client[] = [];
afterEach(async () => {
  for (const { socket } of clients.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) await server.close();
});

interface Client {
  readonly socket: Socket;
  text: string;
  closed: boolean;
}

/** Serves `handler` and connects to it: a function that opens a connection, writes `text` and keeps what comes. */
async function serve(handler: RequestListener, limits: Partial<Limits> = {}) {
  const all = { ...defaultLimits, ...limits };
  const server = await listen(handler, [{ host: '127.0.0.1', port: 0 }], { limits: all });
  servers.push(server);
  const port = server.addresses[0]?.port ?? 0;
  return async (text = ''): Promise<Client> => {
    const socket = connect(port, '127.0.0.1');
    const client: Client = { socket, text: '', closed: false };
    clients.push(client);
    socket
      .on('error', () => {})
      .on('close', () => {
        client.closed = true;
      });
    socket.on('data', (data) => {
      client.text += data.toString('latin1');
    });
    await new Promise((resolve) => socket.once('connect', resolve));
    socket.write(text);
    await sleep(20);
    return client;
  };
}

const get = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';
const page: RequestListener = (_, response) => response.end('page');

/** Answers nobody until told to. */
function holding() {
  const held: (() => void)[] = [];
  const handler: RequestListener = (_, response) => void held.push(() => response.end('page'));
  return { handler, held };
}

/** The whole application on a monitor whose reading ends when told to. */
function application() {
  const done: (() => void)[] = [];
  const changes = new ChangeLog();
  const rendered: string[] = [];
  const app = createApp({
    monitor: {
      ready: true,
      changes,
      read: () => new Promise((resolve) => done.push(() => resolve(healthy))),
    },
    render: async (reading, format) => {
      await reading;
      rendered.push(format);
      return `rendering ${rendered.length}\n`;
    },
    telemetryPath: '/metrics',
    version: '1.2.3',
    log: fakeLog().log,
  });
  return { app, changes, rendered, finish: () => done.splice(0).forEach((one) => void one()) };
}

test('one request after the other on a connection is answered', async () => {
  const open = await serve(page);
  const client = await open(get);
  for (let i = 0; i < 20; i += 1) {
    await expect.poll(() => client.text.match(/page/g)?.length).toBe(i + 1);
    client.socket.write(get);
  }
  expect(client.closed).toBe(false);
});

test('a connection with a request before the answer to the last one is ended', async () => {
  const { handler, held } = holding();
  const open = await serve(handler);
  const client = await open(get.repeat(1_000));
  await expect.poll(() => client.closed).toBe(true);
  expect(held).toHaveLength(1);
});

test.each([
  ['a length', 'Content-Length: 1000000000\r\n\r\nxxx'],
  ['no end', 'Transfer-Encoding: chunked\r\n\r\n3\r\nxxx\r\n'],
])('a request with a body of %s is answered, and its connection is ended without the rest', async (_, rest) => {
  const open = await serve(page);
  const client = await open(`POST / HTTP/1.1\r\nHost: x\r\n${rest}`);
  await expect.poll(() => client.closed).toBe(true);
  expect(client.text).toContain('Connection: close');
  expect(client.text).toContain('page');
});

test('a client that does not take its answer in time is ended', async () => {
  const open = await serve((_, response) => response.end(Buffer.alloc(32 << 20)), { answer: 200 });
  const client = await open();
  client.socket.pause();
  client.socket.write(get);
  const begin = Date.now();
  await sleep(300);
  client.socket.resume();
  await expect.poll(() => client.closed).toBe(true);
  expect(Date.now() - begin).toBeLessThan(2_000);
  expect(client.socket.bytesRead).toBeLessThan(32 << 20);
});

test.each(['identity', 'gzip'])('the stream of events is not ended for being long, with %s', async (encoding) => {
  const open = await serve(application().app, { answer: 100 });
  const client = await open(`GET /api/v1/stream HTTP/1.1\r\nHost: x\r\nAccept-Encoding: ${encoding}\r\n\r\n`);
  await sleep(300);
  expect(client.closed).toBe(false);
  expect(client.text).toContain('retry: 5000');
});

test('headers that never end are given up in time, and so is a connection that says nothing', async () => {
  const open = await serve(page, { headers: 200 });
  const half = await open('GET / HTTP/1.1\r\nHost: x\r\n');
  const silent = await open();
  await expect.poll(() => half.closed, { timeout: 1_500 }).toBe(true);
  expect(half.text).toContain('408 Request Timeout');
  await expect.poll(() => silent.closed, { timeout: 1_500 }).toBe(true);
});

test('where there are too many connections the one that is idle longest is ended, never one that is answered', async () => {
  const { handler, held } = holding();
  const open = await serve(handler, { connections: 3, fresh: 0 });
  const asking = await open(get);
  const older = await open();
  const newer = await open();
  const last = await open(get);
  await expect.poll(() => [held.length, older.closed]).toEqual([2, true]);
  expect([asking, newer, last].map(({ closed }) => closed)).toEqual([false, false, false]);
  const more: Client[] = [];
  for (let i = 3; i <= 6; i += 1) {
    more.push(await open(get));
    await expect.poll(() => held.length).toBe(i);
  }
  expect(newer.closed).toBe(true);
  const refused = await open(get);
  await expect.poll(() => refused.closed).toBe(true);
  for (const answer of held) answer();
  await expect.poll(() => [asking, last, ...more].every(({ text }) => text.includes('page'))).toBe(true);
});

test('where all are answered the longest answered one is ended, no stream and none in the time of a scrape', async () => {
  const { handler, held } = holding();
  const open = await serve(
    (request, response) => {
      if (request.url !== '/stream') return void handler(request, response);
      response.setHeader('Content-Type', 'text/event-stream').write('retry: 5000');
    },
    { connections: 2, scrape: 2_000 },
  );
  const stream = await open(get.replace('/', '/stream'));
  const all: Client[] = [];
  for (let i = 0; i < 3; i += 1) all.push(await open(get));
  await expect.poll(() => held.length).toBe(3);
  const early = await open(get);
  await expect.poll(() => early.closed).toBe(true);
  expect(all.map(({ closed }) => closed)).toEqual([false, false, false]);
  await sleep(2_000);
  const late = [await open(get), await open(get)];
  await expect.poll(() => held.length).toBe(5);
  await expect.poll(() => all.map(({ closed }) => closed)).toEqual([true, true, false]);
  for (const answer of held) answer();
  await expect.poll(() => late.every(({ text }) => text.includes('page'))).toBe(true);
  expect(stream.closed).toBe(false);
});

test('a connection that is too new to have asked goes only where there are twice too many', async () => {
  const open = await serve(page, { connections: 2, fresh: 60_000 });
  const all: Client[] = [];
  for (let i = 0; i < 4; i += 1) all.push(await open());
  expect(all.map(({ closed }) => closed)).toEqual([false, false, false, false]);
  const last = await open(get);
  await expect.poll(() => last.text).toContain('page');
  await expect.poll(() => all.map(({ closed }) => closed)).toEqual([true, false, false, false]);
});

test('a connection that was used again is no longer the one that is idle longest', async () => {
  const open = await serve(page, { connections: 2, fresh: 0 });
  const first = await open(get);
  const second = await open();
  first.socket.write(get);
  await expect.poll(() => first.text.match(/page/g)?.length).toBe(2);
  await open();
  await expect.poll(() => [first.closed, second.closed]).toEqual([false, true]);
});

test('scrapes of one format at once are one rendering, and a later one is another', async () => {
  const { app, rendered, finish } = application();
  let asked = 0;
  const open = await serve((...request) => {
    asked += 1;
    app(...request);
  });
  const ask = (accept: string) => open(`GET /metrics HTTP/1.1\r\nHost: x\r\nAccept: ${accept}\r\n\r\n`);
  const all = await Promise.all([...Array.from({ length: 20 }, () => ask('*/*')), ask('application/openmetrics-text')]);
  await expect.poll(() => asked).toBe(all.length);
  expect(rendered).toEqual([]);
  finish();
  await expect.poll(() => all.every(({ text }) => text.includes('rendering'))).toBe(true);
  expect(rendered).toEqual(['text', 'openmetrics']);
  const later = await ask('*/*');
  await expect.poll(() => asked).toBe(all.length + 1);
  finish();
  await expect.poll(() => later.text).toContain('rendering 3');
});

test('what a listener that takes gzip does not read is bounded: it is ended', async () => {
  const { app, changes } = application();
  const open = await serve(app);
  const client = await open('GET /api/v1/stream HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n');
  client.socket.pause();
  const message = randomBytes(32 << 10).toString('hex'); // gzip makes half of it
  // The kernel takes some megabytes first.
  for (let i = 0; i < 300 && !client.closed; i += 1) {
    changes.add({ kind: 'link', level: 'info', message, fields: {} }, i);
    await new Promise(setImmediate);
  }
  client.socket.resume();
  await expect.poll(() => client.closed).toBe(true);
});

test('a client that comes from one port to two addresses has two connections, and both are ended', async () => {
  const { handler, held } = holding();
  const server = await listen(handler, [{ host: '0.0.0.0', port: 0 }]);
  const port = server.addresses[0]?.port ?? 0;
  const first = connect({ port, host: '127.0.0.1', localAddress: '127.0.0.1' });
  await new Promise((resolve) => first.once('connect', resolve));
  const second = connect({ port, host: '127.0.0.2', localAddress: '127.0.0.1', localPort: first.localPort as number });
  const closed = [first, second].map(
    (socket) => new Promise((resolve) => socket.on('error', () => {}).once('close', resolve)),
  );
  first.write(get);
  second.write(get);
  await expect.poll(() => held.length).toBe(2);
  await server.close();
  await Promise.all(closed);
});

test('of hundreds of headers no more are kept than a client needs', async () => {
  let kept = 0;
  const open = await serve((request, response) => {
    kept = request.rawHeaders.length / 2;
    response.end('page');
  });
  const headers = Array.from({ length: 900 }, (_, i) => `h${i}: v\r\n`).join('');
  const client = await open(`GET / HTTP/1.1\r\nHost: x\r\n${headers}\r\n`);
  await expect.poll(() => client.text).toContain('page');
  expect(kept).toBeLessThan(100);
});
