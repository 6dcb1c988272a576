import type { ClientConnection } from '../../src/monitor/snapshot.ts';
import { type Collector, counter, gauge, readOf, row, rowSamples, type Sample, sample } from './metric.ts';

const client = ['ipc_service', 'process'] as const;
const ended = 'those that have ended included, as of the last scrape in which they were open';
const ofOthers = 'not of this exporter itself';

const connections = gauge(
  'corosync_ipc_connections',
  'Open connections of the program to the service of corosync (cmap stats.ipcs.*).',
  client,
);
const queuedEvents = gauge(
  'corosync_ipc_queued_events',
  'Events that wait in corosync because the program does not take them (cmap stats.ipcs.*.queued).',
  client,
);
const flowControlConnections = gauge(
  'corosync_ipc_flow_control_connections',
  `Connections of the program that corosync holds back now, ${ofOthers} (cmap stats.ipcs.*.flow_control).`,
  client,
);
const requests = counter(
  'corosync_ipc_requests_total',
  `Requests of the program to the service, ${ended} (cmap stats.ipcs.*.requests).`,
  client,
);
const responses = counter(
  'corosync_ipc_responses_total',
  `Responses to them, ${ended}; ${ofOthers} (cmap stats.ipcs.*.responses).`,
  client,
);
const events = counter(
  'corosync_ipc_events_total',
  `Events sent to the program, ${ended}; ${ofOthers} (cmap stats.ipcs.*.dispatched).`,
  client,
);
const overloads = counter(
  'corosync_ipc_overloads_total',
  `Requests of the program that corosync refused because it was overloaded, ${ended}; ${ofOthers} (cmap stats.ipcs.*.overload).`,
  client,
);
const invalidRequests = counter(
  'corosync_ipc_invalid_requests_total',
  `Requests of the program that were not valid, ${ended}; ${ofOthers} (cmap stats.ipcs.*.invalid_request).`,
  client,
);
const flowControl = counter(
  'corosync_ipc_flow_control_total',
  `Times that corosync held the program back, ${ended}; ${ofOthers} (cmap stats.ipcs.*.flow_control_count).`,
  client,
);
const closed = counter(
  'corosync_ipc_connections_closed_total',
  'Connections that have ended since the start of corosync (cmap stats.ipcs.global.closed).',
);

const counters = {
  requests,
  responses,
  dispatched: events,
  overload: overloads,
  invalid_request: invalidRequests,
  flow_control_count: flowControl,
};

/** The programs that talk to corosync: whether they keep up with what it tells them, and how much they ask. */
export const ipcCollector: Collector = {
  name: 'ipc',
  enabledByDefault: true,
  reads: { clients: ['queued', 'flow_control', ...Object.keys(counters)] },
  metrics: [connections, queuedEvents, flowControlConnections, ...Object.values(counters), closed],
  *collect(snapshot) {
    const read = readOf(snapshot, 'clients');
    if (read !== undefined) yield* openConnections(read.connections);
    for (const { service, process, totals } of snapshot.clients) {
      const labels = { ipc_service: service, process };
      yield* rowSamples(
        Object.entries(counters).map(([key, metric]) => row(key, metric, labels)),
        totals,
      );
    }
    if (read?.closed !== undefined) yield sample(closed, read.closed);
  },
};

function* openConnections(all: readonly ClientConnection[]): Iterable<Sample> {
  const byClient = new Map<string, ClientConnection[]>();
  for (const connection of all) {
    const name = JSON.stringify(connection.pair);
    byClient.set(name, [...(byClient.get(name) ?? []), connection]);
  }
  for (const [name, own] of byClient) {
    const { service, process } = JSON.parse(name) as ClientConnection['pair'];
    const labels = { ipc_service: service, process };
    const queued = own.reduce((sum, { statistics }) => sum + Number(statistics.queued ?? 0), 0);
    yield sample(connections, own.length, labels);
    yield sample(queuedEvents, queued, labels);
    const flowControl = own.flatMap(({ statistics }) => statistics.flow_control ?? []);
    if (flowControl.length > 0) yield sample(flowControlConnections, flowControl.filter(Number).length, labels);
  }
}
