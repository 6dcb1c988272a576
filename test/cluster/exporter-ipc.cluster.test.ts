import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ExporterOnNode, isUp, type Scrape } from './exporter-on-node.ts';
import { Lab } from './lab.ts';

const messages = 1500;

let lab: Lab;
let exporter: ExporterOnNode;
const pids: number[] = [];
/** Every scrape of these tests, in order. */
const scrapes: Scrape[] = [];

const series = (metric: string, process: string, service = 'cpg') =>
  `corosync_ipc_${metric}{ipc_service="${service}",process="${process}"}`;

beforeAll(async () => {
  lab = await Lab.up({ nodes: 2 });
  exporter = new ExporterOnNode(lab, 1);
  await exporter.until(isUp, 10_000);
});
afterAll(() => lab?.down());

async function scrape(): Promise<Scrape> {
  const taken = await exporter.scrape();
  scrapes.push(taken);
  return taken;
}

async function until(condition: (scrape: Scrape) => boolean, timeout = 10_000): Promise<Scrape> {
  const { scrape: taken } = await exporter.until((each) => {
    scrapes.push(each);
    return condition(each);
  }, timeout);
  return taken;
}

test('what a program does not take is counted as queued for it, and not for us', async () => {
  const slow = await client(1, 'slow-reader', 'busy');
  const { value } = await scrape();
  expect(value(series('connections', 'slow-reader'))).toBe(1);
  expect(value(series('queued_events', 'slow-reader'))).toBe(0);

  await client(2, 'sender', 'busy', messages);
  const full = await until((each) => (each.value(series('queued_events', 'slow-reader')) ?? 0) > 100);
  const later = await until(({ value: of }) => (of(series('queued_events', 'slow-reader')) ?? 0) > messages / 2);
  console.info(
    `ipc: ${later.value(series('queued_events', 'slow-reader'))} of ${messages} messages of 4 KiB are queued, ` +
      `${later.value(series('events_total', 'slow-reader'))} events were sent`,
  );
  for (const service of ['cpg', 'quorum', 'cmap', 'cfg', 'votequorum']) {
    expect(full.value(series('queued_events', 'corosync-export', service)), service).toBe(0);
    expect(later.value(series('queued_events', 'corosync-export', service)), service).toBe(0);
  }
  slow.kill('SIGKILL');
});

test('when a program ends its gauges go, and its counters stay', async () => {
  const last = scrapes.findLast((each) => each.value(series('connections', 'slow-reader')) === 1) as Scrape;
  const gone = await until(({ value }) => value(series('connections', 'slow-reader')) === undefined);
  expect(gone.value(series('queued_events', 'slow-reader'))).toBeUndefined();
  expect(gone.value(series('flow_control_connections', 'slow-reader'))).toBeUndefined();
  for (const counter of ['requests', 'responses', 'events', 'overloads', 'invalid_requests', 'flow_control']) {
    const before = last.value(series(`${counter}_total`, 'slow-reader'));
    expect(before, counter).toBeDefined();
    expect(gone.value(series(`${counter}_total`, 'slow-reader')), counter).toBe(before);
  }
  expect(gone.value(series('requests_total', 'slow-reader'))).toBeGreaterThan(0);
});

test('programs of one name that come one after the other are summed up', async () => {
  const requests = series('requests_total', 'in-turn');
  for (const turn of [1, 2, 3]) {
    const before = (await scrape()).value('corosync_ipc_connections_closed_total') ?? Number.NaN;
    const process = await client(1, 'in-turn', 'turns', 100);
    const { value } = await scrape();
    expect(value(series('connections', 'in-turn'))).toBe(1);
    expect(value(requests)).toBeGreaterThanOrEqual(100 * turn);
    expect(value(requests)).toBeLessThan(110 * turn);
    process.kill('SIGKILL');
    await until(
      (each) =>
        each.value(series('connections', 'in-turn')) === undefined &&
        each.value('corosync_ipc_connections_closed_total') === before + 1,
    );
  }
  const both = [await client(1, 'in-turn', 'turns', 50), await client(1, 'in-turn', 'turns', 50)];
  const { value } = await scrape();
  expect(value(series('connections', 'in-turn'))).toBe(2);
  expect(value(requests)).toBeGreaterThanOrEqual(400);
  for (const process of both) process.kill('SIGKILL');
});

