import { type Collector, gauge, sample } from './metric.ts';

const startTime = gauge(
  'corosync_process_start_time_seconds',
  'Start time of the corosync daemon in unix seconds (/proc/PID/stat); absent when it cannot be read.',
);
const residentMemory = gauge(
  'corosync_process_resident_memory_bytes',
  'Resident memory of the corosync daemon in bytes (/proc/PID/status); absent when it cannot be read.',
);

/** Since when corosync runs: a restart that nobody ordered shows here. */
export const processCollector: Collector = {
  name: 'process',
  enabledByDefault: true,
  metrics: [startTime],
  *collect({ daemon }) {
    if (daemon !== undefined) yield sample(startTime, daemon.startTime);
  },
};

/** How much memory corosync takes. */
export const processMemoryCollector: Collector = {
  name: 'process_memory',
  enabledByDefault: false,
  metrics: [residentMemory],
  *collect({ daemon }) {
    if (daemon !== undefined) yield sample(residentMemory, daemon.residentBytes);
  },
};
