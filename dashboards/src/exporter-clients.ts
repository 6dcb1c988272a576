import { graph } from './panels.ts';
import { increase, of, rate } from './queries.ts';

const bucket = (quantile: number) =>
  `histogram_quantile(${quantile}, sum by (le) (${rate('corosync_cpg_round_trip_seconds_bucket')}))`;
const program = '{{process}} {{ipc_service}}';
const byProgram = (expression: string) => `sum by (process, ipc_service) (${expression})`;

/** What a message costs in this cluster. */
export const groupRoundTrip = [
  graph({
    title: 'Round trip of a message',
    description:
      "Time from sending a message in the exporters' own group to its delivery in agreed order, in percentiles.",
    size: [9, 7],
    queries: [
      [bucket(0.5), 'p50'],
      [bucket(0.9), 'p90'],
      [bucket(0.99), 'p99'],
      [
        `sum(${rate('corosync_cpg_round_trip_seconds_sum')}) / sum(${rate('corosync_cpg_round_trip_seconds_count')})`,
        'mean',
      ],
    ],
    unit: 's',
    min: 0.0001,
    logarithmic: true,
  }),
  graph({
    title: 'Messages lost',
    description: 'Probes that were not delivered in time or that corosync refused, by reason.',
    size: [5, 7],
    queries: [[`sum by (reason) (${increase('corosync_cpg_round_trip_failures_total')})`, '{{reason}}']],
    bars: true,
    softMax: 2,
  }),
  graph({
    title: 'Members of the group',
    description:
      "Exporters in the exporters' own group as each of them sees it, and messages delivered in it a second.",
    size: [5, 7],
    queries: [
      [`${of('corosync_cpg_exporter_peers')}`, '{{instance}}'],
      [`sum(${rate('corosync_cpg_deliveries_total')})`, 'messages a second'],
    ],
    stairs: true,
  }),
  graph({
    title: 'Came and went',
    description: "Processes that came to or went from the exporters' own group, by the reason that corosync gave.",
    size: [5, 7],
    queries: [[`sum by (reason) (${increase('corosync_cpg_confchg_total')})`, '{{reason}}']],
    bars: true,
    softMax: 2,
  }),
];

/** Every program that has a connection to corosync. */
export const clients = [
  graph({
    title: 'Connections',
    description: 'Open connections of each program to each service of corosync, on all chosen nodes.',
    size: [12, 8],
    queries: [[byProgram(of('corosync_ipc_connections')), program]],
    stairs: true,
    legendTable: true,
  }),
  graph({
    title: 'Queued events',
    description:
      'Events that wait in corosync because a program does not take them. A queue that grows fills its memory.',
    size: [12, 8],
    queries: [[byProgram(of('corosync_ipc_queued_events')), program]],
    softMax: 10,
    legendTable: true,
  }),
  graph({
    title: 'Requests and responses',
    description:
      'Requests of each program a second (above) and the responses to them (below), which of the exporter itself are not read.',
    size: [12, 8],
    queries: [
      [byProgram(rate('corosync_ipc_requests_total')), `${program} requests`],
      [`-${byProgram(rate('corosync_ipc_responses_total'))}`, `${program} responses`],
    ],
    unit: 'reqps',
    mirrored: true,
    legendTable: true,
  }),
  graph({
    title: 'Events',
    description: 'Events that corosync sent to each program but the exporter a second.',
    size: [12, 8],
    queries: [[byProgram(rate('corosync_ipc_events_total')), program]],
    unit: 'ops',
    legendTable: true,
  }),
  graph({
    title: 'Refused requests',
    description: 'Requests of other programs that corosync refused: it was overloaded, or they were not valid.',
    size: [8, 7],
    queries: [
      [`sum by (process) (${increase('corosync_ipc_overloads_total')})`, '{{process}} overload'],
      [`sum by (process) (${increase('corosync_ipc_invalid_requests_total')})`, '{{process}} not valid'],
    ],
    bars: true,
    softMax: 2,
  }),
  graph({
    title: 'Held back',
    description: 'Connections of other programs that corosync holds back now, and how often it did.',
    size: [8, 7],
    queries: [
      [`sum by (process) (${of('corosync_ipc_flow_control_connections')})`, '{{process}} now'],
      [`sum by (process) (${increase('corosync_ipc_flow_control_total')})`, '{{process}} times'],
    ],
    stairs: true,
    softMax: 2,
  }),
  graph({
    title: 'Connections closed',
    description: 'Connections that ended. Many a minute: tools that are started over and over.',
    size: [8, 7],
    queries: [[`${increase('corosync_ipc_connections_closed_total')}`, '{{instance}}']],
    bars: true,
    softMax: 2,
  }),
];
