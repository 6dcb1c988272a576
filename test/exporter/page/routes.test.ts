import { Script } from 'node:vm';
import { afterEach, expect, test } from 'vitest';
import { type AppOptions, createApp } from '../../../exporter/app.ts';
import { listen, type Server } from '../../../exporter/server.ts';
import { ChangeLog } from '../../../src/monitor/change-log.ts';
import type { Snapshot } from '../../../src/monitor/snapshot.ts';
import { fakeLog } from '../fakes.ts';
import { healthy } from '../snapshots.ts';

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function serve(snapshot: Snapshot = healthy, telemetryPath = '/metrics', more: Partial<AppOptions> = {}) {
  const changes = new ChangeLog();
  const deadlines: number[] = [];
  const read = async (deadline: number) => {
    deadlines.push(deadline);
    return snapshot;
  };
  const monitor = { ready: true, read, changes };
  const { log } = fakeLog();
  const app = createApp({ monitor, render: async () => '', telemetryPath, version: '1', log, ...more });
  const server = await listen(app, [{ host: '127.0.0.1', port: 0 }]);
  servers.push(server);
  return { changes, deadlines, url: `http://127.0.0.1:${server.addresses[0]?.port}` };
}

const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
  "frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

test('the page comes with a policy that lets nothing in but its own files, and is not kept', async () => {
  const { url, deadlines } = await serve();
  const answer = await fetch(url);
  expect(answer.status).toBe(200);
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policy,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  });
  expect(await answer.text()).toMatch(/^<!DOCTYPE html>\n[\s\S]*<\/html>\n$/);
  expect(deadlines).toEqual([1_000]);
});

test('HEAD has the headers of GET and no body', async () => {
  const { url } = await serve();
  const [get, head] = [await fetch(url), await fetch(url, { method: 'HEAD' })];
  expect(await head.text()).toBe('');
  for (const name of ['content-type', 'content-security-policy', 'cache-control']) {
    expect(head.headers.get(name)).toBe(get.headers.get(name));
  }
  expect((await fetch(url, { method: 'POST' })).status).toBe(405);
});

test('style and script have the type that they are loaded as, and may be kept, as their name changes with them', async () => {
  const { url } = await serve();
  const text = await (await fetch(url)).text();
  const paths = [...text.matchAll(/(?:href|src)="(assets\/[^"]+)"/g)].map(([, path]) => path);
  expect(paths).toEqual([
    expect.stringMatching(/^assets\/page-[0-9a-f]{16}\.css$/),
    expect.stringMatching(/^assets\/page-[0-9a-f]{16}\.js$/),
  ]);
  const types: (string | null)[] = [];
  for (const path of paths) {
    const answer = await fetch(`${url}/${path}`);
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'private, max-age=31536000, immutable']);
    types.push(answer.headers.get('content-type'));
    const script = await answer.text();
    if (path?.endsWith('.js')) new Script(script);
  }
  expect(types).toEqual(['text/css; charset=utf-8', 'text/javascript; charset=utf-8']);
  expect((await fetch(`${url}/assets/page-0000000000000000.js`)).status).toBe(404);
});

test('the page shows the changes that the API tells, and where the metrics are', async () => {
  const { url, changes } = await serve(healthy, '/other');
  const fields = { nodeid: 2, node: 'node2', link: 1 };
  changes.add({ kind: 'link', level: 'warn', message: 'Link down', fields }, healthy.time - 5);
  const text = await (await fetch(url)).text();
  expect(text).toContain('Link down');
  expect(text).toContain('link 1 to node2');
  expect(text).toContain('href="other"');
});

test('the page tells what is not read from what is not confirmed', async () => {
  const snapshot = { ...healthy, areas: {} };
  const words = async (more: Partial<AppOptions>) => {
    const { url } = await serve(snapshot, '/metrics', more);
    return (await (await fetch(url)).text()).match(/(?<=The (?:votes|links|groups): <[^>]*>)[^<]*/g);
  };
  expect(await words({})).toEqual(['not confirmed', 'not confirmed']); // the links have addresses
  expect(await words({ reads: { votes: [] } })).toEqual(['off', 'not confirmed', 'off']);
});

test('a page is small', async () => {
  const { url } = await serve();
  const { length } = await (await fetch(url)).text();
  expect(length).toBeLessThan(20_000);
});
