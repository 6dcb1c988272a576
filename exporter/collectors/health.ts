import { libraryMetrics, librarySamples } from './library-health.ts';
import { type Collector, counter, gauge, sample } from './metric.ts';

const up = gauge(
  'corosync_up',
  '1 if libquorum is connected, its last quorum_dispatch returned CS_OK and corosync answered the liveness probe in ' +
    'time (votequorum_getinfo, or quorum_getquorate where votequorum is not the provider). Stays 1 in the sync phase.',
);
const simulated = gauge(
  'corosync_exporter_simulated',
  '1 where --demo shows a simulated cluster and nothing here is real; absent otherwise.',
);
const buildInfo = gauge(
  'corosync_exporter_build_info',
  'Always 1: the exporter and what it was built from and runs on.',
  ['version', 'revision', 'node_version', 'koffi_version'],
);
const probeSuccess = gauge(
  'corosync_probe_success',
  '1 if a round trip to corosync completed before the deadline (library votequorum: votequorum_getinfo; quorum: ' +
    'quorum_getquorate).',
  ['library'],
);
const probeDuration = gauge(
  'corosync_probe_duration_seconds',
  'Duration of the last round trip of the liveness probe; the deadline if it failed.',
  ['library'],
);
const syncInProgress = gauge(
  'corosync_sync_in_progress',
  '1 if votequorum answers while the other services are held: corosync is in its sync phase. Absent where it cannot ' +
    'be told.',
);
const laneHeld = gauge(
  'corosync_exporter_lane_held_seconds',
  'How long this worker thread of the exporter has been waiting for corosync in one call; 0 when it is not.',
  ['lane'],
);
const laneRestarts = counter(
  'corosync_exporter_lane_restarts_total',
  'Worker threads of the exporter started again, after an error or in place of one that never came back from a call.',
  ['lane'],
);

/** What can be trusted now: corosync's liveness, the connections to its libraries, the drain of their callbacks. */
export const healthCollector: Collector = {
  name: 'health',
  enabledByDefault: undefined,
  metrics: [
    up,
    simulated,
    buildInfo,
    ...libraryMetrics,
    probeSuccess,
    probeDuration,
    syncInProgress,
    laneHeld,
    laneRestarts,
  ],
  *collect(snapshot, build) {
    yield sample(up, snapshot.up);
    if (snapshot.simulated) yield sample(simulated, 1);
    yield sample(buildInfo, 1, {
      version: build.version,
      revision: build.revision,
      node_version: build.nodeVersion,
      koffi_version: build.koffiVersion,
    });
    for (const library of snapshot.libraries) yield* librarySamples(library);
    for (const { library, success, seconds } of snapshot.probes) {
      yield sample(probeSuccess, success, { library });
      yield sample(probeDuration, seconds, { library });
    }
    if (snapshot.syncInProgress !== undefined) yield sample(syncInProgress, snapshot.syncInProgress);
    for (const lane of snapshot.lanes) {
      yield sample(laneHeld, lane.heldSeconds, { lane: lane.name });
      yield sample(laneRestarts, lane.restarts, { lane: lane.name });
    }
  },
};
