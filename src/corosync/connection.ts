import koffi from 'koffi';
import { CorosyncError, CsError } from './cs-error.ts';
import type { Call, Out, Pointer, Wide } from './ffi.ts';
import { peerPid, shutdownSocket, waitReadable } from './libc.ts';
import { type Dispatched, DispatchMode } from './types.ts';

declare const brand: unique symbol;
/** A handle of corosync's libraries: 64 bits that only they understand. */
export type Handle = bigint & { readonly [brand]: 'handle' };

/** The calls that all services of corosync have; libcfg keeps no context. */
export interface ServiceCalls {
  finalize: Call<[Handle]>;
  dispatch: Call<[Handle, number]>;
  fd_get: Call<[Handle, Out<number>]>;
  context_set?: Call<[Handle, bigint]>;
  context_get?: Call<[Handle, Out<Wide>]>;
}

const modes: readonly number[] = Object.values(DispatchMode);

/** What the connections to corosync's services have in common: dispatch, descriptor, context and end. */
export abstract class Connection<Event> {
  protected readonly handle: Handle;
  readonly #calls: ServiceCalls;
  readonly #callbacks: Callbacks<Event>;
  #dispatching = false;
  #closed = false;

  protected constructor(calls: ServiceCalls, handle: Handle, callbacks: Callbacks<Event>) {
    this.#calls = calls;
    this.handle = handle;
    this.#callbacks = callbacks;
  }

