import { type Collector, gauge, sample } from './metric.ts';
import { byMember } from './nodes.ts';

const localNodeId = gauge('corosync_local_node_id', 'Node id of the node that this exporter runs on (cpg_local_get).');
const configured = gauge('corosync_nodelist_nodes', 'Nodes configured (cmap nodelist.node.*.nodeid).');
const nodeInfo = gauge(
  'corosync_node_info',
  'Always 1: a configured node, its name (cmap nodelist.node.*.name, empty if unset) and whether it is this one.',
  ['node_id', 'node', 'local'],
);
const addressInfo = gauge(
  'corosync_node_address_info',
  'Always 1: a configured address of a node on a link (cmap nodelist.node.*.ringX_addr).',
  ['node_id', 'link', 'address'],
);
const joinCount = gauge(
  'corosync_node_join_count',
  'Joins of the node as corosync itself counts them (cmap runtime.members.*.join_count); survives restarts of the ' +
    'exporter, not those of corosync.',
  ['node_id', 'node'],
);
const clusterInfo = gauge(
  'corosync_cluster_info',
  'Always 1: the cluster as configured (cmap totem.cluster_name, totem.transport, totem.crypto_*), to join by.',
  ['cluster_name', 'transport', 'crypto_cipher', 'crypto_hash'],
);

/** Facts of the configuration; the last ones known also while corosync does not answer, so that joins work. */
export const clusterCollector: Collector = {
  name: 'cluster',
  enabledByDefault: true,
  metrics: [localNodeId, configured, nodeInfo, addressInfo, joinCount, clusterInfo],
  *collect(snapshot) {
    const { cluster, localNodeid } = snapshot;
    if (localNodeid !== undefined) yield sample(localNodeId, localNodeid);
    if (cluster !== undefined) {
      yield sample(configured, cluster.nodes.length);
      for (const { nodeid, name, local, addresses } of cluster.nodes) {
        yield sample(nodeInfo, 1, { node_id: nodeid, node: name, local: String(local) });
        for (const { link, address } of addresses) yield sample(addressInfo, 1, { node_id: nodeid, link, address });
      }
      yield sample(clusterInfo, 1, {
        cluster_name: cluster.name,
        transport: cluster.transport,
        crypto_cipher: cluster.cryptoCipher,
        crypto_hash: cluster.cryptoHash,
      });
    }
    for (const [node, count] of byMember(snapshot, 'join_count')) yield sample(joinCount, count, node);
  },
};