test('tools that come and go are seen while they are there', async () => {
  const before = (await scrape()).value('corosync_ipc_connections_closed_total') ?? Number.NaN;
  for (let i = 0; i < 5; i += 1) {
    const monitor = lab.spawn(1, 'corosync-quorumtool', ['-m'], { stdio: 'ignore' });
    pids.push(monitor.pid as number);
    await until(({ value }) => value(series('connections', 'corosync-quorum', 'quorum')) === 1);
    let busy = true;
    const tools = Promise.all([lab.exec(1, 'corosync-cmapctl', ['-m', 'stats']), lab.exec(1, 'corosync-cpgtool')]);
    const done = tools.finally(() => {
      busy = false;
    });
    while (busy) await scrape();
    await done;
    monitor.kill('SIGKILL');
    await until(({ value }) => value(series('connections', 'corosync-quorum', 'quorum')) === undefined);
  }
  const { value } = await scrape();
  expect(value(series('requests_total', 'corosync-quorum', 'quorum'))).toBeGreaterThan(0);
  expect(value('corosync_ipc_connections_closed_total')).toBeGreaterThanOrEqual(before + 15);
});

test('no counter ever fell or went, and no label holds a pid or an address', () => {
  expect(scrapes.length).toBeGreaterThan(20);
  const before = new Map<string, number>();
  for (const { body, value } of scrapes) {
    const now = [...body.matchAll(/^(corosync_ipc_\w+_total(?:\{.*\})?) (\S+)$/gm)];
    for (const name of before.keys()) expect(value(name), name).toBeDefined();
    for (const [, name = '', text] of now) {
      expect(Number(text), name).toBeGreaterThanOrEqual(before.get(name) ?? 0);
      before.set(name, Number(text));
    }
    expect(body).not.toMatch(/^corosync_ipc_.*0x[0-9a-f]/m);
    const labels = [...body.matchAll(/^corosync_ipc_\w+\{ipc_service="(.*)",process="(.*)"\} /gm)];
    expect(labels.length).toBeGreaterThan(0);
    for (const [line, service = '', process = ''] of labels) {
      expect(['cmap', 'cfg', 'cpg', 'quorum', 'votequorum'], line).toContain(service);
      for (const pid of pids) expect(process.includes(String(pid)), line).toBe(false);
    }
    expect(value(series('queued_events', 'corosync-export'))).toBe(0);
    expect(value('corosync_exporter_collector_success{collector="ipc"}')).toBe(1);
  }
  console.info(`ipc: ${scrapes.length} scrapes, ${before.size} series of counters`);
});

const started: ChildProcess[] = [];
afterEach(() => {
  for (const process of started.splice(0)) process.kill('SIGKILL');
});

/** A program in a group: it never dispatches, or sends so many messages; it is ready when this returns. */
async function client(nodeid: number, name: string, group: string, count?: number): Promise<ChildProcess> {
  const args = ['--import', 'tsx', 'test/cluster/cpg-client.ts', name, group];
  const child = lab.spawn(nodeid, process.execPath, [...args, ...(count === undefined ? [] : [String(count)])], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  started.push(child);
  pids.push(child.pid as number);
  const ended = once(child, 'exit').then(([status]) => Promise.reject(new Error(`${name} ended with ${status}`)));
  ended.catch(() => {}); // at its end it is to be killed
  await Promise.race([once(createInterface(child.stdout as NodeJS.ReadableStream), 'line'), ended]);
  return child;
}
