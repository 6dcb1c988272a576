import { type Collector, gauge, readOf, sample } from './metric.ts';
import { nodeLabels } from './nodes.ts';

/** Of more groups only the first are shown by name: names come from programs, and each is a label. */
const most = 256;

const groupCount = gauge(
  'corosync_cpg_groups',
  `CPG groups in the cluster (cpg_iteration); of more than ${most} the others are not shown by name.`,
);
const members = gauge(
  'corosync_cpg_group_members',
  'Processes in the CPG group, on all nodes (cpg_iteration, without joining it).',
  ['group'],
);
const groupNodes = gauge('corosync_cpg_group_nodes', 'Nodes with processes in the CPG group.', ['group']);
const stale = gauge(
  'corosync_cpg_stale_members',
  'Processes in the CPG group on a node that has not been in the membership for two reads, a second or more apart: corosync did not notice that they are gone.',
  ['group', 'node_id', 'node'],
);
const nodeMembers = gauge('corosync_cpg_group_node_members', 'Processes in the CPG group on the node.', [
  'group',
  'node_id',
  'node',
]);

/** The closed process groups of the cluster, as they are seen from outside. */
export const cpgGroupsCollector: Collector = {
  name: 'cpg_groups',
  enabledByDefault: true,
  reads: { groups: [] },
  metrics: [groupCount, members, groupNodes, stale],
  *collect(snapshot) {
    const groups = readOf(snapshot, 'groups');
    if (groups === undefined) return;
    yield sample(groupCount, groups.length);
    for (const { name, members: of } of groups.slice(0, most)) {
      const counts = Object.values(of);
      yield sample(members, counts.reduce((sum, count) => sum + count, 0), { group: name }); // biome-ignore format: one line
      yield sample(groupNodes, counts.length, { group: name });
    }
    const named = new Set(groups.slice(0, most).map(({ name }) => name));
    for (const { group, nodeid, count } of snapshot.staleMembers ?? []) {
      // A stale one is shown whatever its group.
      if (count > 0 || named.has(group)) yield sample(stale, count, { group, ...nodeLabels(snapshot, nodeid) });
    }
  },
};

/** The same by node. */
export const cpgNodeMembersCollector: Collector = {
  name: 'cpg_node_members',
  enabledByDefault: false,
  reads: { groups: [] },
  metrics: [nodeMembers],
  *collect(snapshot) {
    for (const { name, members: of } of (readOf(snapshot, 'groups') ?? []).slice(0, most)) {
      for (const [nodeid, count] of Object.entries(of)) {
        yield sample(nodeMembers, count, { group: name, ...nodeLabels(snapshot, Number(nodeid)) });
      }
    }
  },
};
