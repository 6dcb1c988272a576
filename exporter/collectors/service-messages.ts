import { type Collector, counter, readOf, row, rowSamples } from './metric.ts';

const labels = ['engine', 'function'] as const;
const transmitted = counter(
  'corosync_service_messages_transmitted_total',
  "Messages that the service engine's function sent to the cluster (cmap runtime.services.*.tx).",
  labels,
);
const received = counter(
  'corosync_service_messages_received_total',
  "Messages of the cluster that the service engine's function received (cmap runtime.services.*.rx).",
  labels,
);

/** What corosync's own services say to each other. */
export const serviceMessagesCollector: Collector = {
  name: 'service_messages',
  enabledByDefault: false,
  reads: { services: [] },
  metrics: [transmitted, received],
  *collect(snapshot) {
    const statistics = readOf(snapshot, 'services') ?? {};
    for (const key of Object.keys(statistics)) {
      const [, engine, number, direction] = /^runtime\.services\.(\w+)\.(\d+)\.([tr]x)$/.exec(key) ?? [];
      if (engine === undefined || number === undefined) continue;
      const metric = direction === 'tx' ? transmitted : received;
      yield* rowSamples([row(key, metric, { engine, function: number })], statistics);
    }
  },
};
