import type { CmapApi } from '../corosync/bindings.ts';
import type { ClientConnection, ClientPair, Clients } from './areas.ts';
import { readStatistics } from './read-statistics.ts';

const PREFIX = 'stats.ipcs.service';

/** By service id: the order of corosync's service engines. */
const services = ['cmap', 'cfg', 'cpg', 'quorum', 'pload', 'votequorum', 'mon', 'wd'];

/** Names come from programs, and each is a label: the programs after so many are shown as one. */
const MOST_PAIRS = 200;
const OTHERS = '(others)';

/** Reads the clients of corosync's IPC; which there are is listed anew only when one came or went. */
export class ClientReader {
  /** How many had come and gone when they were listed. */
  #listed: string | undefined;
  #connections = new Map<string, ClientPair>();
  readonly #pairs = new Set<string>();

  read(stats: CmapApi, fields: readonly string[]): Clients {
    const closed = this.#list(stats);
    const connections: ClientConnection[] = [];
    for (const [key, pair] of this.#connections) {
      const prefix = `${PREFIX}${key}.`;
      const found = readStatistics(
        stats,
        fields.map((field) => prefix + field),
      );
      const statistics = Object.entries(found).map(([name, value]) => [name.slice(prefix.length), value]);
      // One without any has ended since it was listed.
      if (statistics.length > 0) connections.push({ key, pair, statistics: Object.fromEntries(statistics) });
    }
    return { closed, connections };
  }

  /** Forgets the clients of another corosync. */
  reset(): void {
    this.#listed = undefined;
    this.#connections.clear();
  }

  /** Lists the connections if need be; how many have ended. */
  #list(stats: CmapApi): Clients['closed'] {
    const global = ['active', 'closed'].map((name) => `stats.ipcs.global.${name}`);
    const counts = readStatistics(stats, global);
    const [active, closed] = global.map((key) => counts[key]);
    const now = active === undefined || closed === undefined ? undefined : `${active} ${closed}`;
    if (now === undefined || now !== this.#listed) {
      const connections = new Map<string, ClientPair>();
      for (const key of stats.keys(PREFIX)) {
        // service2.1234.0x55d0c0ffee.procname
        const [, connection, service] = /\.service((\d+)\.\d+\.[^.]+)\.procname$/.exec(key) ?? [];
        if (connection === undefined || service === undefined) continue;
        const process = stats.get(key);
        // It can have ended since.
        if (process === undefined) continue;
        connections.set(connection, this.#pair(services[Number(service)] ?? service, String(process)));
      }
      this.#connections = connections;
      this.#listed = now;
    }
    return closed;
  }

  #pair(service: string, process: string): ClientPair {
    const name = `${service} ${process}`;
    if (this.#pairs.size >= MOST_PAIRS && !this.#pairs.has(name)) return { service, process: OTHERS };
    this.#pairs.add(name);
    return { service, process };
  }
}
