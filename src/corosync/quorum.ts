import koffi from 'koffi';
import type { QuorumApi } from './bindings.ts';
import { Callbacks, Connection, type Handle, openHandle, type ServiceCalls } from './connection.ts';
import { CorosyncError, CsError } from './cs-error.ts';
import { bind, type Call, lazily, type Out, type Pointer, type Wide } from './ffi.ts';
import { copyWords } from './libc.ts';
import { hasFunction, loadCorosyncLibrary } from './library.ts';
import { structs } from './structs.ts';
import type { LoadedLibrary, QuorumEvent, RingId } from './types.ts';

const SONAME = 'libquorum.so.5';
const QUORUM_SET = 1;

/** A connection to corosync's quorum service: quorum_overview(3). */
export class Quorum extends Connection<QuorumEvent> implements QuorumApi {
  /** 1: quorum and nodelist notifications; 0: quorum notifications without the representative (libquorum < 5.1.0). */
  readonly model: 0 | 1;
  /** Whether a quorum provider is loaded (QUORUM_SET). Without one corosync is always quorate. */
  readonly provider: boolean;

  private constructor(model: 0 | 1, handle: Handle, callbacks: Callbacks<QuorumEvent>, provider: boolean) {
    super(native().calls, handle, callbacks);
    this.model = model;
    this.provider = provider;
  }

  /**
   * quorum_model_initialize(3) with model V1; quorum_initialize(3) where libquorum or corosync has no models, or for
   * `model: 0`.
   * CS_ERR_LIBRARY: corosync is not there. CS_ERR_ACCESS: it refuses us. CS_ERR_TRY_AGAIN: it is starting.
   */
  static connect({ model = 1 }: { readonly model?: 0 | 1 } = {}): Quorum {
    if (native().modelInitialize === undefined || model === 0) return Quorum.#connect(0);
    try {
      return Quorum.#connect(1);
    } catch (error) {
      // A corosync before 3.1.0 does not know the request, which newer libraries make.
      if (!(error instanceof CorosyncError) || error.code !== CsError.CS_ERR_INVALID_PARAM) throw error;
      return Quorum.#connect(0);
    }
  }

  static #connect(model: 0 | 1): Quorum {
    const { calls, modelInitialize, initialize, protos } = native();
    const callbacks = new Callbacks<QuorumEvent>();
    const type: Out<number> = [null];
    const handle = openHandle(calls, callbacks, (out) => {
      if (model === 1 && modelInitialize !== undefined) {
        const quorum_notify_fn = callbacks.register(protos.quorumV1, quorumEventV1);
        const nodelist_notify_fn = callbacks.register(protos.nodelist, nodelistEvent);
        modelInitialize(out, 1, { model: 1, quorum_notify_fn, nodelist_notify_fn }, type, null);
      } else {
        initialize(out, { quorum_notify_fn: callbacks.register(protos.quorumV0, quorumEventV0) }, type);
      }
    });
    return new Quorum(model, handle, callbacks, type[0] === QUORUM_SET);
  }

  /** Loads libquorum, or throws LibraryError. */
  static load(): LoadedLibrary {
    return { soname: SONAME, features: native().modelInitialize === undefined ? [] : ['quorum_model_v1'] };
  }

  /** Whether this partition has quorum, by a round trip: it blocks while corosync is frozen or in its sync phase. */
  getquorate(): boolean {
    const quorate: Out<number> = [null];
    native().getquorate(this.handle, quorate);
    return quorate[0] === 1;
  }

  /**
   * Asks for notifications; `flags` are TrackFlags. With CS_TRACK_CURRENT or CS_TRACK_CHANGES the first two, a nodelist
   * and a quorum one (in model 0 only that), are there to dispatch when this returns.
   */
  trackstart(flags: number): void {
    native().trackstart(this.handle, flags);
  }

  trackstop(): void {
    native().trackstop(this.handle);
  }
}

// The C side: quorum.h.

