import {
  quorumInCluster as clusterNames,
  colour,
  meanings,
  presence,
  quorumAtNode as quorumNames,
  steps,
} from './palette.ts';
import { stat, table, timeline } from './panels.ts';
import { named, of, quorumAtNode, quorumInCluster, rings, seen } from './queries.ts';
import { matrix } from './transformations.ts';

const quiet = (match: string) => ({ match, properties: { color: { mode: 'fixed', fixedColor: colour.quiet } } });

/** The state of the cluster in six words, to be read across a room. */
export const atAGlance = [
  stat({
    title: 'Quorum',
    description:
      'Quorate: at every node that answers. PARTLY: the network has split and one part works. NO QUORUM: services stand ' +
      'still. SPLIT BRAIN: two parts work, each without the other. COROSYNC SILENT: it answers no exporter.',
    size: [6, 4],
    queries: [[quorumInCluster]],
    mappings: clusterNames,
  }),
  stat({
    title: 'Nodes present',
    description: 'Nodes in the largest part of the cluster, and configured nodes that are not in it.',
    size: [5, 4],
    queries: [
      [`max(${of('corosync_membership_members')})`, 'present'],
      [`max(${of('corosync_nodelist_nodes')}) - max(${of('corosync_membership_members')})`, 'missing'],
    ],
    names: true,
    across: true,
    thresholds: steps(colour.good, [1, colour.bad]),
    overrides: [quiet('present')],
  }),
  stat({
    title: 'Votes to spare',
    description:
      'Votes that the best part of the cluster has beyond those needed. 0: the next one that is lost stops it.',
    size: [3, 4],
    queries: [[`max(${of('corosync_votequorum_total_votes')} - ${of('corosync_votequorum_quorum_votes')})`]],
    thresholds: steps(colour.bad, [0, colour.attention], [1, colour.good]),
  }),
  stat({
    title: 'Links up',
    description:
      'Links between all nodes that are up, and those switched on that are down, each counted from both of its ends.',
    size: [4, 4],
    queries: [
      [`sum(${of('corosync_link_connected')})`, 'up'],
      [`sum(${of('corosync_link_enabled')}) - sum(${of('corosync_link_connected')})`, 'down'],
    ],
    names: true,
    across: true,
    thresholds: steps(colour.good, [1, colour.attention]),
    overrides: [quiet('up')],
  }),
  stat({
    title: 'Rings',
    description: 'How many different memberships the nodes are in. More than one: they do not see each other.',
    size: [3, 4],
    queries: [[rings]],
    mappings: meanings({ 1: ['one', colour.good], 2: ['2 RINGS', colour.bad], 3: ['3 RINGS', colour.bad] }),
    thresholds: steps(colour.good, [2, colour.bad]),
  }),
  stat({
    title: 'Exporters',
    description: 'Exporters that answer Prometheus. What a silent one would say is missing everywhere below.',
    size: [3, 4],
    queries: [[`count(${of('up')}) - sum(${of('up')})`]],
    mappings: meanings({ 0: ['all answer', colour.good], 1: ['1 SILENT', colour.attention] }),
    thresholds: steps(colour.good, [1, colour.attention]),
  }),
];

/** Quorum by node, and who sees whom. */
export const quorum = [
  timeline({
    title: 'Quorum at each node',
    description: 'What each node says of quorum. Grey: its exporter does not answer. Orange: its corosync does not.',
    size: [14, 7],
    queries: [[quorumAtNode, '{{instance}}']],
    mappings: quorumNames,
  }),
  table({
    title: 'Who sees whom',
    description: 'Each line is what one node sees: which nodes are in its membership. In a partition the lines differ.',
    size: [10, 7],
    queries: [[named(seen('corosync_membership_member', 'corosync_node_info', 'job, instance, node_id, node'))]],
    transformations: matrix('instance', 'seen', 'seen by'),
    mappings: presence('present', 'ABSENT'),
    overrides: [{ match: 'seen by', properties: { 'custom.cellOptions': { type: 'auto' } } }],
    coloured: true,
    sortBy: ['seen by', false],
  }),
];
