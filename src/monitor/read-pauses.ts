import type { CmapApi } from '../corosync/bindings.ts';
import type { Pause } from './areas.ts';

/** corosync keeps the ten newest. */
const KEPT = 10;

/**
 * The scheduling pauses, newest first, back to the one that is known already. More than ten between two reads are lost.
 * It is known by itself, not by its time: that is of a clock that may have been set back since.
 */
export function readPauses(stats: CmapApi, known: Pause | undefined): Pause[] {
  const pauses: Pause[] = [];
  for (let i = 0; i < KEPT; i += 1) {
    const timestamp = stats.get(`stats.schedmiss.${i}.timestamp`);
    const delay = timestamp === undefined ? undefined : stats.get(`stats.schedmiss.${i}.delay`);
    if (timestamp === undefined || delay === undefined) break;
    const pause = { timestamp: Number(timestamp) / 1000, delay: Number(delay) / 1000 };
    pauses.push(pause);
    if (known !== undefined && isSame(pause, known)) break;
  }
  return pauses;
}

/** Whether this is the same pause, read twice. */
export function isSame(one: Pause, other: Pause): boolean {
  return one.timestamp === other.timestamp && one.delay === other.delay;
}
