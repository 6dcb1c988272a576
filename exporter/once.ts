import { setTimeout as sleep } from 'node:timers/promises';
import type { Snapshot } from '../src/monitor/snapshot.ts';
import type { SnapshotSource } from './app.ts';

const pause = 50;

/** Reads until corosync answers or the deadline is over: right after the start the connections are still being made. */
export async function readOnce(monitor: Pick<SnapshotSource, 'read'>, deadline: number): Promise<Snapshot> {
  const end = Date.now() + deadline;
  for (;;) {
    const snapshot = await monitor.read(Math.max(pause, end - Date.now()));
    if (snapshot.up || Date.now() + pause >= end) return snapshot;
    await sleep(pause);
  }
}
