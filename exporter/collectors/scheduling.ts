import { type Collector, counter, gauge, readOf, sample } from './metric.ts';

const pauses = counter(
  'corosync_scheduling_pauses_total',
  'Times that corosync was not scheduled in time, as seen since the start of the exporter (cmap stats.schedmiss.*); at least as many, if there were more than ten between two scrapes.',
);
const lastPause = gauge(
  'corosync_scheduling_last_pause_seconds',
  'How long the last of these pauses was, in seconds; absent while there was none.',
);
const lastPauseTimestamp = gauge(
  'corosync_scheduling_last_pause_timestamp_seconds',
  'When the last of these pauses was, in unix seconds; absent while there was none.',
);

/** Whether the machine lets corosync run in time. */
export const schedulingCollector: Collector = {
  name: 'scheduling',
  enabledByDefault: true,
  reads: { pauses: [] },
  metrics: [pauses, lastPause, lastPauseTimestamp],
  *collect(snapshot) {
    readOf(snapshot, 'pauses');
    const { count, last, since } = snapshot.pauses;
    if (since !== undefined) yield sample(pauses, count); // never read, nothing counted
    if (last === undefined) return;
    yield sample(lastPause, last.delay);
    yield sample(lastPauseTimestamp, last.timestamp);
  },
};
