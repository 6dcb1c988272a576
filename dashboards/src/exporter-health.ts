import { colour, meanings, resultCodes, steps } from './palette.ts';
import { graph, stat, timeline } from './panels.ts';
import { byLibrary, connectedOrHeld, increase, of, rate } from './queries.ts';

const perInstance = (expression: string) => `max by (job, instance) (${expression})`;

// 4 answers, 3 in its sync phase, 2 connected and silent, 1 not connected, 0 the exporter does not answer
const liveness =
  `4 - ${perInstance(of('corosync_sync_in_progress'))}` +
  ` or 4 + 0 * (${perInstance(of('corosync_up'))} == 1)` +
  ` or 1 + ${perInstance(connectedOrHeld)}` +
  ` or 0 * ${perInstance(of('up'))}`;

const silent = meanings({ [-1]: ['no data from exporter', colour.unknown] });

const atZero = steps(colour.good, [1, colour.attention]);

/** The state of the exporters and of corosync as they find it. */
export const health = [
  stat({
    title: 'Exporters',
    description: 'Exporters that answer Prometheus, and those that do not now but did within the time shown.',
    size: [5, 4],
    queries: [
      [`sum(${of('up')})`, 'answer'],
      [`count(${of('up')}) - sum(${of('up')})`, 'silent'],
    ],
    names: true,
    across: true,
    thresholds: atZero,
    overrides: [{ match: 'answer', properties: { color: { mode: 'fixed', fixedColor: colour.quiet } } }],
  }),
  stat({
    title: 'corosync answers',
    description: 'Exporters whose corosync does not answer. What it would say is absent from all dashboards.',
    size: [4, 4],
    queries: [[`count(${of('corosync_up')}) - sum(${of('corosync_up')})`]],
    mappings: meanings({ 0: ['all of them', colour.good], 1: ['1 SILENT', colour.bad] }),
    thresholds: steps(colour.good, [1, colour.bad]),
  }),
  stat({
    title: 'Dispatch errors',
    description: 'Calls of dispatch that did not return CS_OK within the time shown.',
    size: [3, 4],
    queries: [[`sum(increase(${of('corosync_dispatch_errors_total')}[$__range]))`]],
    decimals: 0,
    thresholds: atZero,
  }),
  stat({
    title: 'Failed collectors',
    description: 'Areas that an exporter could not read or render now: their metrics are left out.',
    size: [3, 4],
    queries: [
      [`count(${of('corosync_exporter_collector_success')}) - sum(${of('corosync_exporter_collector_success')})`],
    ],
    thresholds: atZero,
  }),
  stat({
    title: 'Longest wait',
    description:
      'How long a worker of an exporter has been waiting in one call of corosync. Seconds are a corosync that hangs.',
    size: [3, 4],
    queries: [[`max(${of('corosync_exporter_lane_held_seconds')})`]],
    unit: 's',
    decimals: 1,
    thresholds: steps(colour.good, [1, colour.attention], [10, colour.bad]),
  }),
  stat({
    title: 'Round trip p99',
    description: 'Time within which 99 of 100 messages of the last minutes went round the cluster.',
    size: [3, 4],
    queries: [
      [`histogram_quantile(0.99, sum by (le) (increase(${of('corosync_cpg_round_trip_seconds_bucket')}[$__range])))`],
    ],
    unit: 's',
    thresholds: steps(colour.good, [0.1, colour.attention], [1, colour.bad]),
  }),
  stat({
    title: 'Source',
    description: 'Whether this is a real corosync or the simulated one of --demo.',
    size: [3, 4],
    queries: [[`max(${of('corosync_exporter_simulated')}) or 0 * max(${of('corosync_up')})`]],
    mappings: meanings({ 0: ['real', colour.good], 1: ['SIMULATED', colour.busy] }),
  }),
  timeline({
    title: 'corosync as each exporter finds it',
    description:
      'Whether corosync answers. In its sync phase it answers on votes only; a frozen one keeps the connection and says nothing.',
    size: [12, 7],
    queries: [[liveness, '{{instance}}']],
    mappings: meanings({
      4: ['Answers', colour.good],
      3: ['SYNC phase', colour.busy],
      2: ['FROZEN', colour.bad],
      1: ['Gone or refuses', colour.attention],
      0: ['no data from exporter', colour.unknown],
    }),
  }),
  timeline({
    title: 'Last dispatch code',
    description: 'What the last dispatch of each library returned, by cs_error_t name.',
    size: [12, 7],
    queries: [[byLibrary('corosync_dispatch_last_code'), '{{instance}} {{library}}']],
    mappings: [...silent, ...resultCodes],
  }),
];

