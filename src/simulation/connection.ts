import { CorosyncError, CsError } from '../corosync/cs-error.ts';
import type { Dispatched, DispatchMode } from '../corosync/types.ts';
import { bootsOf, processOf } from './cluster.ts';

/** A node's corosync and the clock by which it is looked at, in unix milliseconds. */
export interface Site {
  readonly nodeid: number;
  readonly startedAt: number;
  now(): number;
}

const modes: typeof DispatchMode = {
  CS_DISPATCH_ONE: 1,
  CS_DISPATCH_ALL: 2,
  CS_DISPATCH_BLOCKING: 3,
  CS_DISPATCH_ONE_NONBLOCKING: 4,
};

/** What the handles of all services share: they wait while corosync is frozen, and die with it. */
export class Connection {
  readonly #site: Site;
  readonly #boots: number;
  #closed = false;

  /** `call` is the C function that connects. */
  constructor(site: Site, call: string) {
    this.#site = site;
    this.#waitForThaw();
    if (processOf(site.nodeid, this.time()) === 'down') throw new CorosyncError(call, CsError.CS_ERR_LIBRARY);
    this.#boots = bootsOf(site.nodeid, this.time());
  }

  get nodeid(): number {
    return this.#site.nodeid;
  }

  /** Milliseconds since the cluster's start; clocks may be set back, time before it is not simulated. */
  time(): number {
    return Math.max(0, this.#site.now() - this.#site.startedAt);
  }

  /** CS_OK while the handle is good. */
  code(): number {
    if (this.#closed) return CsError.CS_ERR_BAD_HANDLE;
    const time = this.time();
    const dead = processOf(this.nodeid, time) === 'down' || bootsOf(this.nodeid, time) !== this.#boots;
    return dead ? CsError.CS_ERR_LIBRARY : CsError.CS_OK;
  }

  /** For calls that corosync need not answer. */
  check(call: string): void {
    const code = this.code();
    if (code !== CsError.CS_OK) throw new CorosyncError(call, code);
  }

  /** For calls that corosync must answer: comes back when it does. */
  roundTrip(call: string): void {
    this.check(call);
    this.#waitForThaw();
    this.check(call);
  }

  /** `take` removes and returns up to `most` of the events that are due. */
  dispatch<Event>(mode: DispatchMode, take: (most: number) => Event[]): Dispatched<Event> {
    if (this.code() !== CsError.CS_OK) return { code: this.code(), events: [] };
    if (mode === modes.CS_DISPATCH_BLOCKING) return { code: CsError.CS_ERR_NOT_SUPPORTED, events: [] };
    if (!Object.values(modes).includes(mode)) return { code: CsError.CS_ERR_INVALID_PARAM, events: [] };
    const due = () => (this.isFrozen() ? [] : take(mode === modes.CS_DISPATCH_ALL ? Number.POSITIVE_INFINITY : 1));
    let events = due();
    while (mode === modes.CS_DISPATCH_ONE && events.length === 0 && this.code() === CsError.CS_OK) {
      sleep(slice);
      events = due();
    }
    const none = mode === modes.CS_DISPATCH_ONE_NONBLOCKING && events.length === 0;
    return { code: none ? CsError.CS_ERR_TRY_AGAIN : this.code(), events };
  }

  isFrozen(): boolean {
    return processOf(this.nodeid, this.time()) === 'frozen';
  }

  close(): void {
    this.#closed = true;
  }

  #waitForThaw(): void {
    while (this.isFrozen()) sleep(slice);
  }
}

/** How long, in milliseconds, a waiting call sleeps before it looks again. */
export const slice = 10;

/** Blocks this thread, as a call into corosync would. */
export function sleep(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
