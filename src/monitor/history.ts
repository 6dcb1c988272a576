import { type ClientHistory, emptyClientHistory, recordClients } from './client-history.ts';
import { clusterOf } from './configuration.ts';
import { type CpgState, emptyCpgHistory, recordCpg } from './cpg-history.ts';
import { increment } from './increment.ts';
import type { AreaEvent, LaneEvent } from './lane-protocol.ts';
import { recordLibrary } from './library-history.ts';
import { recordPauses } from './pause-history.ts';
import {
  type Cluster,
  type Configuration,
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
export interface History extends CpgState {
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
  readonly localNodeid: number | undefined;
  readonly cluster: Cluster | undefined;
  readonly configuration: Configuration | undefined;
  /** Also of an earlier connection: a change across a restart counts. */
  readonly lastDigest: number | undefined;
  readonly pauses: PauseHistory;
  readonly clients: ClientHistory;
  readonly strangers: Strangers;
}

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
  cpg: emptyCpgHistory,
  cpgPeers: undefined,
  localNodeid: undefined,
  cluster: undefined,
  configuration: undefined,
  lastDigest: undefined,
  pauses: { count: 0, last: undefined, since: undefined },
  clients: emptyClientHistory,
  strangers: {},
};

/** The history with one more event in it; `at` is its time in unix seconds, `now` in seconds that nobody sets. */
export function record(history: History, event: LaneEvent, at: number, now: number = at): History {
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
    case 'delivered':
    case 'round-trip':
    case 'round-trip-failed':
      return { ...known, ...recordCpg(known, event) };
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
      return recordArea(known, event, now);
    default:
      return known;
  }
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

function recordArea(history: History, event: AreaEvent, now: number): History {
  if (event.value === undefined) return history;
  switch (event.area) {
    case 'pauses':
      return { ...history, pauses: recordPauses(history.pauses, event.value) };
    case 'clients':
      return { ...history, clients: recordClients(history.clients, event.value) };
    case 'groups':
      return { ...history, strangers: findStrangers(history.strangers, event.value, history.membership?.members, now) };
    default:
      return history;
  }
}

function unreachable(value: never): never {
  throw new Error(`not a library: ${String(value)}`);
}
