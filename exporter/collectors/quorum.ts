import type { Snapshot } from '../../src/monitor/snapshot.ts';
import { type Collector, counter, gauge, type Sample, sample } from './metric.ts';
import { nodes } from './nodes.ts';

const quorate = gauge(
  'corosync_quorum_quorate',
  '1 if the partition of this node has quorum, 0 if not (quorum callback of libquorum).',
);
const provider = gauge(
  'corosync_quorum_provider_configured',
  '1 if a quorum provider is loaded (quorum_type QUORUM_SET); 0: without one corosync is always quorate.',
);
const members = gauge('corosync_quorum_members', 'Nodes in the quorum view (quorum callback of libquorum).');
const member = gauge('corosync_quorum_member', '1 if the node is in the quorum view, 0 if configured and absent.', [
  'node_id',
  'node',
]);
const representative = gauge(
  'corosync_quorum_ring_representative_node_id',
  'Node id part of the ring id of the last quorum notification; absent where libquorum before 5.1.0 does not tell it.',
);
const sequence = gauge(
  'corosync_quorum_ring_sequence',
  'Sequence part of the ring id of the last quorum notification.',
);
const notifications = counter(
  'corosync_quorum_notifications_total',
  'Quorum notifications received, without the initial one of each connection.',
);
const transitions = counter(
  'corosync_quorum_transitions_total',
  'Changes of the quorate flag, by what it changed to.',
  ['to'],
);
const lastTransition = gauge(
  'corosync_quorum_last_transition_timestamp_seconds',
  'When the quorate flag last changed as seen by this exporter, in unix seconds; absent before the first change.',
);

/** The quorum view of libquorum, and how often it changed. */
export const quorumCollector: Collector = {
  name: 'quorum',
  enabledByDefault: true,
  metrics: [quorate, provider, members, member, representative, sequence, notifications, transitions, lastTransition],
  *collect(snapshot) {
    const history = snapshot.quorumHistory;
    yield* view(snapshot);
    yield sample(notifications, history.notifications);
    yield sample(transitions, history.transitions.quorate, { to: 'quorate' });
    yield sample(transitions, history.transitions.inquorate, { to: 'inquorate' });
    if (history.lastTransition !== undefined) yield sample(lastTransition, history.lastTransition);
  },
};

/** Nothing confirmed, nothing said. */
function* view(snapshot: Snapshot): Iterable<Sample> {
  const { quorum } = snapshot;
  if (quorum === undefined) return;
  yield sample(quorate, quorum.quorate);
  yield sample(provider, quorum.provider);
  yield sample(members, quorum.members.length);
  for (const node of nodes(snapshot, quorum.members)) {
    yield sample(member, quorum.members.includes(node.node_id), node);
  }
  if (quorum.ringId.nodeid !== undefined) yield sample(representative, quorum.ringId.nodeid);
  yield sample(sequence, quorum.ringId.seq);
}
