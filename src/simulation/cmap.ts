import type { CmapApi } from '../corosync/bindings.ts';
import type { CmapEvent, CmapValue, Dispatched, DispatchMode } from '../corosync/types.ts';
import { joinCountOf, viewOf } from './cluster.ts';
import { Connection, type Site } from './connection.ts';
import { nodeids } from './script.ts';

/** The simulated libcmap: the configuration, and what corosync tells of its members. It is never reloaded. */
export class SimulatedCmap implements CmapApi {
  readonly #connection: Connection;

  constructor(site: Site) {
    this.#connection = new Connection(site, 'cmap_initialize_map');
  }

  get(key: string): CmapValue | undefined {
    this.#connection.roundTrip('cmap_get');
    return this.#map().get(key);
  }

  keys(prefix: string): string[] {
    this.#connection.roundTrip('cmap_iter_init');
    return [...this.#map().keys()].filter((key) => key.startsWith(prefix));
  }

  track(_prefix: string): void {
    this.#connection.roundTrip('cmap_track_add');
  }

  dispatch(mode: DispatchMode): Dispatched<CmapEvent> {
    return this.#connection.dispatch<CmapEvent>(mode, () => []);
  }

  close(): void {
    this.#connection.close();
  }

  #map(): Map<string, CmapValue> {
    const { nodeid } = this.#connection;
    return new Map([...configuration(nodeid), ...members(nodeid, this.#connection.time())]);
  }
}

function configuration(local: number): [string, CmapValue][] {
  return [
    ['totem.version', 2],
    ['totem.cluster_name', 'demo'],
    ['totem.transport', 'knet'],
    ['totem.crypto_cipher', 'aes256'],
    ['totem.crypto_hash', 'sha256'],
    ['quorum.provider', 'corosync_votequorum'],
    ['config.reload_in_progress', 0],
    ['config.totemconfig_reload_in_progress', 0],
    ['nodelist.local_node_pos', nodeids.indexOf(local)],
    ...nodeids.flatMap((nodeid, position): [string, CmapValue][] => [
      [`nodelist.node.${position}.nodeid`, nodeid],
      [`nodelist.node.${position}.name`, `node${nodeid}`],
      [`nodelist.node.${position}.ring0_addr`, address(0, nodeid)],
      [`nodelist.node.${position}.ring1_addr`, address(1, nodeid)],
    ]),
  ];
}

function members(local: number, time: number): [string, CmapValue][] {
  const present = viewOf(local, time).members;
  const seen = nodeids.filter((nodeid) => joinCountOf(local, nodeid, time) > 0);
  return seen.flatMap((nodeid): [string, CmapValue][] => [
    [`runtime.members.${nodeid}.config_version`, 0n],
    [`runtime.members.${nodeid}.ip`, `r(0) ip(${address(0, nodeid)}) r(1) ip(${address(1, nodeid)}) `],
    [`runtime.members.${nodeid}.join_count`, joinCountOf(local, nodeid, time)],
    [`runtime.members.${nodeid}.status`, present.includes(nodeid) ? 'joined' : 'left'],
  ]);
}

/** From the networks that RFC 5737 sets aside for examples. */
function address(link: 0 | 1, nodeid: number): string {
  return `${link === 0 ? '192.0.2' : '198.51.100'}.${nodeid}`;
}
