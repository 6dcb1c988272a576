import { setTimeout as sleep } from 'node:timers/promises';
import type { Snapshot } from '../src/monitor/snapshot.ts';
import type { SnapshotSource } from './app.ts';

const pause = 50;

/**
 * Reads until corosync answers on all connections or the deadline is over: right after the start they are still being
 * made.
 */
export async function readOnce(monitor: Pick<SnapshotSource, 'read'>, deadline: number): Promise<Snapshot> {
  const end = performance.now() + deadline;
  for (;;) {
    const snapshot = await monitor.read(Math.max(pause, end - performance.now()));
    if (performance.now() + pause >= end) return snapshot;
    // What is read of each connection was asked for before it was there: once more.
    if (isComplete(snapshot)) return monitor.read(Math.max(pause, end - performance.now()));
    await sleep(pause);
  }
}

function isComplete({ up, libraries, probes }: Snapshot): boolean {
  // Without a provider there is no votequorum to connect to, and no probe of it.
  const expected = libraries.filter(
    ({ name }) => name !== 'votequorum' || probes.some(({ library }) => library === name),
  );
  return (
    up && expected.every(({ connected, error, missing }) => connected || error !== undefined || missing !== undefined)
  );
}
