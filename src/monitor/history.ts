import { CpgReason } from '../corosync/types.ts';
import { type ClientHistory, emptyClientHistory, recordClients } from './client-history.ts';
import { clusterOf } from './configuration.ts';
import type { AreaEvent, LaneEvent } from './lane-protocol.ts';
import { recordLibrary } from './library-history.ts';
import { recordPauses } from './pause-history.ts';
import {
  type Cluster,
  type Configuration,
  type CpgHistory,
  type LibraryName,
  type LibraryState,
  libraryNames,
  type MembershipHistory,
  type MembershipState,
  type PauseHistory,
  type QuorumHistory,
  type QuorumState,
} from './snapshot.ts';
import { findStrangers, type Strangers } from './strangers.ts';

/** What the lanes have told, folded: the last state of everything, and counts since the exporter's start. */
export interface History {
  readonly libraries: Readonly<Record<LibraryName, Omit<LibraryState, 'confirmed'>>>;
  /** Whether a quorum provider is loaded; undefined before libquorum was first connected. */
  readonly provider: boolean | undefined;
  /** As of the last notification on the present connection. */
  readonly quorum: Omit<QuorumState, 'provider'> | undefined;
  readonly membership: MembershipState | undefined;
  /** The last flag known, also of an earlier connection: a change across a reconnection counts. */
  readonly lastQuorate: boolean | undefined;
  readonly quorumHistory: QuorumHistory;
  readonly membershipHistory: MembershipHistory;
  readonly cpg: CpgHistory;
  readonly cpgPeers: number | undefined;
  readonly localNodeid: number | undefined;
  readonly cluster: Cluster | undefined;
  readonly configuration: Configuration | undefined;
  /** Also of an earlier connection: a change across a restart counts. */
  readonly lastDigest: number | undefined;
  readonly pauses: PauseHistory;
  readonly clients: ClientHistory;
  readonly strangers: Strangers;
}

/** In seconds; an idle ring takes about a millisecond. */
const ROUND_TRIP_BOUNDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

const library = (name: LibraryName): Omit<LibraryState, 'confirmed'> => ({
  name,
  loaded: undefined,
  missing: undefined,
  connected: false,
  error: undefined,
  history: {
    connects: 0,
    connectErrors: {},
    dispatches: 0,
    dispatchErrors: {},
    dispatchSeconds: 0,
    lastDispatchCode: undefined,
    callbacks: {},
    callErrors: {},
  },
});

/** Nothing has happened yet. */
export const emptyHistory: History = {
  libraries: Object.fromEntries(libraryNames.map((name) => [name, library(name)])) as History['libraries'],
  provider: undefined,
  quorum: undefined,
  membership: undefined,
  lastQuorate: undefined,
  quorumHistory: { notifications: 0, transitions: { quorate: 0, inquorate: 0 }, lastTransition: undefined },
  membershipHistory: { changes: 0, joins: {}, leaves: {}, lastChange: undefined },
  cpg: {
    confchg: {},
    deliveries: 0,
    roundTrip: { bounds: ROUND_TRIP_BOUNDS, counts: [...ROUND_TRIP_BOUNDS.map(() => 0), 0], sum: 0, count: 0 },
    roundTripFailures: {},
  },
  cpgPeers: undefined,
  localNodeid: undefined,
  cluster: undefined,
  configuration: undefined,
  lastDigest: undefined,
  pauses: { count: 0, last: undefined, since: undefined },
  clients: emptyClientHistory,
  strangers: {},
};

/** The history with one more event in it; `at` is its time in unix seconds. */
export function record(history: History, event: LaneEvent, at: number): History {
  const known = { ...history, libraries: recordLibrary(history.libraries, event) };
  switch (event.kind) {
    case 'connected':
      return event.provider === undefined ? known : { ...known, provider: event.provider };
    case 'lost':
    case 'closed':
      return forget(known, event.library);
    case 'quorum':
      return recordQuorum(known, event, at);
    case 'nodelist':
      return recordNodelist(known, event, at);
    case 'confchg':
      return recordConfchg(known, event);
    case 'delivered':
      return { ...known, cpg: { ...known.cpg, deliveries: known.cpg.deliveries + 1 } };
    case 'round-trip':
      return { ...known, cpg: { ...known.cpg, roundTrip: observe(known.cpg.roundTrip, event.seconds) } };
    case 'round-trip-failed':
      return {
        ...known,
        cpg: { ...known.cpg, roundTripFailures: increment(known.cpg.roundTripFailures, event.reason) },
      };
    case 'local':
      return { ...known, localNodeid: event.nodeid };
    case 'configuration':
      return {
        ...known,
        cluster: clusterOf(event.configuration.keys),
        configuration: event.configuration,
        lastDigest: event.configuration.digest ?? known.lastDigest,
      };
    case 'area':
      return recordArea(known, event, at);
    default:
      return known;
  }
}

