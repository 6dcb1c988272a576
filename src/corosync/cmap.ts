import koffi from 'koffi';
import type { CmapApi } from './bindings.ts';
import { decodeCmapValue } from './cmap-value.ts';
import { Callbacks, Connection, type Handle, openHandle, type ServiceCalls } from './connection.ts';
import { CorosyncError, CsError } from './cs-error.ts';
import { bind, type Call, lazily, type Out, type Pointer, type Wide } from './ffi.ts';
import { hasFunction, loadCorosyncLibrary } from './library.ts';
import { structs } from './structs.ts';
import type { CmapEvent, CmapValue, LoadedLibrary } from './types.ts';

const SONAME = 'libcmap.so.4';
/** Never less than 512 bytes: with a short buffer corosync itself overruns its heap on keys of the stats map. */
const VALUE_SIZE = 8192;
/** CMAP_KEYNAME_MAXLEN of cmap.h, and the NUL. */
const KEY_SIZE = 256;
const CMAP_TRACK_ANY_CHANGE_OF_PREFIX = 1 | 2 | 4 | 8;

/** cmap_map_t of cmap.h: the configuration with the runtime state, and the statistics. */
export const CmapMap = { CMAP_MAP_ICMAP: 0, CMAP_MAP_STATS: 1 } as const;
export type CmapMap = (typeof CmapMap)[keyof typeof CmapMap];

/** A connection to one of corosync's maps: cmap_overview(8). It binds only what reads: what it cannot write it cannot harm. */
export class Cmap extends Connection<CmapEvent> implements CmapApi {
  readonly #notify: Pointer;
  // What cmap_get writes into. Memory that is there costs a third less processor time than values that koffi takes in and out.
  readonly #value = Buffer.alloc(VALUE_SIZE);
  readonly #length = new BigUint64Array(1);
  readonly #type = new Int32Array(1);

  private constructor(handle: Handle, callbacks: Callbacks<CmapEvent>, notify: Pointer) {
    super(native().calls, handle, callbacks);
    this.#notify = notify;
  }

  /** cmap_initialize_map(3); cmap_initialize(3) for the configuration where libcmap has only that. */
  static connect(map: CmapMap = CmapMap.CMAP_MAP_ICMAP): Cmap {
    const { calls, initialize, initializeMap, notifyProto } = native();
    const callbacks = new Callbacks<CmapEvent>();
    const notify = callbacks.register(notifyProto, cmapEvent);
    const handle = openHandle(calls, callbacks, (out) => {
      if (initializeMap !== undefined) return initializeMap(out, map);
      if (map !== CmapMap.CMAP_MAP_ICMAP) throw new CorosyncError('cmap_initialize_map', CsError.CS_ERR_NOT_SUPPORTED);
      return initialize(out);
    });
    return new Cmap(handle, callbacks, notify);
  }

  /** Loads libcmap, or throws LibraryError. */
  static load(): LoadedLibrary {
    return { soname: SONAME, features: native().initializeMap === undefined ? [] : ['stats_map'] };
  }

