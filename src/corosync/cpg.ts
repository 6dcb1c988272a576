import koffi from 'koffi';
import type { CpgApi } from './bindings.ts';
import { Callbacks, Connection, type Handle, openHandle, type ServiceCalls } from './connection.ts';
import { groupOf, type NativeName, nameOf } from './cpg-name.ts';
import { CorosyncError, CsError } from './cs-error.ts';
import { bind, type Call, lazily, type Out, type Pointer, type Wide } from './ffi.ts';
import { copyBytes, copyWords } from './libc.ts';
import { loadCorosyncLibrary } from './library.ts';
import { structs } from './structs.ts';
import type { CpgAddress, CpgEvent, CpgIterationEntry, CpgIterationType, LoadedLibrary } from './types.ts';

const SONAME = 'libcpg.so.4';
const CPG_MODEL_V1 = 1;
const CPG_MODEL_V1_DELIVER_INITIAL_TOTEM_CONF = 1;
const CPG_TYPE_AGREED = 2;
const ADDRESS_SIZE = 12;
/** The library copies up to PROCESSOR_COUNT_MAX entries, whatever length it is given, not the CPG_MEMBERS_MAX of cpg.h. */
const PROCESSOR_COUNT_MAX = 384;

/** How to open a CPG connection. */
export interface CpgOptions {
  /** 1 (default): cpg_model_initialize with totem_confchg; 0: cpg_initialize. */
  readonly model?: 0 | 1;
  /** Deliver a totem_confchg of the current membership after the first join. */
  readonly initialTotemConf?: boolean;
}

/** A connection to corosync's closed process groups: cpg_overview(3), less the zero-copy calls that upstream removed. */
export class Cpg extends Connection<CpgEvent> implements CpgApi {
  private constructor(handle: Handle, callbacks: Callbacks<CpgEvent>) {
    super(native().calls, handle, callbacks);
  }

  /** cpg_model_initialize(3), or cpg_initialize(3) for `model: 0`. Errors as those of Quorum.connect(). */
  static connect({ model = 1, initialTotemConf = false }: CpgOptions = {}): Cpg {
    const { calls, modelInitialize, initialize, protos } = native();
    const callbacks = new Callbacks<CpgEvent>();
    const handle = openHandle(calls, callbacks, (out) => {
      const cpg_deliver_fn = callbacks.register(protos.deliver, deliverEvent);
      const cpg_confchg_fn = callbacks.register(protos.confchg, confchgEvent);
      if (model === 0) return initialize(out, { cpg_deliver_fn, cpg_confchg_fn });
      const data = {
        model: CPG_MODEL_V1,
        cpg_deliver_fn,
        cpg_confchg_fn,
        cpg_totem_confchg_fn: callbacks.register(protos.totemConfchg, totemConfchgEvent),
        flags: initialTotemConf ? CPG_MODEL_V1_DELIVER_INITIAL_TOTEM_CONF : 0,
      };
      return modelInitialize(out, CPG_MODEL_V1, data, null);
    });
    return new Cpg(handle, callbacks);
  }

  /** Loads libcpg, or throws LibraryError. */
  static load(): LoadedLibrary {
    native();
    return { soname: SONAME, features: [] };
  }

  /** Joins a group; a connection can be in one. CS_ERR_TRY_AGAIN: the ring is busy; CS_ERR_EXIST: joined already. */
  join(group: string): void {
    native().join(this.handle, nameOf(group));
  }

  leave(group: string): void {
    native().leave(this.handle, nameOf(group));
  }

  /** Multicasts to the joined group, in agreed order. Does not wait: CS_ERR_TRY_AGAIN under flow control and in sync. */
  mcastJoined(message: Uint8Array): void {
    native().mcastJoined(this.handle, CPG_TYPE_AGREED, [{ iov_base: message, iov_len: message.byteLength }], 1);
  }

