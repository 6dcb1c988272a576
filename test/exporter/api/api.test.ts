import { get, IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import { apiRoutes } from '../../../exporter/api/routes.ts';
import { Events, State } from '../../../exporter/api/schema.ts';
import { stateOf } from '../../../exporter/api/state.ts';
import { createApp } from '../../../exporter/app.ts';
import { listen, type Server } from '../../../exporter/server.ts';
import { ChangeLog } from '../../../src/monitor/change-log.ts';
import { fakeLog } from '../fakes.ts';
import { blank, down, frozen, healthy, sync } from '../snapshots.ts';

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

const change = {
  kind: 'link',
  level: 'warn',
  message: 'Link down',
  fields: { nodeid: 2, node: 'b', link: 1 },
} as const;

async function serve() {
  const changes = new ChangeLog();
  const monitor = { ready: true, read: async () => healthy, changes };
  const render = async () => '';
  const app = createApp({ monitor, render, telemetryPath: '/metrics', version: '1', log: fakeLog().log });
  const server = await listen(app, [{ host: '127.0.0.1', port: 0 }]);
  servers.push(server);
  return { changes, server, url: `http://127.0.0.1:${server.addresses[0]?.port}` };
}

/** The stream's text as it comes, and how to end it. */
function open(url: string) {
  const stream = { text: '', status: 0, ended: false, close: () => {} };
  const request = get(`${url}/api/v1/stream`, (response) => {
    stream.status = response.statusCode ?? 0;
    response.setEncoding('utf8').on('data', (text: string) => {
      stream.text += text;
    });
    response.on('close', () => {
      stream.ended = true;
    });
  });
  request.on('error', () => {});
  stream.close = () => void request.destroy();
  return stream;
}

test.each(Object.entries({ healthy, frozen, down, sync, blank }))(
  'the state of %s is as its schema says',
  (_, snapshot) => {
    const json = JSON.parse(JSON.stringify(stateOf(snapshot)));
    expect(z.strictObject(State.shape).parse(json)).toEqual(json);
  },
);

test('the state says what is confirmed, and null where nothing is', () => {
  const state = stateOf(healthy);
  expect(state.quorum).toEqual({
    quorate: true,
    provider_configured: true,
    ring: { representative_node_id: 1, sequence: '1208', text: '1.4b8' },
  });
  expect(state.nodes.map(({ name, local, in_membership }) => [name, local, in_membership])).toEqual([
    ['node1', true, true],
    ['node2', false, true],
    ['node3', false, true],
  ]);
  expect(state.nodes[1]?.links?.[0]).toEqual({
    link: 0,
    enabled: true,
    connected: false,
    latency_seconds: 0.000212,
    mtu_bytes: null,
  });
  expect(state.groups?.[1]?.members).toContainEqual({ node_id: 1, processes: 1, stale: 0 });
  const { quorum, membership, votes, groups, configuration, cluster } = stateOf(frozen);
  expect([quorum, membership, votes, groups, configuration]).toEqual([null, null, null, null, null]);
  expect(cluster?.name).toBe('hacluster');
});

test('a member that the nodelist lacks is in the state', () => {
  const membership = { ringId: { nodeid: 1, seq: 1n }, members: [1, 9] };
  expect(stateOf({ ...healthy, membership }).nodes.at(-1)).toMatchObject({
    node_id: 9,
    configured: false,
    in_membership: true,
  });
});

test('state and events are answered as JSON', async () => {
  const { changes, url } = await serve();
  changes.add(change, 1_700_000_000);
  const state = await fetch(`${url}/api/v1/state`);
  expect(state.headers.get('content-type')).toMatch(/^application\/json/);
  expect(State.parse(await state.json()).up).toBe(true);
  const events = Events.parse(await (await fetch(`${url}/api/v1/events`)).json());
  expect(events).toEqual({ events: [{ id: 1, time: 1_700_000_000, ...change }] });
});

test('the stream brings each change as it comes', async () => {
  const { changes, url } = await serve();
  const stream = open(url);
  await expect.poll(() => stream.text).toBe('retry: 5000\n\n');
  changes.add(change, 1_700_000_000);
  await expect.poll(() => stream.text).toContain('id: 1\nevent: link\ndata: {');
  stream.close();
});

test('of very many listeners those that came last listen', async () => {
  const { changes, url } = await serve();
  const streams: ReturnType<typeof open>[] = [];
  for (let i = 0; i < 34; i += 1) {
    const stream = open(url);
    streams.push(stream);
    await expect.poll(() => stream.status).toBe(200);
  }
  for (const first of streams.slice(0, 2)) {
    await expect.poll(() => first.ended).toBe(true);
    expect(first.text).toContain('retry: 60000\n\n');
  }
  changes.add(change, 1);
  const last = streams.slice(2);
  await expect.poll(() => last.every(({ text }) => text.includes('event: link'))).toBe(true);
  expect(last.some(({ ended }) => ended)).toBe(false);
});

test('a change right after a listener was dismissed is not sent to it', async () => {
  const changes = new ChangeLog();
  const stream = apiRoutes({ changes, read: () => Promise.reject(new Error('not read')) }).get('/api/v1/stream');
  const errors: Error[] = [];
  const requests: IncomingMessage[] = [];
  for (let i = 0; i < 33; i += 1) {
    const request = new IncomingMessage(new Socket());
    requests.push(request);
    const response = new ServerResponse(request).on('error', (error) => errors.push(error));
    stream?.(request as never, response as never);
  }
  changes.add(change, 1);
  await new Promise((resolve) => setTimeout(resolve, 10));
  for (const request of requests) request.emit('close');
  expect(errors).toEqual([]);
});

test('HEAD of the stream is answered and is no listener', async () => {
  const { url } = await serve();
  const response = await fetch(`${url}/api/v1/stream`, { method: 'HEAD' });
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
});

test('the server ends the streams when it closes', async () => {
  const { server, url } = await serve();
  const stream = open(url);
  await expect.poll(() => stream.status).toBe(200);
  const begin = Date.now();
  await server.close();
  await expect.poll(() => stream.ended).toBe(true);
  expect(Date.now() - begin).toBeLessThan(1_500);
});

test('the documented schemas are those of the code', async () => {
  const text = (schema: z.ZodType) => `${JSON.stringify(z.toJSONSchema(schema), null, 2)}\n`;
  await expect(text(State)).toMatchFileSnapshot('../../../docs/api/state.schema.json');
  await expect(text(Events)).toMatchFileSnapshot('../../../docs/api/events.schema.json');
});
