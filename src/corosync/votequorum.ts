import koffi from 'koffi';
import type { VotequorumApi } from './bindings.ts';
import { Callbacks, Connection, type Handle, openHandle, type ServiceCalls } from './connection.ts';
import { bind, type Call, lazily, type Out, type Pointer, type Wide } from './ffi.ts';
import { copyWords } from './libc.ts';
import { loadFirstLibrary } from './library.ts';
import { structs } from './structs.ts';
import type { LoadedLibrary, VotequorumEvent, VotequorumInfo } from './types.ts';

/** Corosync before 2.3.6 or so has 7. */
const SONAMES = ['libvotequorum.so.8', 'libvotequorum.so.7'] as const;

/** A connection to corosync's votequorum service: votequorum_overview(3), of it what reads. */
export class Votequorum extends Connection<VotequorumEvent> implements VotequorumApi {
  private constructor(handle: Handle, callbacks: Callbacks<VotequorumEvent>) {
    super(native().calls, handle, callbacks);
  }

  /** votequorum_initialize(3). CS_ERR_LIBRARY also where votequorum is not the provider. */
  static connect(): Votequorum {
    const { calls, initialize, protos } = native();
    const callbacks = new Callbacks<VotequorumEvent>();
    const functions = {
      votequorum_quorum_notify_fn: callbacks.register(protos.quorum, quorumEvent),
      votequorum_expectedvotes_notify_fn: callbacks.register(protos.expectedvotes, expectedvotesEvent),
      votequorum_nodelist_notify_fn: callbacks.register(protos.nodelist, nodelistEvent),
    };
    return new Votequorum(
      openHandle(calls, callbacks, (out) => initialize(out, functions)),
      callbacks,
    );
  }

  /** Loads libvotequorum, or throws LibraryError. */
  static load(): LoadedLibrary {
    return { soname: native().soname, features: [] };
  }

  /**
   * A node's votes and state; `nodeid` 0 is the local node. The one round trip that corosync answers in its sync phase.
   * CS_ERR_NOT_EXIST: corosync has not met that node since its start.
   */
  getinfo(nodeid: number): VotequorumInfo {
    const out: Out<NativeInfo> = [null];
    native().getinfo(this.handle, nodeid, out);
    const info = out[0] as NativeInfo;
    return {
      nodeid: info.node_id,
      nodeState: info.node_state,
      nodeVotes: info.node_votes,
      nodeExpectedVotes: info.node_expected_votes,
      highestExpected: info.highest_expected,
      totalVotes: info.total_votes,
      quorum: info.quorum,
      flags: info.flags,
      qdeviceVotes: info.qdevice_votes,
      qdeviceName: info.qdevice_name,
    };
  }

  /**
   * Asks for notifications; `flags` are TrackFlags. With CS_TRACK_CURRENT or CS_TRACK_CHANGES the first two, a nodelist
   * and a quorum one, are due when this returns. A change of membership comes as nodelist when corosync begins to sync
   * and as quorum when it has. CS_ERR_EXIST: tracking already; the first two come again all the same.
   */
  trackstart(flags: number): void {
    native().trackstart(this.handle, 0, flags);
  }

  /** Ends the notifications. CS_ERR_NOT_EXIST where there are none. */
  trackstop(): void {
    native().trackstop(this.handle);
  }
}

// The C side: votequorum.h.

interface NativeInfo {
  node_id: number;
  node_state: number;
  node_votes: number;
  node_expected_votes: number;
  highest_expected: number;
  total_votes: number;
  quorum: number;
  flags: number;
  qdevice_votes: number;
  qdevice_name: string;
}

interface VotequorumNative {
  readonly soname: string;
  readonly calls: ServiceCalls;
  readonly initialize: Call<[Out<Wide>, object]>;
  readonly getinfo: Call<[Handle, number, Out<NativeInfo>]>;
  readonly trackstart: Call<[Handle, number, number]>;
  readonly trackstop: Call<[Handle]>;
  readonly protos: Record<'quorum' | 'expectedvotes' | 'nodelist', ReturnType<typeof koffi.proto>>;
}

const native = lazily((): VotequorumNative => {
  const { soname, library } = loadFirstLibrary(SONAMES);
  structs();
  return {
    soname,
    calls: {
      finalize: bind(library, 'votequorum_finalize(uint64_t handle)'),
      dispatch: bind(library, 'votequorum_dispatch(uint64_t handle, int dispatch_types)'),
      fd_get: bind(library, 'votequorum_fd_get(uint64_t handle, _Out_ int *fd)'),
      context_set: bind(library, 'votequorum_context_set(uint64_t handle, uintptr_t context)'),
      context_get: bind(library, 'votequorum_context_get(uint64_t handle, _Out_ uintptr_t *context)'),
    },
    initialize: bind(library, 'votequorum_initialize(_Out_ uint64_t *handle, votequorum_callbacks_t *callbacks)'),
    getinfo: bind(library, 'votequorum_getinfo(uint64_t handle, unsigned int nodeid, _Out_ votequorum_info *info)'),
    trackstart: bind(library, 'votequorum_trackstart(uint64_t handle, uint64_t context, unsigned int flags)'),
    trackstop: bind(library, 'votequorum_trackstop(uint64_t handle)'),
    protos: {
      quorum: koffi.proto(
        'void votequorum_quorum_notification_fn_t(uint64_t handle, uint64_t context, uint32_t quorate, uint32_t node_list_entries, void *node_list)',
      ),
      expectedvotes: koffi.proto(
        'void votequorum_expectedvotes_notification_fn_t(uint64_t handle, uint64_t context, uint32_t expected_votes)',
      ),
      nodelist: koffi.proto(
        'void votequorum_nodelist_notification_fn_t(uint64_t handle, uint64_t context, votequorum_ring_id_t ring_id, uint32_t node_list_entries, void *node_list)',
      ),
    },
  };
});

function quorumEvent(
  _handle: Wide,
  _context: Wide,
  quorate: number,
  entries: number,
  list: Pointer | null,
): VotequorumEvent {
  // Pairs of nodeid and state.
  const words = copyWords(list, 2 * entries);
  const nodes = Array.from({ length: entries }, (_, i) => ({
    nodeid: words[2 * i] as number,
    state: words[2 * i + 1] as number,
  }));
  return { kind: 'quorum', quorate: quorate !== 0, nodes };
}

function expectedvotesEvent(_handle: Wide, _context: Wide, expectedVotes: number): VotequorumEvent {
  return { kind: 'expectedvotes', expectedVotes };
}

function nodelistEvent(
  _handle: Wide,
  _context: Wide,
  { nodeid, seq }: { nodeid: number; seq: Wide },
  entries: number,
  list: Pointer | null,
): VotequorumEvent {
  return { kind: 'nodelist', ringId: { nodeid, seq: BigInt(seq) }, members: copyWords(list, entries) };
}
