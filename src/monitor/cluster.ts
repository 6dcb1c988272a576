import type { CmapApi } from '../corosync/bindings.ts';
import type { Cluster, ConfiguredNode } from './snapshot.ts';

/** What of cmap to be told about: a change under these makes what was read of it void. */
export const trackedPrefixes = { configuration: ['nodelist.', 'totem.'], members: 'runtime.members.' } as const;

/** Reads what corosync.conf says of the cluster and its nodes: cmap_keys(8). */
export function readCluster(cmap: CmapApi): Cluster {
  const text = (key: string) => String(cmap.get(key) ?? '');
  return {
    name: text('totem.cluster_name'),
    transport: text('totem.transport') || 'knet',
    cryptoCipher: text('totem.crypto_cipher') || 'none',
    cryptoHash: text('totem.crypto_hash') || 'none',
    nodes: readNodes(cmap),
  };
}

/** How often each node has joined since corosync's start here: runtime.members.N.join_count, by nodeid. */
export function readJoinCounts(cmap: CmapApi): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const key of cmap.keys(trackedPrefixes.members)) {
    const nodeid = /^runtime\.members\.(\d+)\.join_count$/.exec(key)?.[1];
    const count = nodeid === undefined ? undefined : cmap.get(key);
    if (nodeid !== undefined && count !== undefined) counts[nodeid] = Number(count);
  }
  return counts;
}

function readNodes(cmap: CmapApi): ConfiguredNode[] {
  const byPosition = new Map<
    string,
    { nodeid?: number; name?: string; addresses: ConfiguredNode['addresses'][number][] }
  >();
  for (const key of cmap.keys('nodelist.node.')) {
    const [, position, field] = /^nodelist\.node\.(\d+)\.(\w+)$/.exec(key) ?? [];
    const value = cmap.get(key);
    // A key can be deleted between the listing and the read.
    if (position === undefined || field === undefined || value === undefined) continue;
    const node = byPosition.get(position) ?? { addresses: [] };
    byPosition.set(position, node);
    const link = /^ring(\d+)_addr$/.exec(field)?.[1];
    if (field === 'nodeid') node.nodeid = Number(value);
    else if (field === 'name') node.name = String(value);
    else if (link !== undefined) node.addresses.push({ link: Number(link), address: String(value) });
  }
  const local = cmap.get('nodelist.local_node_pos');
  const nodes: ConfiguredNode[] = [];
  for (const [position, { nodeid, name = '', addresses }] of byPosition) {
    if (nodeid === undefined) continue;
    addresses.sort((a, b) => a.link - b.link);
    nodes.push({ nodeid, name, local: local !== undefined && position === String(local), addresses });
  }
  return nodes.sort((a, b) => a.nodeid - b.nodeid);
}
