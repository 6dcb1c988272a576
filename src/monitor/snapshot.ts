import type { CmapValue, RingId } from '../corosync/types.ts';
import type { Area, AreaName, Areas, ClientPair, Pause, Statistic } from './areas.ts';

// What a scrape is rendered from: plain, readonly data of which each part is confirmed now or absent (undefined).
// Times are unix seconds, durations seconds. Records by nodeid have decimal nodeids as keys.

export type * from './areas.ts';

/** The client libraries, in the order in which they are connected; `cmap_stats` is libcmap's map of statistics. */
export const libraryNames = ['quorum', 'cpg', 'cmap', 'cmap_stats', 'cfg', 'votequorum'] as const;
export type LibraryName = (typeof libraryNames)[number];

export const laneNames = ['services', 'votequorum'] as const;
export type LaneName = (typeof laneNames)[number];

export interface Snapshot {
  readonly time: number;
  /** True with --demo: nothing in the snapshot is real. */
  readonly simulated: boolean;
  /** libquorum connected, its last dispatch CS_OK, and corosync answered the liveness probe in time. */
  readonly up: boolean;
  /** Undefined where it cannot be told: without votequorum as provider, or while nothing answers. */
  readonly syncInProgress: boolean | undefined;
  /** Those in use. */
  readonly libraries: readonly LibraryState[];
  readonly probes: readonly Probe[];
  readonly lanes: readonly LaneState[];
  /** Facts of the configuration: the last ones known, so that joins work during an outage. */
  readonly cluster: Cluster | undefined;
  readonly localNodeid: number | undefined;
  readonly configuration: Configuration | undefined;
  readonly quorum: QuorumState | undefined;
  readonly membership: MembershipState | undefined;
  readonly quorumHistory: QuorumHistory;
  readonly membershipHistory: MembershipHistory;
  readonly cpg: CpgHistory;
  /** Processes in our own CPG group; undefined while we are not in it. */
  readonly cpgPeers: number | undefined;
  /** What was read for this scrape; an area that was not is undefined. */
  readonly areas: { readonly [Name in AreaName]?: Area<Areas[Name]> | undefined };
  readonly pauses: PauseHistory;
  readonly clients: readonly ClientTotals[];
  /** Undefined unless both the groups and the membership are known. */
  readonly staleMembers: readonly StaleMembers[] | undefined;
  /** The corosync daemon of this node as /proc shows it. */
  readonly daemon: Daemon | undefined;
}

export interface LibraryState {
  readonly name: LibraryName;
  /** Undefined until it was loaded. */
  readonly loaded: { readonly soname: string; readonly features: readonly string[] } | undefined;
  /** Why it could not be loaded, with the packages to install. */
  readonly missing: string | undefined;
  readonly connected: boolean;
  /** When what it tells was last confirmed by a callback or a round trip. */
  readonly confirmed: number | undefined;
  /** The last failure that is still so: the C call and its code. */
  readonly error: { readonly call: string; readonly code: number } | undefined;
  readonly history: LibraryHistory;
}

/** Counts since the exporter's start. Records by code have cs_error_t names as keys. */
export interface LibraryHistory {
  readonly connects: number;
  readonly connectErrors: Readonly<Record<string, number>>;
  readonly dispatches: number;
  readonly dispatchErrors: Readonly<Record<string, number>>;
  readonly dispatchSeconds: number;
  /** Return value of the last dispatch; undefined before the first. */
  readonly lastDispatchCode: number | undefined;
  /** Callbacks run, by kind: quorum, nodelist, deliver, confchg, totem_confchg, cmap. */
  readonly callbacks: Readonly<Record<string, number>>;
  /** Failed round trips: by C call, then by code. */
  readonly callErrors: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

export interface Probe {
  readonly library: 'quorum' | 'votequorum';
  readonly success: boolean;
  /** The deadline if it failed. */
  readonly seconds: number;
}

export interface LaneState {
  readonly name: LaneName;
  /** How long it has waited for corosync in one call; 0 when it does not. */
  readonly heldSeconds: number;
  readonly restarts: number;
}

export interface Cluster {
  readonly name: string;
  readonly transport: string;
  readonly cryptoCipher: string;
  readonly cryptoHash: string;
  /** nodelist.node.*, by nodeid, ascending. */
  readonly nodes: readonly ConfiguredNode[];
}

export interface ConfiguredNode {
  readonly nodeid: number;
  /** nodelist.node.P.name; empty if unset. */
  readonly name: string;
  readonly local: boolean;
  readonly addresses: readonly { readonly link: number; readonly address: string }[];
}

/** What is followed of corosync's configuration map. */
export interface Configuration {
  /** As in cmap_keys(7). */
  readonly keys: Readonly<Record<string, CmapValue>>;
  /** 48 bits of a hash of what must be equal on all nodes; undefined in the middle of a reload. */
  readonly digest: number | undefined;
}

export interface QuorumState {
  readonly quorate: boolean;
  readonly provider: boolean;
  readonly ringId: RingId;
  readonly members: readonly number[];
}

export interface MembershipState {
  readonly ringId: RingId;
  readonly members: readonly number[];
}

export interface QuorumHistory {
  readonly notifications: number;
  readonly transitions: { readonly quorate: number; readonly inquorate: number };
  readonly lastTransition: number | undefined;
}

export interface MembershipHistory {
  readonly changes: number;
  readonly joins: Readonly<Record<string, number>>;
  readonly leaves: Readonly<Record<string, number>>;
  readonly lastChange: number | undefined;
}

/** What happened in our own CPG group. */
export interface CpgHistory {
  /** By reason: join, leave, nodedown, nodeup, procdown. */
  readonly confchg: Readonly<Record<string, number>>;
  readonly deliveries: number;
  /** `counts[i]`: round trips of at most `bounds[i]` seconds, not cumulative; the last one those above all bounds. */
  readonly roundTrip: {
    readonly bounds: readonly number[];
    readonly counts: readonly number[];
    readonly sum: number;
    readonly count: number;
  };
  /** By reason: timeout, or a cs_error_t name. */
  readonly roundTripFailures: Readonly<Record<string, number>>;
}

/** When corosync was not scheduled in time. */
export interface PauseHistory {
  /** Since the exporter's start. */
  readonly count: number;
  /** The newest that corosync has told of, also from before. */
  readonly last: Pause | undefined;
  /** When the newest was, 0 if there was none; undefined before the first read. */
  readonly since: number | undefined;
}

/** What the connections of one program to one service have counted, those that have ended included. */
export interface ClientTotals extends ClientPair {
  readonly totals: Readonly<Record<string, Statistic>>;
}

/** Processes in a CPG group on a node that is not in the membership. */
export interface StaleMembers {
  readonly group: string;
  readonly nodeid: number;
  readonly count: number;
}

export interface Daemon {
  readonly startTime: number;
  readonly residentBytes: number;
}
