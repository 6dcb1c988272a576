import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import { type AnnotationQuery, AnnotationQueryBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { colour } from './palette.ts';
import { datasource } from './panels.ts';
import { everywhere, inCluster, of, sameExporter } from './queries.ts';

/** An event whose time is the value of a series, in seconds. */
interface Event {
  readonly name: string;
  readonly colour: string;
  readonly metric: string;
  /** Only while this metric has this value. */
  readonly while?: readonly [metric: string, value: number];
}

const events: readonly Event[] = [
  {
    name: 'Quorum lost',
    colour: colour.bad,
    metric: 'corosync_quorum_last_transition_timestamp_seconds',
    while: ['corosync_quorum_quorate', 0],
  },
  {
    name: 'Quorum is back',
    colour: colour.good,
    metric: 'corosync_quorum_last_transition_timestamp_seconds',
    while: ['corosync_quorum_quorate', 1],
  },
  { name: 'Membership changed', colour: colour.attention, metric: 'corosync_membership_last_change_timestamp_seconds' },
  { name: 'corosync started', colour: colour.note, metric: 'corosync_process_start_time_seconds' },
  { name: 'Scheduling pause', colour: colour.busy, metric: 'corosync_scheduling_last_pause_timestamp_seconds' },
];

/** Marks on the graphs of one cluster. */
export const ofOneCluster = events.map((event) => annotation(event, timeOf(event, of), '{{instance}}'));

/** Marks on the graphs of all clusters. */
export const ofAllClusters = events.map((event) =>
  annotation(event, inCluster(`(${timeOf(event, everywhere)})`), '{{cluster_name}}: {{instance}}'),
);

function timeOf(event: Event, select: (metric: string) => string): string {
  const time = `1000 * ${select(event.metric)}`;
  if (event.while === undefined) return time;
  const [metric, value] = event.while;
  return `${time} and ${sameExporter} ${select(metric)} == ${value}`;
}

function annotation({ name, colour }: Event, expression: string, text: string): Builder<AnnotationQuery> {
  return new AnnotationQueryBuilder()
    .name(name)
    .datasource(datasource)
    .enable(true)
    .hide(false)
    .iconColor(colour)
    .expr(expression)
    .step('15s')
    .useValueForTime(true)
    .titleFormat(name)
    .textFormat(text)
    .tagKeys('instance');
}