  /**
   * Runs the C callbacks that `mode` asks for and returns what they reported, with the result code.
   * CS_DISPATCH_ONE and CS_DISPATCH_BLOCKING block this thread until corosync sends something; see dispatchAsync().
   * A mode that is none of the four is CS_ERR_INVALID_PARAM; libcpg itself would wait for ever.
   */
  dispatch(mode: DispatchMode): Dispatched<Event> {
    if (!modes.includes(mode)) return { code: CsError.CS_ERR_INVALID_PARAM, events: [] };
    this.#beginDispatch();
    const events: Event[] = [];
    try {
      const code = this.#callbacks.during(
        (event) => events.push(event),
        () => this.#calls.dispatch.code(this.handle, mode),
      );
      return { code, events };
    } finally {
      this.#dispatching = false;
    }
  }

  /**
   * The same on a thread of libuv's pool (four of them unless UV_THREADPOOL_SIZE says otherwise), which it occupies
   * until it ends. Given `onEvent`, events go there as they come, and the promise resolves with none of them.
   * End a waiting one with endDispatch().
   */
  async dispatchAsync(mode: DispatchMode, onEvent?: (event: Event) => void): Promise<Dispatched<Event>> {
    if (!modes.includes(mode)) return { code: CsError.CS_ERR_INVALID_PARAM, events: [] };
    this.#beginDispatch();
    const events: Event[] = [];
    // Node waits for its pool when the process exits: for ever, if nothing comes.
    const end = () => this.#closed || this.endDispatch();
    process.once('exit', end);
    try {
      const code = await this.#callbacks.duringAsync(onEvent ?? ((event) => events.push(event)), () =>
        this.#calls.dispatch.codeAsync(this.handle, mode),
      );
      return { code, events };
    } finally {
      process.off('exit', end);
      this.#dispatching = false;
      if (this.#closed) this.#callbacks.release();
    }
  }

  /**
   * Ends a waiting dispatch at once, without waiting for the next event: it returns CS_ERR_LIBRARY. The connection is
   * dead afterwards; all that is left to do is close().
   */
  endDispatch(): void {
    shutdownSocket(this.fdGet());
  }

  /** The descriptor that poll(2) finds readable when something is to be dispatched. Not for reading. */
  fdGet(): number {
    const fd: Out<number> = [null];
    this.#calls.fd_get(this.handle, fd);
    return fd[0] as number;
  }

  /** The pid of corosync; undefined where it runs in a pid namespace that is not seen from here. */
  peerPid(): number | undefined {
    return peerPid(this.fdGet());
  }

  /** Blocks this thread for up to `milliseconds`; true when there is something to dispatch. */
  waitReadable(milliseconds: number): boolean {
    return waitReadable(this.fdGet(), milliseconds);
  }

  /** Keeps a pointer-sized value with the handle, for the user of the library. CS_ERR_NOT_SUPPORTED by libcfg. */
  contextSet(context: bigint): void {
    const { context_set } = this.#calls;
    if (context_set === undefined) throw new CorosyncError('context_set', CsError.CS_ERR_NOT_SUPPORTED);
    context_set(this.handle, context);
  }

  contextGet(): bigint {
    const { context_get } = this.#calls;
    if (context_get === undefined) throw new CorosyncError('context_get', CsError.CS_ERR_NOT_SUPPORTED);
    const context: Out<Wide> = [null];
    context_get(this.handle, context);
    return BigInt(context[0] as Wide);
  }

  /**
   * Closes the connection and frees its callbacks; may be called twice. Returns what `*_finalize` returned: on a
   * connection that corosync has ended this is not CS_OK, and the handle is gone all the same.
   */
  close(): number {
    if (this.#closed) return CsError.CS_OK;
    this.#closed = true;
    // A dispatch that waits on another thread holds a reference to the handle, and may still call back.
    if (this.#dispatching) this.endDispatch();
    const code = this.#calls.finalize.code(this.handle);
    if (!this.#dispatching) this.#callbacks.release();
    return code;
  }

  #beginDispatch(): void {
    if (this.#dispatching) throw new Error('a dispatch on this connection has not ended yet');
    this.#dispatching = true;
  }
}

/** The C callbacks of one connection. They only copy what corosync says; a dispatch hands it on. */
export class Callbacks<Event> {
  #pointers: Pointer[] = [];
  #sink: ((event: Event) => void) | undefined;
  #thrown: unknown;

  /** Registers a C callback; `translate` makes an event of its arguments, which are gone when it returns. */
  // biome-ignore lint/suspicious/noExplicitAny: the arguments' types are those of the C prototype
  register(type: ReturnType<typeof koffi.proto>, translate: (...args: any[]) => Event): Pointer {
    const callback = (...args: unknown[]) => {
      // An exception here would be swallowed by koffi: it is kept and thrown when the dispatch has returned.
      try {
        this.#sink?.(translate(...args));
      } catch (error) {
        this.#thrown ??= error;
      }
    };
    const pointer = koffi.register(callback, koffi.pointer(type));
    this.#pointers.push(pointer);
    return pointer;
  }

  during(sink: (event: Event) => void, dispatch: () => number): number {
    this.#sink = sink;
    try {
      return dispatch();
    } finally {
      this.#end();
    }
  }

  async duringAsync(sink: (event: Event) => void, dispatch: () => Promise<number>): Promise<number> {
    this.#sink = sink;
    try {
      return await dispatch();
    } finally {
      this.#end();
    }
  }

  /** Frees koffi's callback slots, of which a process has 8192. */
  release(): void {
    for (const pointer of this.#pointers) koffi.unregister(pointer);
    this.#pointers = [];
  }

  #end(): void {
    this.#sink = undefined;
    const thrown = this.#thrown;
    this.#thrown = undefined;
    if (thrown !== undefined) throw thrown;
  }
}

/** Opens a connection; one that fails half-way leaves nothing behind. */
export function openHandle<Event>(
  { finalize }: Pick<ServiceCalls, 'finalize'>,
  callbacks: Callbacks<Event>,
  open: (handle: Out<Wide>) => void,
): Handle {
  const handle: Out<Wide> = [null];
  try {
    open(handle);
  } catch (error) {
    // quorum_model_initialize and cmap_initialize_map leave it open where corosync answers, but not with CS_OK. Where
    // the library has closed it, this is CS_ERR_BAD_HANDLE.
    if (handle[0]) finalize.code(BigInt(handle[0]) as Handle);
    callbacks.release();
    throw error;
  }
  return BigInt(handle[0] as Wide) as Handle;
}
