import type { Pause, PauseHistory } from './snapshot.ts';

/** Counts the pauses that are newer than the newest one known; those from before the first read do not count. */
export function recordPauses({ count, last, since }: PauseHistory, pauses: readonly Pause[]): PauseHistory {
  const newest = pauses[0] ?? last;
  const fresh = since === undefined ? [] : pauses.filter(({ timestamp }) => timestamp > since);
  return { count: count + fresh.length, last: newest, since: newest?.timestamp ?? 0 };
}
