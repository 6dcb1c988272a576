import type { Page } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createApp } from '../../../exporter/app.ts';
import { listen, type Server } from '../../../exporter/server.ts';
import { ChangeLog } from '../../../src/monitor/change-log.ts';
import type { Snapshot } from '../../../src/monitor/snapshot.ts';
import { fakeLog } from '../fakes.ts';
import { blank, down, frozen, healthy, sync } from '../snapshots.ts';
import { axeFindings, type Browser, look, openBrowser, overflow, textOf } from './browser.ts';
import { alone, whole } from './states.ts';

// The page in a real browser, with a monitor of which the test decides what it says.
const changes = new ChangeLog();
let snapshot: Snapshot = whole;
let version = '1';
let reads = 0;
/** What reads wait for. */
let gate: Promise<void> | undefined;
let server: Server | undefined;
let port = 0;
let browser: Browser | undefined;
let page: Page;
let complaints: string[] = [];

async function serve(): Promise<void> {
  const read = async () => {
    reads += 1;
    await gate;
    return { ...snapshot, time: Date.now() / 1000 };
  };
  const monitor = { ready: true, read, changes };
  const app = createApp({ monitor, render: async () => '', telemetryPath: '/metrics', version, log: fakeLog().log });
  server = await listen(app, [{ host: '127.0.0.1', port }]);
  port = server.addresses[0]?.port ?? 0;
}

const linkDown = () =>
  changes.add({ kind: 'link', level: 'warn', message: 'Link down', fields: {} }, Date.now() / 1000);
const word = () => textOf(page, '#state .word');
const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
});

beforeEach(async () => {
  [snapshot, version, complaints] = [whole, '1', []];
  await serve();
  page = (await browser?.browser.newPage()) as Page;
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  const mayHide = "Object.defineProperty(document, 'hidden', { get: () => globalThis.isHidden ?? false })";
  await page.evaluateOnNewDocument(mayHide);
  await look(page);
  reads = 0;
  await page.goto(`http://127.0.0.1:${port}/`);
  await expect.poll(() => reads, { timeout: 5_000 }).toBe(2); // once more as soon as it listens
});
afterEach(async () => {
  await page?.close();
  await server?.close();
});

test('an event renews the page, and only what differs', async () => {
  await page.evaluate("document.querySelector('.scroll').focus(); document.querySelector('#nodes').mark = 1");
  snapshot = alone;
  linkDown();
  await expect.poll(word, { timeout: 5_000 }).toBe('Not quorate');
  expect(await page.title()).toMatch(/^Not quorate/);
  expect(await page.evaluate("document.activeElement.className + document.querySelector('#nodes').mark")).toBe(
    'scroll1',
  );
  expect(await textOf(page, '.changes li')).toMatch(/\d\d:\d\d:\d\d just now\s+Link down/);
  expect(complaints).toEqual([]);
});

test('with a user and password in the address it works too', async () => {
  await page.goto(`http://user:secret@127.0.0.1:${port}/`);
  await expect.poll(() => reads, { timeout: 5_000 }).toBe(4);
  snapshot = alone;
  linkDown();
  await expect.poll(word, { timeout: 5_000 }).toBe('Not quorate');
  expect(complaints).toEqual([]);
});

test('many events at once are few requests', async () => {
  const before = reads;
  for (let i = 0; i < 100; i += 1) linkDown();
  await expect.poll(() => reads - before, { timeout: 5_000 }).toBeGreaterThan(0);
  await sleep(1_500);
  expect(reads - before).toBeLessThan(4);
});

const show = (isHidden: boolean) =>
  page.evaluate(`isHidden = ${isHidden}; document.dispatchEvent(new Event('visibilitychange'))`);

test('hidden while it looks, it listens no more', async () => {
  let open = () => {};
  gate = new Promise((resolve) => {
    open = resolve;
  });
  const before = reads;
  linkDown();
  await expect.poll(() => reads - before, { timeout: 5_000 }).toBe(1);
  await show(true);
  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  const answered = page.waitForResponse((response) => new URL(response.url()).pathname === '/');
  open();
  gate = undefined;
  await answered;
  await sleep(500);
  expect(asked).toEqual([]);
});

test('without an event it looks every ten seconds, and not at all while it is hidden', async () => {
  const [before, since] = [reads, performance.now()];
  await expect.poll(() => reads - before, { timeout: 15_000 }).toBe(1);
  expect(performance.now() - since).toBeGreaterThan(8_000);
  await show(true);
  linkDown();
  await sleep(10_700);
  expect(reads - before).toBe(1);
  snapshot = frozen;
  await show(false);
  await expect.poll(word, { timeout: 5_000 }).toBe('Not confirmed');
  snapshot = whole;
  linkDown();
  await expect.poll(word, { timeout: 5_000 }).toBe('Quorate');
});

test('without the exporter nothing is shown as true; it comes back by itself', async () => {
  await server?.close();
  await expect.poll(word, { timeout: 10_000 }).toBe('No connection to the exporter');
  expect(await page.evaluate("getComputedStyle(document.querySelector('#details')).display")).toBe('none');
  expect(await page.title()).toBe('No connection to the exporter');
  expect(await axeFindings(page)).toEqual([]);
  await serve();
  await expect.poll(word, { timeout: 10_000 }).toBe('Quorate');
  snapshot = alone;
  linkDown();
  await expect.poll(word, { timeout: 5_000 }).toBe('Not quorate');
});

test('an answer that is not the page is no connection either', async () => {
  snapshot = undefined as unknown as Snapshot;
  await server?.close();
  server = await listen((_, response) => response.end('Not it.'), [{ host: '127.0.0.1', port }]);
  await expect.poll(word, { timeout: 10_000 }).toBe('No connection to the exporter');
});

test('the relative times go on', async () => {
  linkDown();
  await expect.poll(() => textOf(page, '.changes li .ago'), { timeout: 5_000 }).toMatch(/^[3-5] s ago$/);
});

describe.each(Object.entries({ whole, healthy, alone, frozen, down, sync, blank }))('%s', (_, state) => {
  test.each([
    { width: 1280, scheme: 'light' },
    { width: 1280, scheme: 'dark' },
    { width: 320, scheme: 'light' },
  ] as const)('has nothing that axe finds, nor that is cut off, in %j', async (how) => {
    snapshot = state;
    linkDown();
    await look(page, how);
    await page.reload();
    expect(await axeFindings(page)).toEqual([]);
    expect(await overflow(page)).toBe(0);
    expect(complaints).toEqual([]);
  });
});

test('hostile names do not act, nor make the page wider', async () => {
  const name = `<img src=x onerror="document.title='hacked'">${'x'.repeat(300)}`;
  const cluster = healthy.cluster && {
    ...healthy.cluster,
    name,
    nodes: healthy.cluster.nodes.map((node) => ({ ...node, name })),
  };
  snapshot = {
    ...alone,
    cluster,
    areas: { ...alone.areas, groups: { seconds: 0, value: [{ name, members: { 1: 1 } }] } },
  };
  await look(page, { width: 320 });
  linkDown();
  await expect.poll(() => textOf(page, 'h1'), { timeout: 5_000 }).toBe(name);
  await page.reload();
  expect(await textOf(page, 'h1')).toBe(name);
  expect(await page.title()).toContain('Not quorate');
  expect(await overflow(page)).toBe(0);
  expect(complaints).toEqual([]);
});