  /**
   * A key's value, or undefined where there is no such key. One round trip. CS_ERR_INVALID_PARAM for a value of more
   * than 8192 bytes, which corosync itself never has.
   */
  get(key: string): CmapValue | undefined {
    this.#length[0] = BigInt(VALUE_SIZE);
    const code = native().get.code(this.handle, key, this.#value, this.#length, this.#type);
    if (code === CsError.CS_ERR_NOT_EXIST) return undefined;
    if (code !== CsError.CS_OK) throw new CorosyncError('cmap_get', code);
    return decodeCmapValue(Number(this.#type[0]), this.#value.subarray(0, Number(this.#length[0])));
  }

  /** The names of the keys that start with `prefix`. One round trip a key. */
  keys(prefix: string): string[] {
    const { iterInit, iterNext, iterFinalize } = native();
    const out: Out<Wide> = [null];
    iterInit(this.handle, prefix, out);
    const iteration = BigInt(out[0] as Wide) as Handle;
    try {
      const keys: string[] = [];
      for (;;) {
        const name = Buffer.alloc(KEY_SIZE);
        const code = iterNext.code(this.handle, iteration, name, [null], [null]);
        if (code === CsError.CS_ERR_NO_SECTIONS) return keys;
        if (code !== CsError.CS_OK) throw new CorosyncError('cmap_iter_next', code);
        keys.push(name.toString('utf8', 0, name.indexOf(0)));
      }
    } finally {
      iterFinalize.code(this.handle, iteration);
    }
  }

  /** From now on dispatch reports each key under `prefix` that is added, changed or deleted. */
  track(prefix: string): void {
    native().trackAdd(this.handle, prefix, CMAP_TRACK_ANY_CHANGE_OF_PREFIX, this.#notify, null, [null]);
  }
}

// The C side: cmap.h.

interface CmapNative {
  readonly calls: ServiceCalls;
  readonly initialize: Call<[Out<Wide>]>;
  readonly initializeMap: Call<[Out<Wide>, number]> | undefined;
  readonly get: Call<[Handle, string, Buffer, BigUint64Array, Int32Array]>;
  readonly iterInit: Call<[Handle, string, Out<Wide>]>;
  readonly iterNext: Call<[Handle, Handle, Buffer, Out<number>, Out<number>]>;
  readonly iterFinalize: Call<[Handle, Handle]>;
  readonly trackAdd: Call<[Handle, string, number, Pointer, null, Out<Wide>]>;
  readonly notifyProto: ReturnType<typeof koffi.proto>;
}

const native = lazily((): CmapNative => {
  const library = loadCorosyncLibrary(SONAME);
  structs();
  return {
    calls: {
      finalize: bind(library, 'cmap_finalize(uint64_t handle)'),
      dispatch: bind(library, 'cmap_dispatch(uint64_t handle, int dispatch_types)'),
      fd_get: bind(library, 'cmap_fd_get(uint64_t handle, _Out_ int *fd)'),
      context_set: bind(library, 'cmap_context_set(uint64_t handle, uintptr_t context)'),
      context_get: bind(library, 'cmap_context_get(uint64_t handle, _Out_ uintptr_t *context)'),
    },
    initialize: bind(library, 'cmap_initialize(_Out_ uint64_t *handle)'),
    // Since corosync 3.0.0.
    initializeMap: hasFunction(library, 'cmap_initialize_map')
      ? bind(library, 'cmap_initialize_map(_Out_ uint64_t *handle, int map)')
      : undefined,
    get: bind(library, 'cmap_get(uint64_t handle, const char *key_name, void *value, void *value_len, void *type)'),
    iterInit: bind(library, 'cmap_iter_init(uint64_t handle, const char *prefix, _Out_ uint64_t *cmap_iter_handle)'),
    iterNext: bind(
      library,
      'cmap_iter_next(uint64_t handle, uint64_t iter_handle, void *key_name, _Out_ size_t *value_len, _Out_ int *type)',
    ),
    iterFinalize: bind(library, 'cmap_iter_finalize(uint64_t handle, uint64_t iter_handle)'),
    trackAdd: bind(
      library,
      'cmap_track_add(uint64_t handle, const char *key_name, int32_t track_type, void *notify_fn, void *user_data, _Out_ uint64_t *cmap_track_handle)',
    ),
    notifyProto: koffi.proto(
      'void cmap_notify_fn_t(uint64_t cmap_handle, uint64_t cmap_track_handle, int32_t event, const char *key_name, cmap_notify_value new_value, cmap_notify_value old_value, void *user_data)',
    ),
  };
});

/** CMAP_TRACK_DELETE, _MODIFY and _ADD of cmap.h. */
const changes: Record<number, CmapEvent['change']> = { 1: 'delete', 2: 'modify', 4: 'add' };

function cmapEvent(_handle: Wide, _track: Wide, event: number, key: string): CmapEvent {
  return { kind: 'cmap', key, change: changes[event] ?? 'modify' };
}
