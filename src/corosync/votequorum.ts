import type { VotequorumApi } from './bindings.ts';
import { Callbacks, Connection, type Handle, openHandle, type ServiceCalls } from './connection.ts';
import { bind, type Call, lazily, type Out, type Wide } from './ffi.ts';
import { loadCorosyncLibrary } from './library.ts';
import { structs } from './structs.ts';
import type { LoadedLibrary, VotequorumInfo } from './types.ts';

const SONAME = 'libvotequorum.so.8';

/** A connection to corosync's votequorum service: votequorum_overview(3), of it what reads. */
export class Votequorum extends Connection<never> implements VotequorumApi {
  private constructor(handle: Handle, callbacks: Callbacks<never>) {
    super(native().calls, handle, callbacks);
  }

  /** votequorum_initialize(3) without callbacks. CS_ERR_LIBRARY also where votequorum is not the provider. */
  static connect(): Votequorum {
    const callbacks = new Callbacks<never>();
    return new Votequorum(
      openHandle(callbacks, (out) => native().initialize(out, null)),
      callbacks,
    );
  }

  /** Loads libvotequorum, or throws LibraryError. */
  static load(): LoadedLibrary {
    native();
    return { soname: SONAME, features: [] };
  }

  /** A node's votes and state; `nodeid` 0 is the local node. The one round trip that corosync answers in its sync phase. */
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
  readonly calls: ServiceCalls;
  readonly initialize: Call<[Out<Wide>, null]>;
  readonly getinfo: Call<[Handle, number, Out<NativeInfo>]>;
}

const native = lazily((): VotequorumNative => {
  const library = loadCorosyncLibrary(SONAME);
  structs();
  return {
    calls: {
      finalize: bind(library, 'votequorum_finalize(uint64_t handle)'),
      dispatch: bind(library, 'votequorum_dispatch(uint64_t handle, int dispatch_types)'),
      fd_get: bind(library, 'votequorum_fd_get(uint64_t handle, _Out_ int *fd)'),
      context_set: bind(library, 'votequorum_context_set(uint64_t handle, uintptr_t context)'),
      context_get: bind(library, 'votequorum_context_get(uint64_t handle, _Out_ uintptr_t *context)'),
    },
    initialize: bind(library, 'votequorum_initialize(_Out_ uint64_t *handle, void *callbacks)'),
    getinfo: bind(library, 'votequorum_getinfo(uint64_t handle, unsigned int nodeid, _Out_ votequorum_info *info)'),
  };
});
