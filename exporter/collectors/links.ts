import { type Collector, counter, gauge, inSeconds, readOf, row, rowSamples, sample } from './metric.ts';
import { nodeLabels } from './nodes.ts';

const node = ['node_id', 'node'] as const;
const link = ['node_id', 'node', 'link'] as const;

const enabled = gauge('corosync_link_enabled', '1 if the link to the node is configured and switched on.', link);
const connected = gauge(
  'corosync_link_connected',
  '1 if the link to the node is up as this node sees it (corosync_cfg_node_status_get).',
  link,
);
const mtu = gauge(
  'corosync_link_mtu_bytes',
  'Data MTU of the link in bytes, as found out by knet; absent until it is.',
  link,
);
const reachable = gauge('corosync_node_reachable', '1 if any link to the node is up as this node sees it.', node);
const onwireVersion = gauge(
  'corosync_node_onwire_version',
  'Version of the protocol spoken with the node; absent where the transport has none.',
  node,
);
const latency = gauge(
  'corosync_link_latency_seconds',
  'Moving mean of the round trip of knet pings on the link, in seconds; absent while it is down (cmap stats.knet.nodeN.linkL.latency_ave).',
  link,
);
const ups = counter(
  'corosync_link_ups_total',
  'Times the link came up since the start of corosync (cmap stats.knet.nodeN.linkL.up_count).',
  link,
);
const downs = counter(
  'corosync_link_downs_total',
  'Times the link went down since the start of corosync (cmap stats.knet.nodeN.linkL.down_count).',
  link,
);
const pingInterval = gauge(
  'corosync_config_link_ping_interval_seconds',
  'Seconds between two knet pings on the link (cmap runtime.config.totem.interface.L.knet_ping_interval).',
  ['link'],
);
const pingTimeout = gauge(
  'corosync_config_link_ping_timeout_seconds',
  'Seconds without an answer to pings after which the link is down (cmap runtime.config.totem.interface.L.knet_ping_timeout).',
  ['link'],
);
const ringFaulty = gauge(
  'corosync_ring_faulty',
  '1 if corosync 2 has marked the ring of its redundant ring protocol as faulty (cmap runtime.totem.pg.mrp.rrp.L.faulty); absent on corosync 3.',
  ['link'],
);

const fields = ['latency_ave', 'up_count', 'down_count'];

/** The links to the other nodes, and whether those can be reached; the local loopback is not one. */
export const linksCollector: Collector = {
  name: 'links',
  enabledByDefault: true,
  reads: { links: fields },
  metrics: [
    ...[enabled, connected, mtu, reachable, onwireVersion, latency, ups, downs],
    ...[pingInterval, pingTimeout, ringFaulty],
  ],
  *collect(snapshot) {
    for (const { nodeid, links, ...status } of readOf(snapshot, 'links')?.nodes ?? []) {
      const labels = nodeLabels(snapshot, nodeid);
      yield sample(reachable, status.reachable, labels);
      if (status.onwireVersion !== undefined) yield sample(onwireVersion, status.onwireVersion, labels);
      for (const one of links) {
        const of = { ...labels, link: one.link };
        yield sample(enabled, one.enabled, of);
        yield sample(connected, one.connected, of);
        if (one.mtu !== undefined) yield sample(mtu, one.mtu, of);
        yield* rowSamples(
          [inSeconds(1e6, row('latency_ave', latency, of)), row('up_count', ups, of), row('down_count', downs, of)],
          one.statistics,
        );
      }
    }
    for (const [key, value] of Object.entries(snapshot.configuration?.keys ?? {})) {
      const [, number, name] = /^runtime\..*\.(\d+)\.(knet_ping_interval|knet_ping_timeout|faulty)$/.exec(key) ?? [];
      if (number === undefined) continue;
      if (name === 'knet_ping_interval') yield sample(pingInterval, Number(value) / 1000, { link: number });
      if (name === 'knet_ping_timeout') yield sample(pingTimeout, Number(value) / 1000, { link: number });
      if (name === 'faulty') yield sample(ringFaulty, Number(value), { link: number });
    }
  },
};
