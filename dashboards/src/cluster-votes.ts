import { cells, colour, meanings, ringOf, steps } from './palette.ts';
import { colouredCell, graph, table, timeline } from './panels.ts';
import { columns, increase, named, of } from './queries.ts';
import { matrix } from './transformations.ts';

const one = (metric: string) => `max by (job, instance) (${of(metric)})`;
const missing = (metric: string) =>
  named(`count by (node_id, node) (${of(metric)}) - sum by (node_id, node) (${of(metric)})`);
const perNode = (expression: string) => named(`max by (node_id, node) (${expression})`);

const nodeStates = cells({ 3: ['member', colour.good], 2: ['leaving', colour.attention], 1: ['DEAD', colour.bad] });

/** Votes against the threshold, the rings, what became of each node. */
export const votes = [
  graph({
    title: 'Votes against the threshold',
    description: 'Votes in the part of each node. Below the line "needed" that part has no quorum.',
    size: [12, 8],
    queries: [
      [`${of('corosync_votequorum_total_votes')}`, '{{instance}}'],
      [`max(${of('corosync_votequorum_quorum_votes')})`, 'needed'],
      [`max(${of('corosync_votequorum_expected_votes')})`, 'expected'],
    ],
    stairs: true,
    decimals: 0,
    overrides: [
      {
        match: 'needed',
        properties: {
          color: { mode: 'fixed', fixedColor: colour.bad },
          'custom.lineStyle': { fill: 'dash', dash: [12, 6] },
          'custom.lineWidth': 3,
        },
      },
      {
        match: 'expected',
        properties: {
          color: { mode: 'fixed', fixedColor: colour.unknown },
          'custom.lineStyle': { fill: 'dash', dash: [4, 6] },
        },
      },
    ],
  }),
  timeline({
    title: 'Ring of each node',
    description: 'The node that speaks for the ring a node is in: nodes whose numbers differ are in different parts.',
    size: [12, 8],
    queries: [[`${one('corosync_membership_ring_representative_node_id')} or 0 * ${one('up')}`, '{{instance}}']],
    mappings: [...ringOf, ...meanings({ 0: ['nothing confirmed', colour.unknown] })],
  }),
  table({
    title: 'Ring views',
    description:
      'What each node says of its ring: its id as two numbers (of the membership, and of the last quorum), its members, ' +
      'whether corosync is in its sync phase, whether it waits for all nodes, and whether a quorum provider is loaded.',
    size: [24, 6],
    queries: [
      [
        columns({
          Exporter: one('up'),
          'Ring by node': one('corosync_membership_ring_representative_node_id'),
          'Ring number': one('corosync_membership_ring_sequence'),
          Members: one('corosync_membership_members'),
          'Quorum by node': one('corosync_quorum_ring_representative_node_id'),
          'Quorum number': one('corosync_quorum_ring_sequence'),
          'Quorum members': one('corosync_quorum_members'),
          Sync: one('corosync_sync_in_progress'),
          'Waits for all': one('corosync_votequorum_wait_for_all_status'),
          Provider: one('corosync_quorum_provider_configured'),
          'Node id': one('corosync_local_node_id'),
        }),
      ],
    ],
    transformations: matrix('instance', 'column', 'Node', [
      'Exporter',
      'Node id',
      'Ring by node',
      'Ring number',
      'Members',
      'Quorum by node',
      'Quorum number',
      'Quorum members',
      'Sync',
      'Waits for all',
      'Provider',
    ]),
    unit: 'none',
    sortBy: ['Node', false],
    overrides: [
      {
        match: 'Exporter',
        properties: {
          mappings: cells({ 0: ['SILENT', colour.unknown], 1: ['answers', colour.good] }),
          'custom.cellOptions': colouredCell,
        },
      },
      {
        match: 'Sync',
        properties: {
          mappings: cells({ 0: ['no', colour.good], 1: ['SYNCING', colour.busy] }),
          'custom.cellOptions': colouredCell,
        },
      },
      {
        match: 'Waits for all',
        properties: {
          mappings: cells({ 0: ['no', colour.good], 1: ['WAITS', colour.attention] }),
          'custom.cellOptions': colouredCell,
        },
      },
      {
        match: 'Provider',
        properties: {
          mappings: cells({ 0: ['NONE', colour.attention], 1: ['yes', colour.good] }),
          'custom.cellOptions': colouredCell,
        },
      },
    ],
  }),
  table({
    title: 'Nodes',
    description:
      'Each configured node: in how many views of membership it is missing, its state to those with quorum, its votes and those that it expects in ' +
      'the cluster, how often it joined since corosync was started, its configuration version and protocol.',
    size: [24, 6],
    queries: [
      [
        columns({
          'Missing in': missing('corosync_membership_member'),
          'Not in quorum of': missing('corosync_quorum_member'),
          State: perNode(
            `(3 * ${of('corosync_votequorum_node_state', 'state="member"')}` +
              ` or 2 * ${of('corosync_votequorum_node_state', 'state="leaving"')}` +
              ` or ${of('corosync_votequorum_node_state', 'state="dead"')})` +
              ` and on (job, instance) ${of('corosync_quorum_quorate')} == 1`,
          ),
          Votes: perNode(of('corosync_votequorum_node_votes')),
          Expects: perNode(of('corosync_votequorum_node_expected_votes')),
          Joins: perNode(of('corosync_node_join_count')),
          Configuration: perNode(of('corosync_node_config_version')),
          Protocol: perNode(of('corosync_node_onwire_version')),
        }),
      ],
    ],
    transformations: matrix('seen', 'column', 'Node', [
      'State',
      'Missing in',
      'Not in quorum of',
      'Votes',
      'Expects',
      'Joins',
      'Configuration',
      'Protocol',
    ]),
    unit: 'none',
    noValue: '–',
    sortBy: ['Node', false],
    overrides: [
      { match: 'State', properties: { mappings: nodeStates, 'custom.cellOptions': colouredCell } },
      {
        match: /^Missing in|^Not in/,
        properties: {
          mappings: cells({ 0: ['none', colour.good] }),
          thresholds: { mode: 'absolute', steps: steps(colour.good, [1, colour.attention]) },
          'custom.cellOptions': colouredCell,
        },
      },
    ],
  }),
  graph({
    title: 'Nodes that went and came',
    description: 'Departures (below) and arrivals (above) of each node, as the node that saw most counts them.',
    size: [8, 7],
    queries: [
      [`max by (node_id, node) (${increase('corosync_membership_node_joins_total')})`, '{{node}} ({{node_id}}) came'],
      [`-max by (node_id, node) (${increase('corosync_membership_node_leaves_total')})`, '{{node}} ({{node_id}}) went'],
    ],
    bars: true,
    mirrored: true,
  }),
  graph({
    title: 'Quorum changes',
    description:
      'Losses and returns of quorum and notifications of it, those between two scrapes included: a loss of a second shows too.',
    size: [8, 7],
    queries: [
      [`sum by (instance) (${increase('corosync_quorum_transitions_total', 'to="inquorate"')})`, '{{instance}} lost'],
      [`sum by (instance) (${increase('corosync_quorum_transitions_total', 'to="quorate"')})`, '{{instance}} back'],
      [`sum by (instance) (${increase('corosync_quorum_notifications_total')})`, '{{instance}} notified'],
    ],
    bars: true,
    softMax: 2,
  }),
  graph({
    title: 'Expected votes',
    description:
      'Votes that the nodes expect, the highest that was announced, and those of corosync.conf. A gap is an expected ' +
      'number that was lowered by hand and forgotten.',
    size: [8, 7],
    queries: [
      [`min(${of('corosync_votequorum_expected_votes')})`, 'lowest expected'],
      [`max(${of('corosync_votequorum_highest_expected_votes')})`, 'highest announced'],
      [`max(${of('corosync_config_expected_votes')})`, 'in corosync.conf'],
    ],
    stairs: true,
    decimals: 0,
  }),
  table({
    title: 'Features of votequorum',
    description: 'Which features of votequorum are switched on, as each node says.',
    size: [14, 6],
    queries: [[`max by (instance, flag) (${of('corosync_votequorum_flag')})`]],
    transformations: matrix('instance', 'flag', 'Node'),
    mappings: meanings({ 0: ['off', colour.unknown], 1: ['on', colour.note] }),
    sortBy: ['Node', false],
    overrides: [{ match: /_/, properties: { 'custom.minWidth': 140 } }],
  }),
  table({
    title: 'Quorum device',
    description:
      'The quorum device of each node: none, or its votes, whether its daemon is registered with corosync, whether it ' +
      'polls in time, whether it gives its vote to this part, and whether the node may stay quorate alone with it.',
    size: [10, 6],
    queries: [
      [
        columns({
          Device: one('corosync_qdevice_configured'),
          Votes: one('corosync_qdevice_votes'),
          Registered: `max by (job, instance) (${of('corosync_qdevice_registered', 'local="true"')})`,
          Alive: `max by (job, instance) (${of('corosync_qdevice_alive', 'local="true"')})`,
          Vote: `max by (job, instance) (${of('corosync_qdevice_cast_vote', 'local="true"')})`,
          'Master wins': `max by (job, instance) (${of('corosync_qdevice_master_wins', 'local="true"')})`,
        }),
      ],
    ],
    transformations: matrix('instance', 'column', 'Node', [
      'Device',
      'Registered',
      'Alive',
      'Vote',
      'Votes',
      'Master wins',
    ]),
    noValue: '–',
    sortBy: ['Node', false],
    overrides: [
      {
        match: 'Device',
        properties: { mappings: cells({ 0: ['none configured', colour.unknown], 1: ['configured', colour.good] }) },
      },
      {
        match: 'Registered',
        properties: {
          mappings: cells({ 0: ['NO', colour.bad], 1: ['yes', colour.good] }),
          'custom.cellOptions': colouredCell,
        },
      },
      {
        match: 'Alive',
        properties: {
          mappings: cells({ 0: ['NO', colour.bad], 1: ['yes', colour.good] }),
          'custom.cellOptions': colouredCell,
        },
      },
      {
        match: 'Vote',
        properties: {
          mappings: cells({ 0: ['WITHHELD', colour.attention], 1: ['given', colour.good] }),
          'custom.cellOptions': colouredCell,
        },
      },
      {
        match: 'Master wins',
        properties: { mappings: cells({ 0: ['no', colour.unknown], 1: ['yes', colour.note] }) },
      },
    ],
  }),
];
