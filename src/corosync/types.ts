/** How many callbacks a dispatch runs, and whether it waits for one: cs_dispatch_flags_t of corotypes.h. */
export const DispatchMode = {
  /** Wait for one callback and run it. */
  CS_DISPATCH_ONE: 1,
  /** Run all callbacks that are due, wait for none. */
  CS_DISPATCH_ALL: 2,
  /** Run callbacks as they come until the connection ends. */
  CS_DISPATCH_BLOCKING: 3,
  /** Run one callback if one is due; CS_ERR_TRY_AGAIN if none is. */
  CS_DISPATCH_ONE_NONBLOCKING: 4,
} as const;
export type DispatchMode = (typeof DispatchMode)[keyof typeof DispatchMode];

/** What quorum_trackstart(3) sends: CS_TRACK_* of corotypes.h, to be or-ed. */
export const TrackFlags = { CS_TRACK_CURRENT: 1, CS_TRACK_CHANGES: 2, CS_TRACK_CHANGES_ONLY: 4 } as const;

/** Names a membership: struct quorum_ring_id. Both parts count: two halves of a split reach the same `seq`. */
export interface RingId {
  /** The representative; undefined where libquorum before 5.1.0 does not tell it. */
  readonly nodeid: number | undefined;
  readonly seq: bigint;
}

/** What a dispatch did: its result code, and what the callbacks reported in their order. Neither is ever lost. */
export interface Dispatched<Event> {
  /** A cs_error_t. */
  readonly code: number;
  readonly events: readonly Event[];
}

/** What libquorum's callbacks report. */
export type QuorumEvent =
  | { readonly kind: 'quorum'; readonly quorate: boolean; readonly ringId: RingId; readonly members: readonly number[] }
  | {
      readonly kind: 'nodelist';
      readonly ringId: RingId;
      readonly members: readonly number[];
      readonly joined: readonly number[];
      readonly left: readonly number[];
    };

/** Why a process is in a list of a confchg: cpg_reason_t of cpg.h. */
export const CpgReason = {
  CPG_REASON_UNDEFINED: 0,
  CPG_REASON_JOIN: 1,
  CPG_REASON_LEAVE: 2,
  CPG_REASON_NODEDOWN: 3,
  CPG_REASON_NODEUP: 4,
  CPG_REASON_PROCDOWN: 5,
} as const;

/** A process in a group: struct cpg_address. */
export interface CpgAddress {
  readonly nodeid: number;
  readonly pid: number;
  /** A cpg_reason_t; CPG_REASON_UNDEFINED in lists of members. */
  readonly reason: number;
}

/** What libcpg's callbacks report. */
export type CpgEvent =
  | {
      readonly kind: 'deliver';
      readonly group: string;
      readonly nodeid: number;
      readonly pid: number;
      readonly message: Uint8Array;
    }
  | {
      readonly kind: 'confchg';
      readonly group: string;
      readonly members: readonly CpgAddress[];
      readonly left: readonly CpgAddress[];
      readonly joined: readonly CpgAddress[];
    }
  | { readonly kind: 'totem_confchg'; readonly ringId: RingId; readonly members: readonly number[] };

/** What cpg_iteration_initialize(3) goes through: cpg_iteration_type_t of cpg.h. */
export const CpgIterationType = {
  CPG_ITERATION_NAME_ONLY: 1,
  CPG_ITERATION_ONE_GROUP: 2,
  CPG_ITERATION_ALL: 3,
} as const;
export type CpgIterationType = (typeof CpgIterationType)[keyof typeof CpgIterationType];

/** A group's member as cpg_iteration_next(3) tells it; nodeid and pid are 0 where only names were asked for. */
export interface CpgIterationEntry {
  readonly group: string;
  readonly nodeid: number;
  readonly pid: number;
}

/** A value of cmap: integers of up to 32 bits and floats as number, 64-bit ones as bigint, binary as bytes. */
export type CmapValue = number | bigint | string | Uint8Array;

/** What cmap_track_add(3) reports. */
export type CmapEvent = {
  readonly kind: 'cmap';
  readonly key: string;
  readonly change: 'add' | 'delete' | 'modify';
};