  /** The members of a group, joined or not. */
  membershipGet(group: string): CpgAddress[] {
    const list = Buffer.alloc(PROCESSOR_COUNT_MAX * ADDRESS_SIZE);
    const entries: Out<number> = [PROCESSOR_COUNT_MAX];
    native().membershipGet(this.handle, nameOf(group), list, entries);
    return Array.from({ length: entries[0] as number }, (_, i) => ({
      nodeid: list.readUInt32LE(i * ADDRESS_SIZE),
      pid: list.readUInt32LE(i * ADDRESS_SIZE + 4),
      reason: list.readUInt32LE(i * ADDRESS_SIZE + 8),
    }));
  }

  /** Our own nodeid. */
  localGet(): number {
    const nodeid: Out<number> = [null];
    native().localGet(this.handle, nodeid);
    return nodeid[0] as number;
  }

  /** The largest message in bytes that is not fragmented. */
  maxAtomicMsgsizeGet(): number {
    const size: Out<number> = [null];
    native().maxAtomicMsgsizeGet(this.handle, size);
    return size[0] as number;
  }

  /**
   * Goes through the groups of the cluster without joining any; `group` is for CPG_ITERATION_ONE_GROUP. Of all calls this
   * one may never come back: if corosync ends before it has answered a request, cpg_iteration_next waits on (lib/cpg.c
   * up to 3.1.10), while the others see that within 2 s.
   */
  iterate(type: CpgIterationType, group?: string): CpgIterationEntry[] {
    const { iterationInitialize, iterationNext, iterationFinalize } = native();
    const out: Out<Wide> = [null];
    iterationInitialize(this.handle, type, group === undefined ? null : nameOf(group), out);
    const iteration = BigInt(out[0] as Wide) as Handle;
    try {
      const entries: CpgIterationEntry[] = [];
      for (;;) {
        const description: Out<NativeDescription> = [null];
        const code = iterationNext.code(iteration, description);
        if (code === CsError.CS_ERR_NO_SECTIONS) return entries;
        if (code !== CsError.CS_OK) throw new CorosyncError('cpg_iteration_next', code);
        const { group, nodeid, pid } = description[0] as NativeDescription;
        entries.push({ group: groupOf(group), nodeid, pid });
      }
    } finally {
      iterationFinalize.code(iteration);
    }
  }
}

// The C side: cpg.h.

interface NativeDescription {
  group: NativeName;
  nodeid: number;
  pid: number;
}

interface CpgNative {
  readonly calls: ServiceCalls;
  readonly initialize: Call<[Out<Wide>, object]>;
  readonly modelInitialize: Call<[Out<Wide>, number, object, null]>;
  readonly join: Call<[Handle, NativeName]>;
  readonly leave: Call<[Handle, NativeName]>;
  readonly mcastJoined: Call<[Handle, number, { iov_base: Uint8Array; iov_len: number }[], number]>;
  readonly membershipGet: Call<[Handle, NativeName, Buffer, Out<number>]>;
  readonly localGet: Call<[Handle, Out<number>]>;
  readonly maxAtomicMsgsizeGet: Call<[Handle, Out<number>]>;
  readonly iterationInitialize: Call<[Handle, number, NativeName | null, Out<Wide>]>;
  readonly iterationNext: Call<[Handle, Out<NativeDescription>]>;
  readonly iterationFinalize: Call<[Handle]>;
  readonly protos: Record<'deliver' | 'confchg' | 'totemConfchg', ReturnType<typeof koffi.proto>>;
}

