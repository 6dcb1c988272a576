import { SocketAddress } from 'node:net';
import koffi from 'koffi';
import type { CfgApi } from './bindings.ts';
import { Callbacks, Connection, type Handle, openHandle, type ServiceCalls } from './connection.ts';
import { CorosyncError, CsError } from './cs-error.ts';
import { bind, type Call, lazily, type Out, type Pointer, type Wide } from './ffi.ts';
import { free } from './libc.ts';
import { hasFunction, loadFirstLibrary } from './library.ts';
import { structs } from './structs.ts';
import type { LinkStatus, LoadedLibrary, NodeStatus, RingStatus } from './types.ts';

/** Corosync 2 has 6. */
const SONAMES = ['libcfg.so.7', 'libcfg.so.6'] as const;
const CFG_NODE_STATUS_V1 = 1;
/** INTERFACE_MAX of corosync: no node has more addresses. */
const ADDRESSES = 8;
const AF_INET = 2;
const AF_INET6 = 10;

/**
 * A connection to corosync's cfg service: corosync_cfg.h, of it what reads. It does not track: who does, takes part in
 * the decision whether corosync may shut down.
 */
export class Cfg extends Connection<never> implements CfgApi {
  private constructor(handle: Handle) {
    super(native().calls, handle, new Callbacks<never>());
  }

  /** corosync_cfg_initialize without callbacks. Errors as those of Quorum.connect(). */
  static connect(): Cfg {
    const { calls, initialize } = native();
    return new Cfg(openHandle(calls, new Callbacks<never>(), (out) => initialize(out, null)));
  }

  /** Loads libcfg, or throws LibraryError. */
  static load(): LoadedLibrary {
    const { soname, nodeStatusGet } = native();
    return { soname, features: nodeStatusGet === undefined ? [] : ['node_status_v1'] };
  }

  /** The nodeid of the node that this runs on. */
  localGet(): number {
    const nodeid: Out<number> = [null];
    native().localGet(this.handle, nodeid);
    return nodeid[0] as number;
  }

  /**
   * How this node sees another, with all links, by one round trip. CS_ERR_NOT_SUPPORTED where libcfg or corosync is
   * older than 3.1.1; CS_ERR_FAILED_OPERATION for a node that corosync does not know, which with UDPU is no error: it is
   * not reachable and has no link enabled. UDPU has the node's address as the `source` of link 0.
   */
  nodeStatusGet(nodeid: number): NodeStatus {
    const { nodeStatusGet, statusLayout } = native();
    const status = Buffer.alloc(statusLayout.size);
    const code = nodeStatusGet?.code(this.handle, nodeid, CFG_NODE_STATUS_V1, status) ?? CsError.CS_ERR_NOT_SUPPORTED;
    if (code !== CsError.CS_OK) {
      // What a corosync says that does not know the request; nothing that is asked here is invalid.
      const unknown = code === CsError.CS_ERR_INVALID_PARAM;
      throw new CorosyncError('corosync_cfg_node_status_get', unknown ? CsError.CS_ERR_NOT_SUPPORTED : code);
    }
    return decodeNodeStatus(status, statusLayout);
  }

  /**
   * The local interfaces and what corosync says of them. libcfg does not look whether corosync refused (CS_ERR_TRY_AGAIN
   * when its queue is full) and then goes by what happens to be on the stack: not for a program that must not crash.
   */
  ringStatusGet(): RingStatus[] {
    const names: Out<Pointer> = [null];
    const statuses: Out<Pointer> = [null];
    const count: Out<number> = [null];
    native().ringStatusGet(this.handle, names, statuses, count);
    const entries = count[0] as number;
    const [name, status] = [takeStrings(names[0] as Pointer, entries), takeStrings(statuses[0] as Pointer, entries)];
    return name.map((text, i) => ({ name: text, status: status[i] as string }));
  }

  /** The addresses of a node, by link; those that are unused are left out. `nodeid` 0 is the local node. */
  getNodeAddrs(nodeid: number): string[] {
    const { corosync_cfg_node_address_t: type } = structs();
    const size = koffi.sizeof(type);
    const list = Buffer.alloc(ADDRESSES * size);
    const count: Out<number> = [null];
    native().getNodeAddrs(this.handle, nodeid, ADDRESSES, count, list);
    const offset = koffi.offsetof(type, 'address');
    return Array.from({ length: Math.min(count[0] as number, ADDRESSES) }, (_, i) =>
      addressOf(list.subarray(i * size + offset, (i + 1) * size)),
    ).filter((address) => address !== undefined);
  }
}

// The C side: cfg.h.

interface CfgNative {
  readonly soname: string;
  readonly calls: ServiceCalls;
  readonly initialize: Call<[Out<Wide>, null]>;
  readonly localGet: Call<[Handle, Out<number>]>;
  readonly nodeStatusGet: Call<[Handle, number, number, Buffer]> | undefined;
  readonly statusLayout: StatusLayout;
  readonly ringStatusGet: Call<[Handle, Out<Pointer>, Out<Pointer>, Out<number>]>;
  readonly getNodeAddrs: Call<[Handle, number, number, Out<number>, Buffer]>;
}

