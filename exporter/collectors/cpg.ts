import { type Collector, counter, gauge, histogram, sample } from './metric.ts';
import { preset } from './presets.ts';

const reasons = ['join', 'leave', 'nodedown', 'nodeup', 'procdown'];
const failureReasons = ['timeout', 'CS_ERR_TRY_AGAIN'];

const confchg = counter(
  'corosync_cpg_confchg_total',
  "Processes that came to or went from the exporters' own CPG group, by cpg_reason_t (confchg callback of libcpg).",
  ['reason'],
);
const peers = gauge(
  'corosync_cpg_exporter_peers',
  "Exporters in the exporters' own CPG group, this one included, as agreed by the cluster (confchg callback of libcpg).",
);
const deliveries = counter(
  'corosync_cpg_deliveries_total',
  "Messages delivered to the exporters' own CPG group (deliver callback of libcpg).",
);
const roundTrip = histogram(
  'corosync_cpg_round_trip_seconds',
  "Time in seconds from multicasting a probe in the exporters' own CPG group (cpg_mcast_joined) to its delivery here in " +
    'agreed order: what a message costs in this cluster now.',
);
const failures = counter(
  'corosync_cpg_round_trip_failures_total',
  'Probes that did not come back in time (timeout) or that cpg_mcast_joined refused (the cs_error_t name).',
  ['reason'],
);

/** What happens in the exporters' own CPG group. */
export const cpgCollector: Collector = {
  name: 'cpg',
  enabledByDefault: true,
  metrics: [confchg, peers, deliveries, roundTrip, failures],
  *collect({ cpg, cpgPeers }) {
    for (const [reason, count] of preset(reasons, cpg.confchg)) yield sample(confchg, count, { reason });
    if (cpgPeers !== undefined) yield sample(peers, cpgPeers);
    yield sample(deliveries, cpg.deliveries);
    yield sample(roundTrip, cpg.roundTrip);
    for (const [reason, count] of preset(failureReasons, cpg.roundTripFailures)) {
      yield sample(failures, count, { reason });
    }
  },
};