/** Connections, probes, and how old the state is. */
export const answers = [
  timeline({
    title: 'Probes',
    description: 'Whether a round trip to corosync came back in time, by library.',
    size: [12, 7],
    queries: [[byLibrary('corosync_probe_success'), '{{instance}} {{library}}']],
    mappings: [...silent, ...meanings({ 1: ['in time', colour.good], 0: ['NO ANSWER', colour.bad] })],
  }),
  graph({
    title: 'Duration of probes',
    description: 'Duration of the last round trip, by library; the deadline if it failed.',
    size: [12, 7],
    queries: [[`${of('corosync_probe_duration_seconds')}`, '{{instance}} {{library}}']],
    unit: 's',
    min: 0.000001,
    logarithmic: true,
    legendTable: true,
  }),
  timeline({
    title: 'Connections to corosync',
    description:
      'Whether each library is connected, or by its cs_error_t name why not: LIBRARY corosync is not there, TRY_AGAIN it ' +
      'is starting, ACCESS it refuses the exporter.',
    size: [12, 9],
    queries: [
      [
        `max by (job, instance, library) (${of('corosync_library_error_code')})` +
          ` or ${byLibrary('corosync_library_connected')}`,
        '{{instance}} {{library}}',
      ],
    ],
    mappings: [
      ...silent,
      ...meanings({ 0: ['not connected', colour.attention], 1: ['connected', colour.good] }),
      ...resultCodes,
    ],
  }),
  graph({
    title: 'Age of the state',
    description:
      'Seconds since what is shown was last confirmed by corosync, by library, at the node where it is oldest.',
    size: [12, 9],
    queries: [[`max by (library) (time() - ${of('corosync_state_timestamp_seconds')})`, '{{library}}']],
    unit: 's',
  }),
  graph({
    title: 'Connections made and refused',
    description: 'Connections to corosync opened anew, and attempts that failed, by cs_error_t name.',
    size: [12, 7],
    queries: [
      [`sum by (instance) (${increase('corosync_library_connects_total')})`, '{{instance}} opened'],
      [`sum by (code) (${increase('corosync_library_connect_errors_total')})`, 'failed {{code}}'],
    ],
    bars: true,
    softMax: 2,
  }),
  graph({
    title: 'Failed calls',
    description: 'Calls of corosync that failed, by C function and cs_error_t name, and all of them.',
    size: [12, 7],
    queries: [
      [`sum(${increase('corosync_call_errors_total')}) or 0 * max(${of('corosync_up')})`, 'all'],
      [`sum by (call, code) (${increase('corosync_call_errors_total')})`, '{{call}} {{code}}'],
    ],
    stairs: true,
    softMax: 2,
  }),
];

/** How the callbacks of corosync are drained. */
export const dispatch = [
  graph({
    title: 'Dispatches',
    description: 'Calls of dispatch with CS_DISPATCH_ALL a second, by library and exporter.',
    size: [6, 9],
    queries: [[`sum by (instance, library) (${rate('corosync_dispatches_total')})`, '{{instance}} {{library}}']],
    unit: 'ops',
  }),
  graph({
    title: 'Callbacks',
    description: 'Callbacks that dispatch ran, by library and kind.',
    size: [6, 9],
    queries: [
      [`sum by (library, callback) (${rate('corosync_dispatch_callbacks_total')})`, '{{library}} {{callback}}'],
    ],
    unit: 'ops',
  }),
  graph({
    title: 'Failed dispatches',
    description: 'Calls of dispatch that did not return CS_OK, by library and cs_error_t name.',
    size: [6, 9],
    queries: [[`sum by (code) (${increase('corosync_dispatch_errors_total')})`, '{{code}}']],
    bars: true,
    softMax: 2,
  }),
  graph({
    title: 'Time in dispatch',
    description: 'Share of the time that is spent in dispatch, by library and exporter.',
    size: [6, 9],
    queries: [[`sum by (instance, library) (${rate('corosync_dispatch_seconds_total')})`, '{{instance}} {{library}}']],
    unit: 'percentunit',
  }),
];
