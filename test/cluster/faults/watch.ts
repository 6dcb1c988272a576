import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ExporterOnNode, Scrape } from '../exporter-on-node.ts';

/** As far as a scrape may wait for corosync, in milliseconds. */
export const deadline = 3_000;

/** Scrapes again and again for so long, in milliseconds; each has to be answered in time. */
export async function watch(exporter: ExporterOnNode, milliseconds: number, pause = 200): Promise<Scrape[]> {
  const scrapes: Scrape[] = [];
  for (const end = performance.now() + milliseconds; performance.now() < end; await sleep(pause)) {
    scrapes.push(await exporter.scrape());
  }
  assert.ok(slowest(scrapes) < deadline, `a scrape took ${slowest(scrapes)} ms`);
  return scrapes;
}

/** How long the slowest of them took, in milliseconds. */
export function slowest(scrapes: readonly Scrape[]): number {
  return Math.max(...scrapes.map(({ took }) => took));
}

/** How much a series grew from one scrape to another; one that is not there is 0. */
export function growth(before: Scrape, after: Scrape, series: string): number {
  return (after.value(series) ?? 0) - (before.value(series) ?? 0);
}

/** The lines of a scrape that match. */
export function lines({ body }: Scrape, pattern: RegExp): string[] {
  return body.split('\n').filter((line) => pattern.test(line));
}
