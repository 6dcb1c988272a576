import { createHash } from 'node:crypto';
import type { CmapApi } from '../corosync/bindings.ts';
import { CsError } from '../corosync/cs-error.ts';
import type { CmapValue } from '../corosync/types.ts';
import { unless } from './read-area.ts';
import type { Cluster, Configuration, ConfiguredNode } from './snapshot.ts';

/** Only corosync 2 has these. */
const RINGS_OF_COROSYNC_2 = 'runtime.totem.pg.mrp.rrp.';

const NODELIST = 'nodelist.';
/**
 * Never listed: each reload takes this key away and puts it back, and a listing that stands at it meanwhile has libqb take
 * it away for good when it goes on. It would be missing in corosync until the next reload.
 */
const LOCAL_POSITION = 'nodelist.local_node_pos';

/** The parts of the configuration map that are followed: read when they change, not when somebody scrapes. */
export const followedPrefixes = [
  NODELIST,
  'totem.',
  'quorum.',
  'config.',
  'runtime.config.totem.',
  'runtime.members.',
  'runtime.votequorum.',
  RINGS_OF_COROSYNC_2,
];

/** Nobody is to see this, not even as part of a hash. */
const secret = 'totem.key';

type Keys = Readonly<Record<string, CmapValue>>;

/** What the followed parts hold, read again part by part as corosync tells of changes. */
export class FollowedConfiguration {
  readonly #parts = new Map<string, Keys>();
  readonly #stale = new Set(followedPrefixes);

  /** Asks to be told of changes; from then on nothing that was read before counts. */
  follow(cmap: CmapApi): void {
    for (const prefix of followedPrefixes) {
      cmap.track(prefix);
      this.#stale.add(prefix);
    }
  }

  changed(key: string): void {
    const prefix = followedPrefixes.find((candidate) => key.startsWith(candidate));
    if (prefix !== undefined) this.#stale.add(prefix);
  }

  get stale(): boolean {
    return this.#stale.size > 0;
  }

  /** Reads what has changed. */
  read(cmap: CmapApi): Configuration {
    for (const prefix of this.#stale) {
      this.#parts.set(prefix, readKeys(cmap, prefix));
      this.#stale.delete(prefix);
    }
    const keys = withoutFormerNodes(Object.assign({}, ...this.#parts.values()));
    return { keys, digest: digestOf(keys) };
  }
}

/** What corosync.conf says of the cluster and its nodes: cmap_keys(7). */
export function clusterOf(keys: Keys): Cluster {
  const text = (key: string) => String(keys[key] ?? '');
  // Corosync writes none of its defaults back: totem_get_crypto() and the transport in exec/totemconfig.c.
  const corosync2 = Object.keys(keys).some((key) => key.startsWith(RINGS_OF_COROSYNC_2));
  // Corosync 3.0.0 and 3.0.1 do not look at secauth; they do not have this key either.
  const secauth = corosync2
    ? text('totem.secauth') !== 'off'
    : text('totem.secauth') === 'on' && keys['runtime.config.totem.block_unlisted_ips'] !== undefined;
  const [cipher, hash] = secauth ? ['aes256', corosync2 ? 'sha1' : 'sha256'] : ['none', 'none'];
  return {
    name: text('totem.cluster_name'),
    transport: text('totem.transport') || (corosync2 ? 'udp' : 'knet'),
    cryptoCipher: text('totem.crypto_cipher') || cipher,
    cryptoHash: text('totem.crypto_hash') || hash,
    nodes: nodesOf(keys),
  };
}

/**
 * How long totem can be at forming a membership without entering its gather state anew, in milliseconds: until there is no
 * consensus, and then until no token comes, once more to be safe.
 */
export function longestForming(keys: Keys): number | undefined {
  const [token, consensus] = ['token', 'consensus'].map((name) => keys[`runtime.config.totem.${name}`]);
  return token === undefined || consensus === undefined ? undefined : 2 * (Number(token) + Number(consensus));
}

function readKeys(cmap: CmapApi, prefix: string): Keys {
  const keys: Record<string, CmapValue> = {};
  const names = prefix === NODELIST ? [LOCAL_POSITION, ...cmap.keys('nodelist.node.')] : cmap.keys(prefix);
  for (const key of names) {
    // A value can be longer than what is read: left out, or nothing of its part would be known.
    const value = key === secret ? undefined : unless([CsError.CS_ERR_INVALID_PARAM], () => cmap.get(key));
    // A key can be deleted between the listing and the read.
    if (value !== undefined) keys[key] = value;
  }
  return keys;
}

/** Of a node that was taken out of the nodelist, corosync keeps what it knew until it is itself started again. */
function withoutFormerNodes(keys: Keys): Keys {
  const listed = new Set(nodesOf(keys).map(({ nodeid }) => String(nodeid)));
  if (listed.size === 0) return keys;
  const current = Object.entries(keys).filter(([key]) => {
    const [, nodeid] = /^runtime\.members\.(\d+)\./.exec(key) ?? [];
    return nodeid === undefined || listed.has(nodeid) || keys[`runtime.members.${nodeid}.status`] === 'joined';
  });
  return Object.fromEntries(current);
}

function nodesOf(keys: Keys): ConfiguredNode[] {
  const positions = new Map<string, { addresses: ConfiguredNode['addresses'][number][] }>();
  for (const [key, value] of Object.entries(keys)) {
    const [, position, link] = /^nodelist\.node\.(\d+)\.(?:ring(\d+)_addr|\w+)$/.exec(key) ?? [];
    if (position === undefined) continue;
    const node = positions.get(position) ?? { addresses: [] };
    positions.set(position, node);
    if (link !== undefined) node.addresses.push({ link: Number(link), address: String(value) });
  }
  const local = keys[LOCAL_POSITION];
  const nodes: ConfiguredNode[] = [];
  for (const [position, { addresses }] of positions) {
    const nodeid = keys[`nodelist.node.${position}.nodeid`];
    if (nodeid === undefined) continue;
    addresses.sort((a, b) => a.link - b.link);
    nodes.push({
      nodeid: Number(nodeid),
      name: String(keys[`nodelist.node.${position}.name`] ?? ''),
      local: local !== undefined && position === String(local),
      addresses,
    });
  }
  return nodes.sort((a, b) => a.nodeid - b.nodeid);
}

/** Of these, each node has its own. */
const ofOneNode =
  /^(nodelist\.local_node_pos|totem\.(nodeid|interface\.\d+\.bindnetaddr)|quorum\.cancel_wait_for_all)$/;

/** 48 bits that are the same on all nodes whose configuration is; undefined while it is being read by corosync. */
export function digestOf(keys: Keys): number | undefined {
  if (Number(keys['config.reload_in_progress'] ?? 0) !== 0) return undefined;
  const lines = Object.keys(keys)
    .filter((key) => /^(nodelist|totem|quorum)\./.test(key) && !ofOneNode.test(key))
    .sort()
    .map((key) => `${key}=${String(keys[key])}\n`);
  return createHash('sha256').update(lines.join('')).digest().readUIntBE(0, 6);
}
