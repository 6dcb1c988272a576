// What is read of corosync for a scrape, and only then: area by area, each confirmed by the round trips that read it.

/** A counter or gauge of corosync; 64-bit ones are bigint. */
export type Statistic = number | bigint;

/** Each area and what a read of it gives. */
export interface Areas {
  readonly votes: Votes;
  readonly links: Links;
  readonly traffic: Traffic;
  /** Keys of the statistics map; one that corosync lacks is left out. */
  readonly statistics: Readonly<Record<string, Statistic>>;
  readonly pauses: readonly Pause[];
  readonly groups: readonly Group[];
  readonly clients: Clients;
  /** Keys of the configuration map that corosync changes all the time: `runtime.services.*`. */
  readonly services: Readonly<Record<string, Statistic>>;
}
export type AreaName = keyof Areas;

/** The libraries that each area is read through. */
export const librariesOfArea = {
  votes: ['votequorum'],
  links: ['cfg'],
  traffic: ['cmap_stats'],
  statistics: ['cmap_stats'],
  pauses: ['cmap_stats'],
  clients: ['cmap_stats'],
  groups: ['cpg', 'cmap'],
  services: ['cmap'],
} as const satisfies Readonly<Record<AreaName, readonly string[]>>;

/**
 * Which areas to read, and of those that have them the keys or fields; an area that is not named is not read. `links`
 * and `traffic` take fields of `stats.knet.nodeN.linkL`, `clients` those of `stats.ipcs.serviceS.PID.PTR`, `statistics`
 * whole keys.
 */
export type Reads = { readonly [Name in AreaName]?: readonly string[] };

/** Which connections, besides those that are always there, a read of these areas needs. */
export function connectionsFor({ links, traffic, statistics, pauses, clients }: Reads) {
  return { cfg: links !== undefined, stats: [links, traffic, statistics, pauses, clients].some(Boolean) };
}

/** What came of reading an area: a value, or why there is none. */
export interface Area<Value> {
  /** How long the read took. */
  readonly seconds: number;
  readonly value?: Value;
  readonly error?: string;
}

/** votequorum_getinfo(3) of the local node and of every configured one. */
export interface Votes {
  readonly expectedVotes: number;
  readonly highestExpected: number;
  readonly totalVotes: number;
  /** The votes needed. */
  readonly quorum: number;
  readonly flags: Readonly<Record<VotequorumFlagName, boolean>>;
  readonly qdeviceVotes: number;
  /** Empty without a qdevice. */
  readonly qdeviceName: string;
  /** Those that corosync has met since its start. */
  readonly nodes: readonly NodeVotes[];
}

/** Features of votequorum that are switched on, as votequorum(5) names them. */
export const votequorumFlagNames = [
  'two_node',
  'wait_for_all',
  'last_man_standing',
  'auto_tie_breaker',
  'allow_downscale',
] as const;
export type VotequorumFlagName = (typeof votequorumFlagNames)[number];

export const nodeStates = ['member', 'dead', 'leaving'] as const;

export interface NodeVotes {
  readonly nodeid: number;
  /** Undefined: one that votequorum.h does not name. */
  readonly state: (typeof nodeStates)[number] | undefined;
  readonly votes: number;
  readonly expectedVotes: number;
  readonly qdevice: {
    readonly registered: boolean;
    readonly alive: boolean;
    readonly castVote: boolean;
    readonly masterWins: boolean;
  };
}

/** How this node sees the others; the local loopback link is not among them. */
export interface Links {
  readonly nodes: readonly ReachedNode[];
}

export interface ReachedNode {
  readonly nodeid: number;
  /** Any link to it is connected. */
  readonly reachable: boolean;
  /** Undefined where corosync does not tell it. */
  readonly onwireVersion: number | undefined;
  readonly links: readonly Link[];
}

export interface Link {
  readonly link: number;
  readonly enabled: boolean;
  readonly connected: boolean;
  /** In bytes; undefined until it is found out. */
  readonly mtu: number | undefined;
  /** Fields of `stats.knet.nodeN.linkL`; none with another transport than knet. */
  readonly statistics: Readonly<Record<string, Statistic>>;
}

/** What went over each link; of `omitted` ones beyond the limit it was not read. */
export interface Traffic {
  readonly links: readonly {
    readonly nodeid: number;
    readonly link: number;
    readonly statistics: Readonly<Record<string, Statistic>>;
  }[];
  readonly omitted: number;
}

/** corosync was not scheduled in time: `stats.schedmiss.N`. */
export interface Pause {
  /** Unix seconds. */
  readonly timestamp: number;
  /** Seconds. */
  readonly delay: number;
}

/** A CPG group of the cluster; its name is fit for a label. */
export interface Group {
  readonly name: string;
  /** Processes in it, by nodeid. */
  readonly members: Readonly<Record<string, number>>;
}

/** The clients of corosync's IPC. */
export interface Clients {
  /** Connections that have ended since corosync's start; undefined where corosync does not tell it. */
  readonly closed: Statistic | undefined;
  readonly connections: readonly ClientConnection[];
}

export interface ClientConnection {
  /** Tells one connection from another; it holds a pid and an address, and is not for showing. */
  readonly key: string;
  readonly pair: ClientPair;
  readonly statistics: Readonly<Record<string, Statistic>>;
}

/** A service of corosync and a program that uses it. */
export interface ClientPair {
  readonly service: string;
  readonly process: string;
}
