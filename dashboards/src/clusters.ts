import { ofAllClusters as annotations } from './annotations.ts';
import { dashboard } from './dashboard.ts';
import { colour, quorumInCluster, steps } from './palette.ts';
import { colouredCell, graph, stat, table, timeline } from './panels.ts';
import {
  columns,
  everywhere,
  inCluster,
  increaseOf,
  perCluster,
  perClusterOf,
  quorumByCluster,
  sameExporter,
} from './queries.ts';
import { matrix, only } from './transformations.ts';
import { ofAllClusters as variables } from './variables.ts';

const totalVotes = everywhere('corosync_votequorum_total_votes');
const margin = `${totalVotes} - ${everywhere('corosync_votequorum_quorum_votes')}`;

// As the alert CorosyncOneVoteFromQuorumLoss has it.
const atLastVote =
  `(${margin} <= 0` +
  ` and ${sameExporter} ${everywhere('corosync_quorum_quorate')} == 1` +
  ` and ${sameExporter} ${everywhere('corosync_config_expected_votes')} > 1` +
  ` unless ${sameExporter} (${everywhere('corosync_votequorum_flag', 'flag="auto_tie_breaker"')} == 1` +
  ` and ${sameExporter} ${totalVotes} >= ${everywhere('corosync_votequorum_expected_votes')}))`;

const goodAtZero = steps(colour.good, [1, colour.bad]);

const atAGlance = [
  stat({
    title: 'Clusters without quorum',
    description:
      'Clusters in which no node is quorate, or corosync answers nowhere. Anything but 0: services stand still, look now.',
    size: [5, 5],
    queries: [[`count(abs(${quorumByCluster}) == 1) or 0 * count(${quorumByCluster})`]],
    thresholds: goodAtZero,
  }),
  stat({
    title: 'Clusters in parts',
    description: 'Clusters in which some nodes are quorate and some are not, or two parts believe that they are.',
    size: [5, 5],
    queries: [[`count(abs(${quorumByCluster}) == 2) or 0 * count(${quorumByCluster})`]],
    thresholds: goodAtZero,
  }),
  stat({
    title: 'Clusters unknown',
    description: 'Clusters whose exporters are all silent: their state is unknown.',
    size: [5, 5],
    queries: [[`count((${quorumByCluster}) == 0) or 0 * count(${quorumByCluster})`]],
    thresholds: steps(colour.good, [1, colour.attention]),
  }),
  stat({
    title: 'One vote from loss',
    description: 'Clusters that have quorum without a vote to spare: the next node that goes stops them.',
    size: [5, 5],
    queries: [[`count(${perClusterOf('max', atLastVote)}) or 0 * count(${perClusterOf('max', `(${margin})`)})`]],
    thresholds: steps(colour.good, [1, colour.attention]),
  }),
  stat({
    title: 'Clusters with quorum',
    description: 'Clusters in which every node that answers is quorate.',
    size: [4, 5],
    queries: [[`count((${quorumByCluster}) == 3) or 0 * count(${quorumByCluster})`]],
    thresholds: steps(colour.unknown, [1, colour.good]),
  }),
];

// What an exporter saw stays true when it is restarted and knows of nothing yet.
const lastOf = (metric: string) => `1000 * ${perClusterOf('max', `max_over_time(${everywhere(metric)}[6h])`)}`;

const state = columns({
  Quorum: quorumByCluster,
  'Votes to spare': perClusterOf('max', `(${margin})`),
  'Nodes present': perCluster('max', 'corosync_membership_members'),
  Nodes: perCluster('max', 'corosync_nodelist_nodes'),
  'Links up': perCluster('sum', 'corosync_link_connected'),
  Links: perCluster('sum', 'corosync_link_enabled'),
  'Exporters up': perCluster('sum', 'up'),
  Exporters: perCluster('count', 'up'),
  'Quorum changed': lastOf('corosync_quorum_last_transition_timestamp_seconds'),
  'Members changed': lastOf('corosync_membership_last_change_timestamp_seconds'),
});

const stateColumns = [
  'Quorum',
  'Votes to spare',
  'Nodes present',
  'Nodes',
  'Links up',
  'Links',
  'Exporters up',
  'Exporters',
  'Quorum changed',
  'Members changed',
];

