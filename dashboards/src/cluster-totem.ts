import { cells, colour } from './palette.ts';
import { colouredCell, graph, table } from './panels.ts';
import { columns, increase, of, rate } from './queries.ts';
import { matrix } from './transformations.ts';

const one = (metric: string) => `max by (job, instance) (${of(metric)})`;
const dashed = (color: string) => ({
  color: { mode: 'fixed', fixedColor: color },
  'custom.lineStyle': { fill: 'dash', dash: [12, 6] },
});

/** The token and what became of it. */
export const totem = [
  graph({
    title: 'Token losses',
    description:
      'How often the token was lost, by the state totem was in. In "operational" it is the network or a stalled node.',
    size: [8, 7],
    queries: [[`sum by (state) (${increase('corosync_totem_token_losses_total')})`, '{{state}}']],
    bars: true,
    softMax: 2,
  }),
  graph({
    title: 'States of totem',
    description:
      'How often totem entered each state: every round of gather, commit, recovery, operational forms a ring anew.',
    size: [8, 7],
    queries: [[`max by (state) (${increase('corosync_totem_state_entries_total')})`, '{{state}}']],
    bars: true,
    softMax: 2,
  }),
  graph({
    title: 'No consensus',
    description:
      'Consensus about a membership that was not reached in time, rounds of gather and failures of sending in a row.',
    size: [8, 7],
    queries: [
      [`sum(${increase('corosync_totem_consensus_timeouts_total')})`, 'consensus timeouts'],
      [`max(${of('corosync_totem_continuous_gather')})`, 'gathers in a row'],
      [`max(${of('corosync_totem_continuous_send_failures')})`, 'send failures in a row'],
    ],
    stairs: true,
    softMax: 2,
  }),
  graph({
    title: 'Token against its timeout',
    description:
      'Time between two arrivals of the token and how long each node holds it, against the times after which the token is ' +
      'lost and consensus is given up.',
    size: [12, 8],
    queries: [
      [`${of('corosync_totem_token_interval_seconds')}`, '{{instance}} interval'],
      [`${of('corosync_totem_token_workload_seconds')}`, '{{instance}} holds it'],
      [`${of('corosync_totem_last_token_age_seconds')}`, '{{instance}} last came ago'],
      [`min(${of('corosync_config_token_timeout_seconds')})`, 'lost after'],
      [`min(${of('corosync_config_consensus_timeout_seconds')})`, 'consensus given up after'],
    ],
    unit: 's',
    min: 0.00001,
    logarithmic: true,
    legendTable: true,
    overrides: [
      { match: 'lost after', properties: { ...dashed(colour.bad), 'custom.lineWidth': 3 } },
      { match: 'consensus given up after', properties: dashed(colour.unknown) },
    ],
  }),
  graph({
    title: 'Retransmits and drops',
    description: 'Messages that had to be sent again because a node missed them, and messages received and dropped.',
    size: [6, 8],
    queries: [
      [`${rate('corosync_totem_multicast_retransmits_total')}`, '{{instance}} sent again'],
      [`${rate('corosync_totem_messages_dropped_total')}`, '{{instance}} dropped'],
    ],
    unit: 'mps',
    softMax: 1,
  }),
  graph({
    title: 'Send queue',
    description: 'Messages that wait for the token, and room in the send queue that is reserved.',
    size: [6, 8],
    queries: [
      [`max(${of('corosync_totem_backlog_messages')})`, 'longest backlog'],
      [`max(${of('corosync_totem_message_queue_reserved')})`, 'most reserved'],
    ],
  }),
  graph({
    title: 'Messages by kind',
    description: 'Totem messages received (above) and sent (below) by all chosen nodes, by kind.',
    size: [12, 7],
    queries: [
      [`sum by (message) (${rate('corosync_totem_messages_received_total')})`, '{{message}} received'],
      [`-sum by (message) (${rate('corosync_totem_messages_transmitted_total')})`, '{{message}} sent'],
    ],
    unit: 'mps',
    mirrored: true,
    legendTable: true,
  }),
  table({
    title: 'Timing by node',
    description:
      'Times that totem was configured with at each node, which must agree, and whether corosync takes a firewall or ' +
      'network card for the cause of a membership that does not form.',
    size: [12, 7],
    queries: [
      [
        columns({
          Token: one('corosync_config_token_timeout_seconds'),
          Consensus: one('corosync_config_consensus_timeout_seconds'),
          Join: one('corosync_config_join_timeout_seconds'),
          Retransmits: one('corosync_config_token_retransmits'),
          'Firewall or card': one('corosync_totem_firewall_or_nic_failure'),
        }),
      ],
    ],
    transformations: matrix('instance', 'column', 'Node', [
      'Firewall or card',
      'Token',
      'Consensus',
      'Join',
      'Retransmits',
    ]),
    unit: 's',
    sortBy: ['Node', false],
    overrides: [
      { match: 'Retransmits', properties: { unit: 'none' } },
      {
        match: 'Firewall or card',
        properties: {
          mappings: cells({ 0: ['no', colour.good], 1: ['SUSPECTED', colour.bad] }),
          'custom.cellOptions': colouredCell,
        },
      },
    ],
  }),
];
