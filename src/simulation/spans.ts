import { bootedAt } from './cluster.ts';
import { loopSeconds } from './script.ts';

const loop = loopSeconds * 1000;

/** A part of the loop, in its milliseconds. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** The parts of the loop in which something holds that changes at these moments only. */
export function spansOf(moments: readonly number[], holds: (phase: number) => boolean): readonly Span[] {
  const edges = [...new Set([0, ...moments, loop])].sort((a, b) => a - b);
  return edges.slice(0, -1).flatMap((from, i) => (holds(from) ? [{ from, to: edges[i + 1] ?? loop }] : []));
}

/** For how many milliseconds, since a node's corosync was started, the time was in these parts of the loop. */
export function timeIn(spans: readonly Span[], nodeid: number, time: number): number {
  const until = (end: number) => {
    const sum = (phase: number) =>
      spans.reduce((all, { from, to }) => all + Math.max(0, Math.min(to, phase) - from), 0);
    return Math.floor(end / loop) * sum(loop) + sum(end % loop);
  };
  return until(time) - until(bootedAt(nodeid, time) ?? 0);
}

/** How many of these moments of the loop there were since a node's corosync was started. */
export function timesOf(moments: readonly number[], nodeid: number, time: number): number {
  const until = (end: number) =>
    Math.floor(end / loop) * moments.length + moments.filter((at) => at <= end % loop).length;
  return until(time) - until(bootedAt(nodeid, time) ?? 0);
}
