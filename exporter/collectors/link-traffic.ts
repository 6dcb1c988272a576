import type { Snapshot } from '../../src/monitor/snapshot.ts';
import { type Collector, counter, gauge, type Metric, readOf, row, rowSamples, type Sample, sample } from './metric.ts';
import { nodeLabels } from './nodes.ts';

const link = ['node_id', 'node', 'link'] as const;
const linkKind = ['node_id', 'node', 'link', 'kind'] as const;
const kinds = ['data', 'ping', 'pong', 'pmtu'];
const source = '(cmap stats.knet.nodeN.linkL.*)';

const transmitBytes = counter(
  'corosync_link_transmit_bytes_total',
  `Bytes sent on the link, by kind of packet ${source}.`,
  linkKind,
);
const receiveBytes = counter(
  'corosync_link_receive_bytes_total',
  `Bytes received on the link, by kind of packet ${source}.`,
  linkKind,
);
const transmitErrors = counter(
  'corosync_link_transmit_errors_total',
  `Packets that could not be sent on the link, by kind ${source}.`,
  linkKind,
);
const transmitRetries = counter(
  'corosync_link_transmit_retries_total',
  `Packets whose sending on the link was tried again, by kind ${source}.`,
  linkKind,
);
const omitted = gauge(
  'corosync_exporter_links_without_traffic',
  'Links of which the traffic is not shown because there are more than links.traffic_limit.',
);
const transmitPackets = counter(
  'corosync_link_transmit_packets_total',
  `Packets sent on the link, by kind ${source}.`,
  linkKind,
);
const receivePackets = counter(
  'corosync_link_receive_packets_total',
  `Packets received on the link, by kind ${source}.`,
  linkKind,
);
const latencySamples = gauge(
  'corosync_link_latency_samples',
  'Pings behind the mean of the latency; 0: there is none (cmap stats.knet.nodeN.linkL.latency_samples).',
  link,
);

type OfKind = readonly [metric: Metric<'counter', (typeof linkKind)[number]>, field: (kind: string) => string];

const traffic: readonly OfKind[] = [
  [transmitBytes, (kind) => `tx_${kind}_bytes`],
  [receiveBytes, (kind) => `rx_${kind}_bytes`],
  [transmitErrors, (kind) => `tx_${kind}_errors`],
  [transmitRetries, (kind) => `tx_${kind}_retries`],
];
const packets: readonly OfKind[] = [
  [transmitPackets, (kind) => `tx_${kind}_packets`],
  [receivePackets, (kind) => `rx_${kind}_packets`],
];

/** What goes over the links to the other nodes. */
export const linkTrafficCollector: Collector = {
  name: 'link_traffic',
  enabledByDefault: true,
  reads: { traffic: fieldsOf(traffic) },
  metrics: [transmitBytes, receiveBytes, transmitErrors, transmitRetries, omitted],
  *collect(snapshot) {
    const read = readOf(snapshot, 'traffic');
    if (read === undefined) return;
    yield* trafficSamples(snapshot, traffic);
    yield sample(omitted, read.omitted);
  },
};

/** The same in packets. */
export const linkPacketsCollector: Collector = {
  name: 'link_packets',
  enabledByDefault: false,
  reads: { traffic: [...fieldsOf(packets), 'latency_samples'] },
  metrics: [transmitPackets, receivePackets, latencySamples],
  *collect(snapshot) {
    yield* trafficSamples(snapshot, packets);
    for (const { nodeid, link, statistics } of readOf(snapshot, 'traffic')?.links ?? []) {
      const of = { ...nodeLabels(snapshot, nodeid), link };
      yield* rowSamples([row('latency_samples', latencySamples, of)], statistics);
    }
  },
};

function fieldsOf(rows: readonly OfKind[]): string[] {
  return rows.flatMap(([, field]) => kinds.map(field));
}

function* trafficSamples(snapshot: Snapshot, rows: readonly OfKind[]): Iterable<Sample> {
  for (const { nodeid, link, statistics } of readOf(snapshot, 'traffic')?.links ?? []) {
    const of = { ...nodeLabels(snapshot, nodeid), link };
    const all = rows.flatMap(([metric, field]) => kinds.map((kind) => row(field(kind), metric, { ...of, kind })));
    yield* rowSamples(all, statistics);
  }
}