const native = lazily((): CfgNative => {
  const { soname, library } = loadFirstLibrary(SONAMES);
  structs();
  return {
    soname,
    calls: {
      finalize: bind(library, 'corosync_cfg_finalize(uint64_t handle)'),
      dispatch: bind(library, 'corosync_cfg_dispatch(uint64_t handle, int dispatch_types)'),
      fd_get: bind(library, 'corosync_cfg_fd_get(uint64_t handle, _Out_ int *fd)'),
    },
    initialize: bind(library, 'corosync_cfg_initialize(_Out_ uint64_t *handle, void *callbacks)'),
    localGet: bind(library, 'corosync_cfg_local_get(uint64_t handle, _Out_ unsigned int *local_nodeid)'),
    // Since corosync 3.1.1.
    nodeStatusGet: hasFunction(library, 'corosync_cfg_node_status_get')
      ? bind(
          library,
          'corosync_cfg_node_status_get(uint64_t handle, unsigned int nodeid, int version, void *node_status)',
        )
      : undefined,
    statusLayout: statusLayout(),
    ringStatusGet: bind(
      library,
      'corosync_cfg_ring_status_get(uint64_t handle, _Out_ void **interface_names, _Out_ void **status, _Out_ unsigned int *interface_count)',
    ),
    getNodeAddrs: bind(
      library,
      'corosync_cfg_get_node_addrs(uint64_t handle, unsigned int nodeid, size_t max_addrs, _Out_ int *num_addrs, void *addrs)',
    ),
  };
});

/** Where the members of struct corosync_cfg_node_status_v1 are; koffi's decoding of all of it takes longer than the call. */
function statusLayout() {
  const { corosync_cfg_node_status_v1: status, corosync_knet_link_status_v1: link } = structs();
  const offset = (member: string) => koffi.offsetof(status, member);
  const ofLink = (member: string) => koffi.offsetof(link, member);
  return {
    size: koffi.sizeof(status),
    nodeid: offset('nodeid'),
    reachable: offset('reachable'),
    remote: offset('remote'),
    external: offset('external'),
    onwireMin: offset('onwire_min'),
    onwireMax: offset('onwire_max'),
    onwireVersion: offset('onwire_ver'),
    links: offset('link_status'),
    link: {
      size: koffi.sizeof(link),
      enabled: ofLink('enabled'),
      connected: ofLink('connected'),
      dynconnected: ofLink('dynconnected'),
      mtu: ofLink('mtu'),
      source: ofLink('src_ipaddr'),
      destination: ofLink('dst_ipaddr'),
    },
  };
}
type StatusLayout = ReturnType<typeof statusLayout>;

function decodeNodeStatus(bytes: Buffer, at: StatusLayout): NodeStatus {
  const links: LinkStatus[] = [];
  for (let begin = at.links; begin < at.size; begin += at.link.size) {
    links.push({
      enabled: bytes[begin + at.link.enabled] !== 0,
      connected: bytes[begin + at.link.connected] !== 0,
      dynconnected: bytes[begin + at.link.dynconnected] !== 0,
      mtu: bytes.readUInt32LE(begin + at.link.mtu),
      source: stringAt(bytes, begin + at.link.source),
      destination: stringAt(bytes, begin + at.link.destination),
    });
  }
  return {
    nodeid: bytes.readUInt32LE(at.nodeid),
    reachable: bytes[at.reachable] !== 0,
    remote: bytes[at.remote] !== 0,
    external: bytes[at.external] !== 0,
    onwireMin: bytes[at.onwireMin] as number,
    onwireMax: bytes[at.onwireMax] as number,
    onwireVersion: bytes[at.onwireVersion] as number,
    links,
  };
}

function stringAt(bytes: Buffer, begin: number): string {
  return bytes[begin] === 0 ? '' : bytes.toString('latin1', begin, bytes.indexOf(0, begin));
}

/** Copies an array of C strings, and frees them and it. */
function takeStrings(array: Pointer, entries: number): string[] {
  // Not decode() with a length: koffi makes a type of its own for each such call and keeps it.
  const offsets = Array.from({ length: entries }, (_, i) => 8 * i);
  const strings = offsets.map((offset) => koffi.decode(array, offset, 'const char *') as string);
  for (const offset of offsets) free(BigInt(koffi.decode(array, offset, 'uintptr_t') as Wide));
  free(array);
  return strings;
}

/** struct sockaddr_in or sockaddr_in6, of which only family and address count. */
function addressOf(sockaddr: Buffer): string | undefined {
  const family = sockaddr.readUInt16LE(0);
  if (family === AF_INET) return sockaddr.subarray(4, 8).join('.');
  if (family !== AF_INET6) return undefined;
  const groups = Array.from({ length: 8 }, (_, i) => sockaddr.readUInt16BE(8 + 2 * i).toString(16));
  return new SocketAddress({ address: groups.join(':'), family: 'ipv6' }).address;
}