const native = lazily((): CpgNative => {
  const library = loadCorosyncLibrary(SONAME);
  structs();
  return {
    calls: {
      finalize: bind(library, 'cpg_finalize(uint64_t handle)'),
      dispatch: bind(library, 'cpg_dispatch(uint64_t handle, int dispatch_types)'),
      fd_get: bind(library, 'cpg_fd_get(uint64_t handle, _Out_ int *fd)'),
      context_set: bind(library, 'cpg_context_set(uint64_t handle, uintptr_t context)'),
      context_get: bind(library, 'cpg_context_get(uint64_t handle, _Out_ uintptr_t *context)'),
    },
    initialize: bind(library, 'cpg_initialize(_Out_ uint64_t *handle, cpg_callbacks_t *callbacks)'),
    modelInitialize: bind(
      library,
      'cpg_model_initialize(_Out_ uint64_t *handle, int model, cpg_model_v1_data_t *model_data, void *context)',
    ),
    join: bind(library, 'cpg_join(uint64_t handle, cpg_name *group)'),
    leave: bind(library, 'cpg_leave(uint64_t handle, cpg_name *group)'),
    mcastJoined: bind(library, 'cpg_mcast_joined(uint64_t handle, int guarantee, iovec *iovec, unsigned int iov_len)'),
    membershipGet: bind(
      library,
      'cpg_membership_get(uint64_t handle, cpg_name *groupName, void *member_list, _Inout_ int *member_list_entries)',
    ),
    localGet: bind(library, 'cpg_local_get(uint64_t handle, _Out_ unsigned int *local_nodeid)'),
    maxAtomicMsgsizeGet: bind(library, 'cpg_max_atomic_msgsize_get(uint64_t handle, _Out_ uint32_t *size)'),
    iterationInitialize: bind(
      library,
      'cpg_iteration_initialize(uint64_t handle, int iteration_type, cpg_name *group, _Out_ uint64_t *cpg_iteration_handle)',
    ),
    iterationNext: bind(library, 'cpg_iteration_next(uint64_t handle, _Out_ cpg_iteration_description_t *description)'),
    iterationFinalize: bind(library, 'cpg_iteration_finalize(uint64_t handle)'),
    protos: {
      deliver: koffi.proto(
        'void cpg_deliver_fn_t(uint64_t handle, cpg_name *group_name, uint32_t nodeid, uint32_t pid, void *msg, size_t msg_len)',
      ),
      confchg: koffi.proto(
        'void cpg_confchg_fn_t(uint64_t handle, cpg_name *group_name, void *member_list, size_t member_list_entries, void *left_list, size_t left_list_entries, void *joined_list, size_t joined_list_entries)',
      ),
      totemConfchg: koffi.proto(
        'void cpg_totem_confchg_fn_t(uint64_t handle, cpg_ring_id ring_id, uint32_t member_list_entries, void *member_list)',
      ),
    },
  };
});

function decodeGroup(name: Pointer): string {
  return groupOf(koffi.decode(name, 'cpg_name') as NativeName);
}

/** struct cpg_address is three 32-bit integers. */
function decodeAddresses(list: Pointer | null, entries: number): CpgAddress[] {
  const words = copyWords(list, 3 * entries);
  return Array.from({ length: entries }, (_, i) => {
    const [nodeid, pid, reason] = words.slice(3 * i) as [number, number, number];
    return { nodeid, pid, reason };
  });
}

function deliverEvent(
  _handle: Wide,
  group: Pointer,
  nodeid: number,
  pid: number,
  message: Pointer | null,
  length: number,
): CpgEvent {
  return { kind: 'deliver', group: decodeGroup(group), nodeid, pid, message: copyBytes(message, length) };
}

function confchgEvent(
  _handle: Wide,
  group: Pointer,
  members: Pointer | null,
  memberEntries: number,
  left: Pointer | null,
  leftEntries: number,
  joined: Pointer | null,
  joinedEntries: number,
): CpgEvent {
  return {
    kind: 'confchg',
    group: decodeGroup(group),
    members: decodeAddresses(members, memberEntries),
    left: decodeAddresses(left, leftEntries),
    joined: decodeAddresses(joined, joinedEntries),
  };
}

function totemConfchgEvent(
  _handle: Wide,
  ring: { nodeid: number; seq: Wide },
  entries: number,
  members: Pointer | null,
): CpgEvent {
  const ringId = { nodeid: ring.nodeid, seq: BigInt(ring.seq) };
  return { kind: 'totem_confchg', ringId, members: copyWords(members, entries) };
}