/** What libvotequorum's callbacks report. */
export type VotequorumEvent =
  | {
      readonly kind: 'quorum';
      readonly quorate: boolean;
      /** `state` is a VotequorumNodeState; a qdevice is the node with id 0, whose state is 0. */
      readonly nodes: readonly { readonly nodeid: number; readonly state: number }[];
    }
  | { readonly kind: 'nodelist'; readonly ringId: RingId; readonly members: readonly number[] }
  | { readonly kind: 'expectedvotes'; readonly expectedVotes: number };

/** VOTEQUORUM_NODESTATE_* of votequorum.h. */
export const VotequorumNodeState = {
  VOTEQUORUM_NODESTATE_MEMBER: 1,
  VOTEQUORUM_NODESTATE_DEAD: 2,
  VOTEQUORUM_NODESTATE_LEAVING: 3,
} as const;

/** struct votequorum_info, complete. `flags` are VOTEQUORUM_INFO_* bits, to be tested one by one. */
export interface VotequorumInfo {
  readonly nodeid: number;
  readonly nodeState: number;
  readonly nodeVotes: number;
  readonly nodeExpectedVotes: number;
  readonly highestExpected: number;
  readonly totalVotes: number;
  readonly quorum: number;
  readonly flags: number;
  readonly qdeviceVotes: number;
  readonly qdeviceName: string;
}

/** Bits of VotequorumInfo.flags: VOTEQUORUM_INFO_* of votequorum.h. */
export const VotequorumFlag = {
  VOTEQUORUM_INFO_TWONODE: 1,
  VOTEQUORUM_INFO_QUORATE: 2,
  VOTEQUORUM_INFO_WAIT_FOR_ALL: 4,
  VOTEQUORUM_INFO_LAST_MAN_STANDING: 8,
  VOTEQUORUM_INFO_AUTO_TIE_BREAKER: 16,
  VOTEQUORUM_INFO_ALLOW_DOWNSCALE: 32,
  VOTEQUORUM_INFO_QDEVICE_REGISTERED: 64,
  VOTEQUORUM_INFO_QDEVICE_ALIVE: 128,
  VOTEQUORUM_INFO_QDEVICE_CAST_VOTE: 256,
  VOTEQUORUM_INFO_QDEVICE_MASTER_WINS: 512,
} as const;

/** How this node sees another: struct corosync_cfg_node_status_v1. */
export interface NodeStatus {
  readonly nodeid: number;
  /** Any link to it is connected. */
  readonly reachable: boolean;
  /** As corosync sets it: false for every node of corosync 3.1.7. The local node has a loopback link 0 only. */
  readonly remote: boolean;
  readonly external: boolean;
  readonly onwireMin: number;
  readonly onwireMax: number;
  /** Protocol version in use towards it; 0 where the transport has none. */
  readonly onwireVersion: number;
  /** By link number, 0 to 7, also those that are not configured. With UDP and UDPU only link 0 means anything. */
  readonly links: readonly LinkStatus[];
}

/** One link to a node: struct corosync_knet_link_status_v1. */
export interface LinkStatus {
  /** Configured, and switched on for traffic. */
  readonly enabled: boolean;
  /** Up for data, as this node sees it. */
  readonly connected: boolean;
  /** Activated by the other side, whose address is dynamic. */
  readonly dynconnected: boolean;
  /** In bytes, as far as it is found out: less than it will be in the first seconds. */
  readonly mtu: number;
  /** IPv6 addresses end in a scope, `%2`, whatever the interface. */
  readonly source: string;
  readonly destination: string;
}

/** A local interface as corosync_cfg_ring_status_get(3) tells it. */
export interface RingStatus {
  /** Number and address, such as `0 192.0.2.1`. */
  readonly name: string;
  /** With knet a digit a node; `OK` with UDP; text on corosync 2. */
  readonly status: string;
}

/** A client library as it was loaded. */
export interface LoadedLibrary {
  readonly soname: string;
  /** Optional calls that were found in it, such as `quorum_model_v1`. */
  readonly features: readonly string[];
}
