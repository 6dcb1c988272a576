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

/** A client library as it was loaded. */
export interface LoadedLibrary {
  readonly soname: string;
  /** Optional calls that were found in it, such as `quorum_model_v1`. */
  readonly features: readonly string[];
}
