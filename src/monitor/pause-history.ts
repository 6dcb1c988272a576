import { isSame } from './read-pauses.ts';
import type { Pause, PauseHistory } from './snapshot.ts';

/** Counts the pauses that are in front of the newest one known; those from before the first read do not count. */
export function recordPauses({ count, last, since }: PauseHistory, pauses: readonly Pause[]): PauseHistory {
  const newest = pauses[0] ?? last;
  const known = pauses.findIndex((pause) => last !== undefined && isSame(pause, last));
  const fresh = since === undefined ? 0 : known === -1 ? pauses.length : known;
  return { count: count + fresh, last: newest, since: newest?.timestamp ?? 0 };
}
