import type { Service } from '../corosync/bindings.ts';
import { CorosyncError, CsError } from '../corosync/cs-error.ts';
import { type Dispatched, DispatchMode } from '../corosync/types.ts';
import type { HeldMark } from './held.ts';
import type { LaneEvent, OpenedFacts } from './lane-protocol.ts';
import type { LibraryName } from './snapshot.ts';

const FIRST_RETRY = 500;
const LAST_RETRY = 2_000;
/** Each refused attempt is an error line in corosync's log. */
const ACCESS_RETRY = 30_000;
/** Its /dev/shm is full: each attempt is five error lines in corosync's log. */
const NO_SPACE_RETRY = 5_000;
const MISSING_RETRY = 30_000;
/** Until then somebody may have installed another corosync. */
const UNSUPPORTED_RETRY = 30_000;

/** After these there is little hope that the next attempt comes to anything else. */
const slowRetries: Readonly<Record<number, number>> = {
  [CsError.CS_ERR_ACCESS]: ACCESS_RETRY,
  [CsError.CS_ERR_NO_SPACE]: NO_SPACE_RETRY,
  [CsError.CS_ERR_NOT_SUPPORTED]: UNSUPPORTED_RETRY,
};

/** After these a handle is dead for ever. */
const deadly: readonly number[] = [CsError.CS_ERR_LIBRARY, CsError.CS_ERR_BAD_HANDLE];

type Dispatchable = { dispatch(mode: DispatchMode): Dispatched<{ readonly kind: string }> };
type EventOf<Api> = Api extends { dispatch(mode: DispatchMode): Dispatched<infer Event> } ? Event : never;

/** What a lane's connections share. */
export interface Lane {
  readonly held: HeldMark;
  /** That of the services lane, in the lane that watches it. */
  readonly servicesHeld?: HeldMark | undefined;
  post(event: LaneEvent): void;
  /** When the time is over that reading for a scrape may take. */
  readonly readUntil: number;
  /** Monotonic milliseconds. */
  now(): number;
}

/** One connection to one of corosync's services: opened, used, lost and opened again, always in this place. */
export class Connector<Api extends { close(): unknown }> {
  readonly library: LibraryName;
  readonly #service: Service<Api>;
  readonly #lane: Lane;
  readonly #opened: (api: Api) => OpenedFacts;
  #api: Api | undefined;
  /** The same, each call marked by itself. */
  #marked: Api | undefined;
  #paced: Api | undefined;
  /** The call that failed of a dead connection, until the next drain has taken what is left and ended it. */
  #dying: { readonly call: string; readonly code: number } | undefined;
  /** Dispatches that brought nothing new, which wait to be told with the next: the main thread would wake up for each. */
  #untold = { count: 0, seconds: 0 };
  #toldCode: number | undefined;
  #loaded = false;
  #retryAt = 0;
  #retryAfter = FIRST_RETRY;

  /** `opened` makes a fresh connection ready for use; what it returns is told with `connected`. */
  constructor(library: LibraryName, service: Service<Api>, lane: Lane, opened: (api: Api) => OpenedFacts) {
    this.library = library;
    this.#service = service;
    this.#lane = lane;
    this.#opened = opened;
  }

  get connected(): boolean {
    return this.#api !== undefined;
  }

