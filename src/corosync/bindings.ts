import type {
  CmapEvent,
  CmapValue,
  CpgEvent,
  CpgIterationEntry,
  CpgIterationType,
  Dispatched,
  DispatchMode,
  LoadedLibrary,
  NodeStatus,
  QuorumEvent,
  VotequorumInfo,
} from './types.ts';

// What the monitor's lanes use of the client library. Modules that export these names can take its place: see
// src/simulation. Every method throws CorosyncError when corosync's answer is not CS_OK, unless it says otherwise.

/** The calls of libquorum that the services lane makes. */
export interface QuorumApi {
  /** 1 where nodelist notifications come (libquorum 5.1.0 and later), else 0. */
  readonly model: 0 | 1;
  /** False where no quorum provider is loaded (QUORUM_FREE). */
  readonly provider: boolean;
  /** Undefined where corosync's process is not seen from here. */
  peerPid(): number | undefined;
  /** The connection's socket; -1 where there is none. */
  fdGet(): number;
  trackstart(flags: number): void;
  /** Does not throw: the code is part of the answer. */
  dispatch(mode: DispatchMode): Dispatched<QuorumEvent>;
  getquorate(): boolean;
  close(): void;
}

/** The calls of libcpg that the services lane makes. */
export interface CpgApi {
  localGet(): number;
  join(group: string): void;
  leave(group: string): void;
  mcastJoined(message: Uint8Array): void;
  dispatch(mode: DispatchMode): Dispatched<CpgEvent>;
  /** Goes through the groups of the cluster without joining any; `group` is for CPG_ITERATION_ONE_GROUP. */
  iterate(type: CpgIterationType, group?: string): CpgIterationEntry[];
  /** Waits up to `milliseconds` for something to dispatch; tells whether there is. */
  waitReadable(milliseconds: number): boolean;
  close(): void;
}

/** The calls of libcmap that the services lane makes; none of them writes. */
export interface CmapApi {
  /** Undefined where the key does not exist. */
  get(key: string): CmapValue | undefined;
  /** The keys that start with `prefix`. */
  keys(prefix: string): string[];
  /** From now on dispatch reports changes of the keys that start with `prefix`. */
  track(prefix: string): void;
  dispatch(mode: DispatchMode): Dispatched<CmapEvent>;
  close(): void;
}

/** The calls of libcfg that the services lane makes. */
export interface CfgApi {
  /** CS_ERR_NOT_SUPPORTED before corosync 3.1.1; CS_ERR_FAILED_OPERATION for a node that corosync does not know. */
  nodeStatusGet(nodeid: number): NodeStatus;
  dispatch(mode: DispatchMode): Dispatched<never>;
  close(): void;
}

/** The calls of libvotequorum that its lane makes. */
export interface VotequorumApi {
  /** `nodeid` 0 is the local node; CS_ERR_NOT_EXIST: corosync has not met that node since its start. */
  getinfo(nodeid: number): VotequorumInfo;
  close(): void;
}

/** How a lane opens one connection to one of corosync's services. */
export interface Service<Api> {
  /** Loads the library once; throws LibraryError with a remedy where it is not installed. */
  load(): LoadedLibrary;
  /** Blocks while corosync is frozen. */
  connect(): Api;
}

/** The module that a lane loads by its URL exports this as `bindings`. */
export interface Bindings {
  /** True for src/simulation: nothing that it tells is real. */
  readonly simulated: boolean;
  readonly quorum: Service<QuorumApi>;
  readonly cpg: Service<CpgApi>;
  readonly cmap: Service<CmapApi>;
  /** libcmap's other map, the statistics. */
  readonly cmap_stats: Service<CmapApi>;
  readonly cfg: Service<CfgApi>;
  readonly votequorum: Service<VotequorumApi>;
}