/** `counts` with one more of `key`. */
export function increment(counts: Readonly<Record<string, number>>, key: string | number): Record<string, number> {
  return { ...counts, [key]: (counts[key] ?? 0) + 1 };
}

/** What a lost connection told is no longer known to be so. Facts of the configuration stay. */
function forget(history: History, lost: LibraryName): History {
  switch (lost) {
    case 'quorum':
      return { ...history, quorum: undefined, membership: undefined };
    case 'cpg':
      return { ...history, cpgPeers: undefined, strangers: {} };
    case 'cmap':
      return { ...history, configuration: undefined };
    case 'cmap_stats':
    case 'cfg':
    case 'votequorum':
      return history;
    default:
      return unreachable(lost);
  }
}

function recordQuorum(history: History, event: LaneEvent & { kind: 'quorum' }, at: number): History {
  const { quorate, ringId, members } = event;
  const before = history.quorumHistory;
  const initial = history.quorum === undefined;
  const turned = history.lastQuorate !== undefined && history.lastQuorate !== quorate;
  return {
    ...history,
    quorum: { quorate, ringId, members },
    lastQuorate: quorate,
    quorumHistory: {
      notifications: before.notifications + (initial ? 0 : 1),
      transitions: turned
        ? {
            quorate: before.transitions.quorate + (quorate ? 1 : 0),
            inquorate: before.transitions.inquorate + (quorate ? 0 : 1),
          }
        : before.transitions,
      lastTransition: turned ? at : before.lastTransition,
    },
  };
}

function recordNodelist(history: History, event: LaneEvent & { kind: 'nodelist' }, at: number): History {
  const { ringId, members, joined, left } = event;
  const before = history.membershipHistory;
  const initial = history.membership === undefined;
  return {
    ...history,
    membership: { ringId, members },
    membershipHistory: initial
      ? before
      : {
          changes: before.changes + 1,
          joins: joined.reduce(increment, before.joins),
          leaves: left.reduce(increment, before.leaves),
          lastChange: at,
        },
  };
}

function recordArea(history: History, event: AreaEvent, at: number): History {
  if (event.value === undefined) return history;
  switch (event.area) {
    case 'pauses':
      return { ...history, pauses: recordPauses(history.pauses, event.value) };
    case 'clients':
      return { ...history, clients: recordClients(history.clients, event.value) };
    case 'groups':
      return { ...history, strangers: findStrangers(history.strangers, event.value, history.membership?.members, at) };
    default:
      return history;
  }
}

const reasons: Record<number, string> = {
  [CpgReason.CPG_REASON_JOIN]: 'join',
  [CpgReason.CPG_REASON_LEAVE]: 'leave',
  [CpgReason.CPG_REASON_NODEDOWN]: 'nodedown',
  [CpgReason.CPG_REASON_NODEUP]: 'nodeup',
  [CpgReason.CPG_REASON_PROCDOWN]: 'procdown',
};

function recordConfchg(history: History, event: LaneEvent & { kind: 'confchg' }): History {
  // The first one after a connection is our own join: it sets the state and counts nothing.
  const initial = history.cpgPeers === undefined;
  const changed = initial ? [] : [...event.joined, ...event.left];
  const confchg = changed.reduce(
    (counts, { reason }) => increment(counts, reasons[reason] ?? `reason_${reason}`),
    history.cpg.confchg as Record<string, number>,
  );
  return { ...history, cpgPeers: event.members.length, cpg: { ...history.cpg, confchg } };
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
  throw new Error(`not a library: ${String(value)}`);
}
