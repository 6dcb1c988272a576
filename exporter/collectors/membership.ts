import type { Snapshot } from '../../src/monitor/snapshot.ts';
import { type Collector, counter, gauge, type Sample, sample } from './metric.ts';
import { nodes } from './nodes.ts';

const members = gauge('corosync_membership_members', 'Nodes in the totem membership (nodelist callback of libquorum).');
const member = gauge(
  'corosync_membership_member',
  '1 if the node is in the totem membership, 0 if configured but absent.',
  ['node_id', 'node'],
);
const representative = gauge(
  'corosync_membership_ring_representative_node_id',
  'Node id part of the ring id of the membership; absent where libquorum before 5.1.0 does not tell it.',
);
const sequence = gauge(
  'corosync_membership_ring_sequence',
  'Sequence part of the ring id of the membership. With the representative it names the ring: nodes are in different ' +
    'rings when either differs.',
);
const changes = counter(
  'corosync_membership_changes_total',
  'Changes of the membership: nodelist notifications after the first of each connection.',
);
const joins = counter(
  'corosync_membership_node_joins_total',
  'Times the node appeared in joined_list of the nodelist callback.',
  ['node_id', 'node'],
);
const leaves = counter(
  'corosync_membership_node_leaves_total',
  'Times the node appeared in left_list of the nodelist callback.',
  ['node_id', 'node'],
);
const lastChange = gauge(
  'corosync_membership_last_change_timestamp_seconds',
  'When the membership last changed as seen by this exporter, in unix seconds; absent before the first change.',
);

/** The totem membership as libquorum tells it, and who came and went. */
export const membershipCollector: Collector = {
  name: 'membership',
  enabledByDefault: true,
  metrics: [members, member, representative, sequence, changes, joins, leaves, lastChange],
  *collect(snapshot) {
    const history = snapshot.membershipHistory;
    yield* view(snapshot);
    yield sample(changes, history.changes);
    // Without a nodelist the members are who may leave: a counter that appears with 1 hides its first increase.
    const members = snapshot.membership?.members ?? [];
    const seen = [...members, ...Object.keys(history.joins), ...Object.keys(history.leaves)];
    for (const node of nodes(snapshot, seen)) {
      yield sample(joins, history.joins[node.node_id] ?? 0, node);
      yield sample(leaves, history.leaves[node.node_id] ?? 0, node);
    }
    if (history.lastChange !== undefined) yield sample(lastChange, history.lastChange);
  },
};

/** Nothing confirmed, nothing said. */
function* view(snapshot: Snapshot): Iterable<Sample> {
  const { membership } = snapshot;
  if (membership === undefined) return;
  yield sample(members, membership.members.length);
  for (const node of nodes(snapshot, membership.members)) {
    yield sample(member, membership.members.includes(node.node_id), node);
  }
  if (membership.ringId.nodeid !== undefined) yield sample(representative, membership.ringId.nodeid);
  yield sample(sequence, membership.ringId.seq);
}
