import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Lab } from '../test/cluster/lab.ts';
import { startFloor, startOurs } from './contestants.ts';
import { hotSpots } from './hot-spots.ts';
import type { Cell } from './options.ts';
import type { Programs } from './programs.ts';
import { mean, quantile, ratios } from './statistics.ts';
import { threadSeconds } from './threads.ts';
import { readTrace, type ScrapeTrace, threadNames } from './trace.ts';

/** Where a scrape's time goes. */
export interface Anatomy {
  /** Of the scrapes in the middle half, by their total; seconds, in their order. */
  readonly parts: readonly (readonly [part: string, seconds: number])[];
  /** CPU time of a scrape by thread, in seconds. */
  readonly threads: readonly (readonly [thread: string, seconds: number])[];
  readonly lanes: readonly LaneShare[];
}

/** A lane's work for a scrape against the same calls from C. */
export interface LaneShare {
  readonly lane: 'services' | 'votequorum';
  readonly calls: number;
  readonly seconds: number;
  /** In calls into the libraries, measured on its own. */
  readonly nativeSeconds: number;
  readonly floorSeconds: number;
  readonly ratio: { readonly low: number; readonly median: number; readonly high: number };
}

const tracer = fileURLToPath(new URL('trace-scrape.mjs', import.meta.url));
const warmUp = 100;
const most = 150;
/** Between two scrapes, in milliseconds. */
const pause = 5;

/** Scrapes a traced exporter in turns with the floor; given a folder, leaves CPU profiles there and prints their top. */
export async function takeApart(
  lab: Lab,
  programs: Programs,
  cell: Cell,
  rounds: number,
  profiles?: string,
): Promise<Anatomy> {
  const count = Math.min(rounds, most);
  const plain = await trace(lab, programs, count, join(programs.folder, `trace-${cell.nodes}x${cell.links}`), '0');
  const timed = await trace(lab, programs, count, join(programs.folder, `timed-${cell.nodes}x${cell.links}`), '1');
  if (profiles !== undefined) await profile(lab, join(profiles, `${cell.nodes}x${cell.links}`), count);
  const middle = middleHalf(plain.traces);
  const part = (of: (trace: ScrapeTrace) => number) => mean(middle.map(of));
  return {
    parts: [
      ['request: Node.js, express', part(({ ask }) => ask)],
      ['waking the lanes, and their calls into corosync', part(({ lanes }) => lanes)],
      ['their messages, taken in', part(({ hear }) => hear)],
      ['snapshot and collectors', part(({ collect }) => collect)],
      ['text (prom-client)', part(({ text }) => text)],
      ['gzip, sending', part(({ send }) => send)],
    ],
    threads: plain.threads,
    lanes: (['services', 'votequorum'] as const).map((lane) => {
      const ours = plain.traces.map((each) => each[lane].seconds);
      const floor = plain.floors.map((each) => each[lane]);
      return {
        lane,
        calls: quantile(
          timed.traces.map((each) => each[lane].calls),
          0.5,
        ),
        seconds: quantile(ours, 0.5),
        nativeSeconds: quantile(
          timed.traces.map((each) => each[lane].nativeSeconds),
          0.5,
        ),
        floorSeconds: quantile(floor, 0.5),
        ratio: ratios(ours, floor),
      };
    }),
  };
}

async function trace(lab: Lab, programs: Programs, count: number, folder: string, native: '0' | '1') {
  const ours = await startOurs(lab, ['--import', tracer], { BENCH_TRACE: folder, BENCH_TRACE_NATIVE: native });
  const floor = await startFloor(lab, programs, ours.pid);
  await floor.load();
  const floors = [];
  let before = threadSeconds(ours.pid);
  for (let turn = -warmUp; turn < count; turn += 1) {
    if (turn === 0) before = threadSeconds(ours.pid);
    await ours.take();
    await sleep(pause);
    const taken = await floor.take();
    if (turn >= 0) floors.push(taken);
    await sleep(pause);
  }
  const after = threadSeconds(ours.pid);
  await ours.end();
  await floor.end();
  const names = threadNames(folder);
  const byName = new Map<string, number>();
  for (const [tid, seconds] of after) {
    const name = names.get(tid) ?? "Node.js' own: garbage, compiling, gzip";
    byName.set(name, (byName.get(name) ?? 0) + (seconds - (before.get(tid) ?? 0)) / count);
  }
  return { traces: readTrace(folder, count), floors, threads: [...byName] };
}

async function profile(lab: Lab, folder: string, count: number): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const ours = await startOurs(lab, ['--cpu-prof', '--cpu-prof-interval', '200', `--cpu-prof-dir=${folder}`]);
  for (let turn = 0; turn < warmUp + count; turn += 1) {
    await ours.take();
    await sleep(pause);
  }
  await ours.end();
  for (const line of hotSpots(folder, warmUp + count)) console.log(line);
}

function middleHalf(traces: readonly ScrapeTrace[]): ScrapeTrace[] {
  const sorted = [...traces].sort((a, b) => a.total - b.total);
  return sorted.slice(Math.floor(sorted.length / 4), Math.ceil((3 * sorted.length) / 4));
}
