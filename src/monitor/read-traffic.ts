import type { CmapApi } from '../corosync/bindings.ts';
import type { Statistic, Traffic } from './areas.ts';
import { linksOf, readLinkStatistics, remoteNodes } from './read-links.ts';
import type { Cluster } from './snapshot.ts';

type Statistics = Readonly<Record<string, Statistic>>;

/** Fields that hardly ever change, by kind of packet, and the fields with their sums: while these stand still, so do those. */
const seldom = /^tx_(data|ping|pong|pmtu)_(errors|retries)$/;
const sums = ['tx_total_errors', 'rx_total_retries']; // the latter are those of sending, for all its name

/** Reads what went over the links to other nodes; what cannot have changed is not read again. */
export class TrafficReader {
  #known = new Map<string, { readonly sums: string; readonly statistics: Statistics }>();

  /** Reads `fields` of the first `limit` links. */
  read(stats: CmapApi, cluster: Cluster, fields: readonly string[], limit: number): Traffic {
    if (cluster.transport !== 'knet') return { links: [], omitted: 0 };
    const often = fields.filter((field) => !seldom.test(field));
    const rest = fields.filter((field) => seldom.test(field));
    const all = remoteNodes(cluster).flatMap((node) => linksOf(node).map((link) => ({ nodeid: node.nodeid, link })));
    const links = all.slice(0, limit).map(({ nodeid, link }) => {
      const read = (names: readonly string[]) => readLinkStatistics(stats, nodeid, link, names);
      const statistics = { ...read(often), ...this.#seldom(`${nodeid} ${link}`, rest, read) };
      return { nodeid, link, statistics };
    });
    return { links, omitted: all.length - links.length };
  }

  /** Forgets what another corosync told. */
  reset(): void {
    this.#known.clear();
  }

  #seldom(link: string, fields: readonly string[], read: (fields: readonly string[]) => Statistics): Statistics {
    if (fields.length === 0) return {};
    // Before the fields: what comes in between is in the fields already, and the next sum differs.
    const now = Object.values(read(sums));
    const known = this.#known.get(link);
    if (now.length === sums.length && now.join() === known?.sums) return known.statistics;
    const statistics = read(fields);
    this.#known.set(link, { sums: now.join(), statistics });
    return statistics;
  }
}