interface QuorumNative {
  readonly calls: ServiceCalls;
  readonly initialize: Call<[Out<Wide>, object, Out<number>]>;
  readonly modelInitialize: Call<[Out<Wide>, number, object, Out<number>, null]> | undefined;
  readonly getquorate: Call<[Handle, Out<number>]>;
  readonly trackstart: Call<[Handle, number]>;
  readonly trackstop: Call<[Handle]>;
  readonly protos: Record<'quorumV0' | 'quorumV1' | 'nodelist', ReturnType<typeof koffi.proto>>;
}

const native = lazily((): QuorumNative => {
  const library = loadCorosyncLibrary(SONAME);
  structs();
  return {
    calls: {
      finalize: bind(library, 'quorum_finalize(uint64_t handle)'),
      dispatch: bind(library, 'quorum_dispatch(uint64_t handle, int dispatch_types)'),
      fd_get: bind(library, 'quorum_fd_get(uint64_t handle, _Out_ int *fd)'),
      context_set: bind(library, 'quorum_context_set(uint64_t handle, uintptr_t context)'),
      context_get: bind(library, 'quorum_context_get(uint64_t handle, _Out_ uintptr_t *context)'),
    },
    initialize: bind(
      library,
      'quorum_initialize(_Out_ uint64_t *handle, quorum_callbacks_t *callbacks, _Out_ uint32_t *quorum_type)',
    ),
    // Since corosync 3.1.0.
    modelInitialize: hasFunction(library, 'quorum_model_initialize')
      ? bind(
          library,
          'quorum_model_initialize(_Out_ uint64_t *handle, int model, quorum_model_v1_data_t *model_data, _Out_ uint32_t *quorum_type, void *context)',
        )
      : undefined,
    getquorate: bind(library, 'quorum_getquorate(uint64_t handle, _Out_ int *quorate)'),
    trackstart: bind(library, 'quorum_trackstart(uint64_t handle, unsigned int flags)'),
    trackstop: bind(library, 'quorum_trackstop(uint64_t handle)'),
    protos: {
      quorumV0: koffi.proto(
        'void quorum_notification_fn_t(uint64_t handle, uint32_t quorate, uint64_t ring_seq, uint32_t view_list_entries, void *view_list)',
      ),
      quorumV1: koffi.proto(
        'void quorum_v1_quorum_notification_fn_t(uint64_t handle, uint32_t quorate, quorum_ring_id ring_id, uint32_t member_list_entries, void *member_list)',
      ),
      nodelist: koffi.proto(
        'void quorum_v1_nodelist_notification_fn_t(uint64_t handle, quorum_ring_id ring_id, uint32_t member_list_entries, void *member_list, uint32_t joined_list_entries, void *joined_list, uint32_t left_list_entries, void *left_list)',
      ),
    },
  };
});

interface NativeRingId {
  nodeid: number;
  seq: Wide;
}

function ringId({ nodeid, seq }: NativeRingId): RingId {
  return { nodeid, seq: BigInt(seq) };
}

function quorumEventV0(_handle: Wide, quorate: number, seq: Wide, entries: number, view: Pointer | null): QuorumEvent {
  return {
    kind: 'quorum',
    quorate: quorate !== 0,
    ringId: { nodeid: undefined, seq: BigInt(seq) },
    members: copyWords(view, entries),
  };
}

function quorumEventV1(
  _handle: Wide,
  quorate: number,
  ring: NativeRingId,
  entries: number,
  members: Pointer | null,
): QuorumEvent {
  return { kind: 'quorum', quorate: quorate !== 0, ringId: ringId(ring), members: copyWords(members, entries) };
}

function nodelistEvent(
  _handle: Wide,
  ring: NativeRingId,
  memberEntries: number,
  members: Pointer | null,
  joinedEntries: number,
  joined: Pointer | null,
  leftEntries: number,
  left: Pointer | null,
): QuorumEvent {
  return {
    kind: 'nodelist',
    ringId: ringId(ring),
    members: copyWords(members, memberEntries),
    joined: copyWords(joined, joinedEntries),
    left: copyWords(left, leftEntries),
  };
}