const toCluster = {
  title: 'Open this cluster',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana fills it in
  url: '/d/corosync-cluster?var-cluster=${__value.raw}&${datasource:queryparam}&${job:queryparam}&${__url_time_range}',
};

const now = [
  table({
    title: 'Clusters now',
    description:
      'One line for each cluster; its name leads to its dashboard. Links are counted from both of their ends, nodes as ' +
      'the largest part sees them. Changes are those that an exporter saw in the last six hours.',
    size: [24, 8],
    queries: [[state]],
    transformations: matrix('cluster_name', 'column', 'Cluster', stateColumns),
    noValue: '–',
    sortBy: ['Quorum', false],
    overrides: [
      { match: 'Cluster', properties: { links: [toCluster], 'custom.minWidth': 120 } },
      {
        match: 'Quorum',
        properties: { mappings: quorumInCluster, 'custom.cellOptions': colouredCell, 'custom.minWidth': 140 },
      },
      {
        match: 'Votes to spare',
        properties: {
          thresholds: { mode: 'absolute', steps: steps(colour.bad, [0, colour.attention], [1, colour.good]) },
          'custom.cellOptions': colouredCell,
        },
      },
      { match: / changed$/, properties: { unit: 'dateTimeFromNow', 'custom.minWidth': 130 } },
    ],
  }),
];

const course = [
  timeline({
    title: 'Quorum by cluster',
    description:
      'Quorate: at every node that answers. PARTLY: the network has split, one part works. No data: no exporter.',
    size: [24, 7],
    queries: [[quorumByCluster, '{{cluster_name}}']],
    mappings: quorumInCluster,
  }),
  table({
    title: 'What changed last',
    description: 'The last change of each kind at each node, the newest on top, as its exporter saw it.',
    size: [10, 9],
    queries: [
      [
        columns({
          'quorum lost': inCluster(
            `(1000 * ${everywhere('corosync_quorum_last_transition_timestamp_seconds')} and ${sameExporter} ${everywhere('corosync_quorum_quorate')} == 0)`,
          ),
          'quorum is back': inCluster(
            `(1000 * ${everywhere('corosync_quorum_last_transition_timestamp_seconds')} and ${sameExporter} ${everywhere('corosync_quorum_quorate')} == 1)`,
          ),
          'membership changed': inCluster(
            `(1000 * ${everywhere('corosync_membership_last_change_timestamp_seconds')})`,
          ),
          'corosync started': inCluster(`(1000 * ${everywhere('corosync_process_start_time_seconds')})`),
          'scheduling pause': inCluster(`(1000 * ${everywhere('corosync_scheduling_last_pause_timestamp_seconds')})`),
        }),
      ],
    ],
    transformations: only(['Value', 'When'], ['cluster_name', 'Cluster'], ['instance', 'Exporter'], ['column', 'What']),
    sortBy: ['When', true],
    overrides: [{ match: 'When', properties: { unit: 'dateTimeFromNow' } }],
  }),
  graph({
    title: 'Nodes missing',
    description: 'Configured nodes that the largest part of the cluster does not see.',
    size: [7, 9],
    queries: [
      [
        perClusterOf(
          'min',
          `(${everywhere('corosync_nodelist_nodes')} - ${everywhere('corosync_membership_members')})`,
        ),
        '{{cluster_name}}',
      ],
    ],
    stairs: true,
    decimals: 0,
    softMax: 2,
  }),
  graph({
    title: 'Changes of membership',
    description: 'How often the membership changed within each step, as the node that saw most changes counts it.',
    size: [7, 9],
    queries: [[perClusterOf('max', increaseOf(everywhere('corosync_membership_changes_total'))), '{{cluster_name}}']],
    bars: true,
    softMax: 2,
  }),
];

/** All clusters: which one needs somebody, and since when. */
export const clustersDashboard = dashboard({
  uid: 'corosync-clusters',
  description: 'All Corosync clusters at a glance, from corosync-exporter.',
  from: 'now-6h',
  variables,
  annotations,
  sections: [{ panels: [...atAGlance, ...now] }, { title: 'What happened', panels: course }],
});
