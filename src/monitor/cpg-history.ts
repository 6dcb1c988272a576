import { CpgReason } from '../corosync/types.ts';
import { increment } from './increment.ts';
import type { LaneEvent } from './lane-protocol.ts';
import type { CpgHistory } from './snapshot.ts';

/** What is known of our own CPG group. */
export interface CpgState {
  readonly cpg: CpgHistory;
  readonly cpgPeers: number | undefined;
}

type CpgLaneEvent = LaneEvent & { kind: 'confchg' | 'delivered' | 'round-trip' | 'round-trip-failed' };

/** In seconds; an idle ring takes about a millisecond. */
const ROUND_TRIP_BOUNDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

export const emptyCpgHistory: CpgHistory = {
  confchg: {},
  deliveries: 0,
  roundTrip: { bounds: ROUND_TRIP_BOUNDS, counts: [...ROUND_TRIP_BOUNDS.map(() => 0), 0], sum: 0, count: 0 },
  roundTripFailures: {},
};

/** The group with one more event in it. */
export function recordCpg({ cpg, cpgPeers }: CpgState, event: CpgLaneEvent): CpgState {
  switch (event.kind) {
    case 'confchg':
      return recordConfchg({ cpg, cpgPeers }, event);
    case 'delivered':
      return { cpgPeers, cpg: { ...cpg, deliveries: cpg.deliveries + 1 } };
    case 'round-trip':
      return { cpgPeers, cpg: { ...cpg, roundTrip: observe(cpg.roundTrip, event.seconds) } };
    case 'round-trip-failed':
      return { cpgPeers, cpg: { ...cpg, roundTripFailures: increment(cpg.roundTripFailures, event.reason) } };
    default:
      return unreachable(event);
  }
}

const reasons: Record<number, string> = {
  [CpgReason.CPG_REASON_JOIN]: 'join',
  [CpgReason.CPG_REASON_LEAVE]: 'leave',
  [CpgReason.CPG_REASON_NODEDOWN]: 'nodedown',
  [CpgReason.CPG_REASON_NODEUP]: 'nodeup',
  [CpgReason.CPG_REASON_PROCDOWN]: 'procdown',
};

function recordConfchg({ cpg, cpgPeers }: CpgState, event: LaneEvent & { kind: 'confchg' }): CpgState {
  // The first one after a connection is our own join: it sets the state and counts nothing.
  const initial = cpgPeers === undefined;
  const changed = initial ? [] : [...event.joined, ...event.left];
  const confchg = changed.reduce(
    (counts, { reason }) => increment(counts, reasons[reason] ?? `reason_${reason}`),
    cpg.confchg as Record<string, number>,
  );
  return { cpgPeers: event.members.length, cpg: { ...cpg, confchg } };
}

function observe(histogram: CpgHistory['roundTrip'], seconds: number): CpgHistory['roundTrip'] {
  const above = histogram.bounds.findIndex((bound) => seconds <= bound);
  const bucket = above === -1 ? histogram.bounds.length : above;
  return {
    bounds: histogram.bounds,
    counts: histogram.counts.map((count, i) => (i === bucket ? count + 1 : count)),
    sum: histogram.sum + seconds,
    count: histogram.count + 1,
  };
}

function unreachable(value: never): never {
  throw new Error(`not an event of a group: ${JSON.stringify(value)}`);
}