  /** Milliseconds until there is something to do about the connection; undefined while there is nothing. */
  get retryIn(): number | undefined {
    if (this.#dying !== undefined) return 0;
    return this.connected ? undefined : Math.max(0, this.#retryAt - this.#lane.now());
  }

  /** Connects if it is time to. */
  open(): void {
    if (this.connected || this.retryIn !== 0 || !this.#load()) return;
    let api: Api | undefined;
    try {
      api = this.#lane.held.during(() => this.#service.connect());
      const marked = preceded(api, () => this.#lane.held.begin());
      const facts = this.#lane.held.during(() => this.#opened(marked));
      this.#api = api;
      this.#marked = marked;
      this.#paced = preceded(api, () => this.#beforeRead());
      this.#retryAfter = FIRST_RETRY;
      this.#lane.post({ kind: 'connected', library: this.library, ...facts });
    } catch (error) {
      const opened = api;
      if (opened !== undefined) this.#lane.held.during(() => opened.close());
      const { call, code } = corosyncError(error);
      this.#lane.post({ kind: 'refused', library: this.library, call, code });
      this.#retry(slowRetries[code] ?? this.#retryAfter);
      this.#retryAfter = Math.min(2 * this.#retryAfter, LAST_RETRY);
    }
  }

  /** Makes round trips; undefined when there is no connection, or when one failed, which has then been told. */
  call<T>(roundTrips: (api: Api) => T): T | undefined {
    const api = this.#marked;
    if (api === undefined || this.#dying !== undefined) return undefined;
    try {
      return this.#lane.held.during(() => roundTrips(api));
    } catch (error) {
      const { call, code } = corosyncError(error);
      this.#lane.post({ kind: 'call-failed', library: this.library, call, code });
      if (deadly.includes(code)) this.#dying = { call, code };
      return undefined;
    }
  }

  /**
   * Reads for a scrape: many calls, each marked by itself, until the lane's time for reading is over. Throws what fails;
   * undefined when there is no connection.
   */
  read<T>(calls: (api: Api) => T): T | undefined {
    if (this.#paced === undefined || this.#dying !== undefined) return undefined;
    try {
      return calls(this.#paced);
    } finally {
      this.#lane.held.clear();
    }
  }

  /** Drains the callbacks that are due; corosync cannot hold this. */
  drain(this: Connector<Api & Dispatchable>): EventOf<Api>[] {
    if (this.#api === undefined) return [];
    const before = this.#lane.now();
    const { code, events } = this.#api.dispatch(DispatchMode.CS_DISPATCH_ALL);
    const callbacks: Record<string, number> = {};
    for (const { kind } of events) callbacks[kind] = (callbacks[kind] ?? 0) + 1;
    this.#untold.count += 1;
    this.#untold.seconds += (this.#lane.now() - before) / 1000;
    const news = events.length > 0 || code !== CsError.CS_OK || code !== this.#toldCode;
    if (news) this.#dispatched(code, callbacks);
    if (deadly.includes(code)) this.#lose(`${this.library}_dispatch`, code);
    else this.endIfDead();
    return events as EventOf<Api>[];
  }

  /** Tells of the dispatches that are not told yet. */
  tellDispatches(): void {
    if (this.#untold.count > 0) this.#dispatched(CsError.CS_OK, {});
  }

  /** Ends a connection of which a call has failed for good; drain() does so itself. */
  endIfDead(): void {
    if (this.#dying !== undefined) this.#lose(this.#dying.call, this.#dying.code);
  }

  close(): void {
    this.tellDispatches();
    const api = this.#api;
    this.#api = undefined;
    this.#marked = undefined;
    this.#paced = undefined;
    this.#dying = undefined;
    if (api !== undefined) this.#lane.held.during(() => api.close());
  }

  #dispatched(code: number, callbacks: Readonly<Record<string, number>>): void {
    this.#lane.post({ kind: 'dispatched', library: this.library, code, ...this.#untold, callbacks });
    this.#untold = { count: 0, seconds: 0 };
    this.#toldCode = code;
  }

  #load(): boolean {
    if (this.#loaded) return true;
    try {
      this.#lane.post({ kind: 'loaded', library: this.library, ...this.#service.load() });
      this.#loaded = true;
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'LibraryError') throw error;
      this.#lane.post({ kind: 'missing', library: this.library, message: error.message });
      this.#retry(MISSING_RETRY);
    }
    return this.#loaded;
  }

  #beforeRead(): void {
    if (this.#lane.now() > this.#lane.readUntil) throw new Error('corosync answers, but too slowly to read all of it');
    this.#lane.held.begin();
  }

  #lose(call: string, code: number): void {
    this.close();
    this.#lane.post({ kind: 'lost', library: this.library, call, code });
    this.#retryAfter = FIRST_RETRY;
    this.#retry(FIRST_RETRY);
  }

  #retry(milliseconds: number): void {
    this.#retryAt = this.#lane.now() + milliseconds;
  }
}

/** Everything that is not corosync's answer is a bug, and ends the lane. */
function corosyncError(error: unknown): CorosyncError {
  if (error instanceof CorosyncError) return error;
  throw error;
}

/** The same methods, each with `beforeCall` in front of it. */
function preceded<Api extends object>(api: Api, beforeCall: () => void): Api {
  return new Proxy(api, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]) => {
        beforeCall();
        return member.apply(target, args);
      };
    },
  });
}
