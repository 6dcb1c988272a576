import type { Reads } from './areas.ts';

/** What the monitor is told; durations in milliseconds. */
export interface MonitorOptions {
  /** Between two drains of corosync's callbacks. */
  readonly dispatchInterval: number;
  /** A call that is outstanding for longer holds its lane. */
  readonly probeTimeout: number;
  readonly cpg: {
    /** Join the group `corosync-exporter`. */
    readonly join: boolean;
    /** Between two probe messages in it; 0 for none. */
    readonly probeInterval: number;
  };
  /** What to read for each scrape. */
  readonly reads: Reads;
  /** Of how many links to read the traffic. */
  readonly trafficLimit: number;
  /** Where corosync writes its pid. */
  readonly pidFile: string;
  /** Instead of corosync: the simulated cluster, seen from this node. */
  readonly simulation?: { readonly nodeid: number; readonly startedAt: number };
}

/** What the monitor says about changes of state; each is one log line. */
export interface MonitorLog {
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}
