import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test, vi } from 'vitest';
// Worker threads load compiled modules: this is the built program.
import { LaneThread } from '../../dist/src/monitor/lane-thread.js';
import type { LaneEvent } from '../../src/monitor/lane-protocol.ts';

vi.setConfig({ testTimeout: 30_000 }); // threads, on a machine that may be busy

const ANSWER = 0;
const HOLD = 1;
const THROW = 2;

const opened: { lane: LaneThread; cell: Int32Array }[] = [];

function start(dispatchInterval = 50) {
  const shared = new SharedArrayBuffer(8);
  const cell = new Int32Array(shared);
  const events: LaneEvent[] = [];
  const errors: string[] = [];
  const turns: string[] = [];
  const eventsAtStart: LaneEvent[][] = [];
  const log = { info: () => {}, warn: () => {}, error: (message: string) => void errors.push(message) };
  const lane = new LaneThread({
    name: 'services',
    options: {
      dispatchInterval,
      probeTimeout: 200,
      cpg: { join: true, probeInterval: 0 },
      reads: {},
      trafficLimit: 0,
      pidFile: '',
      simulation: { nodeid: 1, startedAt: 0, cell: shared } as never,
    },
    bindings: new URL('./lane-bindings.mjs', import.meta.url).href,
    log,
    onEvent: (event: LaneEvent) => void events.push(event),
    onStart: () => {
      turns.push('start');
      eventsAtStart.push([...events]);
    },
    onEnd: () => void turns.push('end'),
  });
  opened.push({ lane, cell });
  return { lane, cell, events, eventsAtStart, errors, turns };
}

afterEach(async () => {
  for (const { lane, cell } of opened.splice(0)) {
    Atomics.store(cell, 0, ANSWER);
    await lane.stop(2_000);
  }
});

async function timed(action: () => Promise<unknown>): Promise<number> {
  const before = performance.now();
  await action();
  return performance.now() - before;
}

test('reads at the same time share one round', async () => {
  const { lane, events } = start(60_000);
  await lane.read([]);
  events.length = 0;
  await Promise.all([lane.read([]), lane.read([]), lane.read([])]);
  expect(events.filter(({ kind }) => kind === 'probed')).toHaveLength(1);
});

test('a lane that is held is waited for until the probe deadline, and not at all once it is past', async () => {
  const { lane, cell } = start();
  await lane.read([]);
  Atomics.store(cell, 0, HOLD);
  const first = await timed(() => lane.read([]));
  expect(first).toBeGreaterThan(150);
  expect(first).toBeLessThan(5_000);
  expect(lane.state.heldSeconds).toBeGreaterThan(0.2);
  expect(await timed(() => lane.read([]))).toBeLessThan(150);
});

test('a lane that is let go answers again', async () => {
  const { lane, cell, events } = start();
  await lane.read([]);
  Atomics.store(cell, 0, HOLD);
  await lane.read([]);
  events.length = 0;
  Atomics.store(cell, 0, ANSWER);
  await vi.waitFor(() => expect(events.some(({ kind }) => kind === 'probed')).toBe(true), 10_000);
  expect(lane.state.heldSeconds).toBe(0);
});

test('a lane that throws closes its connections, tells that at once, is started again, and counted', async () => {
  const { lane, cell, events, errors, turns } = start();
  await lane.read([]);
  Atomics.store(cell, 0, THROW);
  await vi.waitFor(() => expect(lane.state.restarts).toBe(1), 10_000);
  expect(Atomics.load(cell, 1), 'connections closed').toBe(3);
  expect(errors).toEqual(['A lane died and is started again']);
  expect(turns).toEqual(['start', 'end']);
  expect(await timed(() => lane.read([])), 'a read while there is no lane').toBeLessThan(150);
  Atomics.store(cell, 0, ANSWER);
  events.length = 0;
  await vi.waitFor(() => expect(events.some(({ kind }) => kind === 'probed')).toBe(true), 10_000);
  expect(turns).toEqual(['start', 'end', 'start']);
});

test('a lane that never comes back is left behind for another, and the end of both is not in order', async () => {
  const { lane, cell, events, eventsAtStart, errors, turns } = start();
  await lane.read([]);
  Atomics.store(cell, 0, HOLD);
  await lane.read([]);
  lane.leaveBehind();
  expect(lane.state).toEqual({ name: 'services', heldSeconds: 0, restarts: 1 });
  expect(errors).toEqual(['A lane does not come back from a call and is replaced']);
  events.length = 0;
  await vi.waitFor(() => expect(turns).toEqual(['start', 'end', 'start']), 10_000);
  expect(eventsAtStart.at(-1), 'of the one left behind').toEqual([]);
  Atomics.store(cell, 0, ANSWER);
  await vi.waitFor(() => expect(events.some(({ kind }) => kind === 'probed')).toBe(true), 10_000);
  expect(await lane.stop(1_000)).toBe(false);
});

test('a lane ends in order within its deadline, and a held one says that it did not', async () => {
  const { lane, cell } = start();
  await lane.read([]);
  Atomics.store(cell, 0, HOLD);
  await lane.read([]);
  expect(await lane.stop(100)).toBe(false);
  Atomics.store(cell, 0, ANSWER);
  const other = start();
  await other.lane.read([]);
  expect(await other.lane.stop(5_000)).toBe(true);
  expect(Atomics.load(other.cell, 1), 'connections closed').toBe(3);
});

test('a lane that runs out of memory ends the process: nothing else closes its connections', () => {
  const script = fileURLToPath(new URL('hoarding-lane.mjs', import.meta.url));
  const { status, stderr } = spawnSync(process.execPath, ['--max-old-space-size=64', script], { timeout: 20_000 });
  expect(String(stderr)).toContain('the lane services ran out of memory');
  expect(status).toBe(1);
}, 30_000);
