import { readFileSync } from 'node:fs';
import type { CmapApi } from '../corosync/bindings.ts';
import type { ClientConnection, ClientPair, Clients } from './areas.ts';
import { readStatistics } from './read-statistics.ts';

const PREFIX = 'stats.ipcs.service';

/** By service id: the order of corosync's service engines. */
const services = ['cmap', 'cfg', 'cpg', 'quorum', 'pload', 'votequorum', 'mon', 'wd'];

/** Names come from programs, and each is a label: the programs after so many are shown as one. */
const MOST_PAIRS = 200;
const OTHERS = '(others)';

/** What is read of our own connections: all of it would be a third of what a scrape asks of a small cluster. */
export const ofOurOwn: readonly string[] = ['requests', 'queued'];

/** A connection by its place among the keys. */
interface Listed {
  readonly pair: ClientPair;
  readonly own: boolean;
}

/** Reads the clients of corosync's IPC; which there are is listed anew only when one came or went. */
export class ClientReader {
  /** How many had come and gone when they were listed. */
  #listed: string | undefined;
  #connections = new Map<string, Listed>();
  readonly #pairs = new Set<string>();

  read(stats: CmapApi, fields: readonly string[]): Clients {
    const closed = this.#list(stats);
    const connections: ClientConnection[] = [];
    for (const [key, { pair, own }] of this.#connections) {
      const prefix = `${PREFIX}${key}.`;
      const read = own ? fields.filter((field) => ofOurOwn.includes(field)) : fields;
      const found = readStatistics(
        stats,
        read.map((field) => prefix + field),
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
      const connections = new Map<string, Listed>();
      for (const key of stats.keys(PREFIX)) {
        // service2.1234.0x55d0c0ffee.procname
        const [, connection, service, pid] = /\.service((\d+)\.(\d+)\.[^.]+)\.procname$/.exec(key) ?? [];
        if (connection === undefined || service === undefined) continue;
        const name = stats.get(key);
        // It can have ended since.
        if (name === undefined) continue;
        const pair = this.#pair(services[Number(service)] ?? service, String(name));
        connections.set(connection, { pair, own: isOwn(Number(pid), String(name)) });
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

/** By pid and name: in another pid namespace than corosync's the pid may be that of somebody else. */
function isOwn(pid: number, name: string): boolean {
  return pid === process.pid && name === readFileSync('/proc/self/comm', 'utf8').trimEnd();
}
