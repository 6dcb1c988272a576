import type { CmapApi } from '../corosync/bindings.ts';
import type { Pause } from './areas.ts';

/** corosync keeps the ten newest. */
const KEPT = 10;

/**
 * The scheduling pauses that are newer than the one at `since` (unix seconds), newest first; at least the newest, if
 * there is one. More than ten between two reads are lost.
 */
export function readPauses(stats: CmapApi, since: number): Pause[] {
  const pauses: Pause[] = [];
  for (let i = 0; i < KEPT; i += 1) {
    const timestamp = stats.get(`stats.schedmiss.${i}.timestamp`);
    const delay = timestamp === undefined ? undefined : stats.get(`stats.schedmiss.${i}.delay`);
    if (timestamp === undefined || delay === undefined) break;
    const pause = { timestamp: Number(timestamp) / 1000, delay: Number(delay) / 1000 };
    if (pause.timestamp <= since && i > 0) break;
    pauses.push(pause);
    if (pause.timestamp <= since) break;
  }
  return pauses;
}
