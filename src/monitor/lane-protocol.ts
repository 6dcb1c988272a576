import type { CpgAddress, QuorumEvent } from '../corosync/types.ts';
import type { Area, AreaName, Areas } from './areas.ts';
import type { LinkChange } from './link-watch.ts';
import type { MonitorOptions } from './options.ts';
import type { Configuration, LibraryName } from './snapshot.ts';

/** What is learnt by opening a connection. */
export interface OpenedFacts {
  readonly provider?: boolean;
  readonly pid?: number | undefined;
  readonly fd?: number;
}

/** What a lane tells the main thread, as soon as it knows it. */
export type LaneEvent =
  | {
      readonly kind: 'loaded';
      readonly library: LibraryName;
      readonly soname: string;
      readonly features: readonly string[];
    }
  | { readonly kind: 'missing'; readonly library: LibraryName; readonly message: string }
  /** Of libquorum also whether a quorum provider is loaded, corosync's pid, and the connection's socket. */
  | ({ readonly kind: 'connected'; readonly library: LibraryName } & OpenedFacts)
  | { readonly kind: 'refused'; readonly library: LibraryName; readonly call: string; readonly code: number }
  | { readonly kind: 'lost'; readonly library: LibraryName; readonly call: string; readonly code: number }
  /** The lane that had it open is gone. */
  | { readonly kind: 'closed'; readonly library: LibraryName }
  | { readonly kind: 'call-failed'; readonly library: LibraryName; readonly call: string; readonly code: number }
  | {
      readonly kind: 'dispatched';
      readonly library: LibraryName;
      readonly code: number;
      /** How many; all but the last were CS_OK and without callbacks. */
      readonly count: number;
      /** Of all of them. */
      readonly seconds: number;
      readonly callbacks: Readonly<Record<string, number>>;
    }
  | {
      readonly kind: 'probed';
      readonly library: 'quorum' | 'votequorum';
      readonly quorate: boolean;
      readonly seconds: number;
    }
  | QuorumEvent
  | {
      readonly kind: 'confchg';
      readonly members: readonly CpgAddress[];
      readonly left: readonly CpgAddress[];
      readonly joined: readonly CpgAddress[];
    }
  | { readonly kind: 'delivered' }
  | { readonly kind: 'round-trip'; readonly seconds: number }
  | { readonly kind: 'round-trip-failed'; readonly reason: string }
  | { readonly kind: 'local'; readonly nodeid: number }
  | { readonly kind: 'configuration'; readonly configuration: Configuration }
  | AreaEvent
  | LinkChange
  /** The read that was asked for is complete. */
  | { readonly kind: 'answered'; readonly id: number };

/** An area was read, or could not be. */
export type AreaEvent = {
  readonly [Name in AreaName]: { readonly kind: 'area'; readonly area: Name } & Area<Areas[Name]>;
}[AreaName];

/** What the main thread tells a lane. */
export type LaneCommand =
  /** `nodeids`: of the configured nodes and of the members, as far as they are known. */
  | { readonly kind: 'read'; readonly id: number; readonly nodeids: readonly number[] }
  /** Whether to open connections: one service tries for all while corosync refuses us. */
  | { readonly kind: 'connect'; readonly allowed: boolean }
  | { readonly kind: 'stop' };

/** What a lane is started with. */
export interface LaneData {
  readonly options: MonitorOptions;
  /** URL of the module that exports createBindings. */
  readonly bindings: string;
  /** The memory of the lane's HeldMark. */
  readonly heldSince: SharedArrayBuffer;
  /** The same of the services lane, for the one that watches it. */
  readonly servicesHeldSince?: SharedArrayBuffer | undefined;
}
