import type { Clients, Statistic } from './areas.ts';
import type { ClientTotals } from './snapshot.ts';

/** What clients of corosync's IPC have counted: corosync forgets a connection's counters when it ends, we do not. */
export interface ClientHistory {
  /** By pair of service and program. */
  readonly totals: Readonly<Record<string, ClientTotals>>;
  /** What each connection that is open had counted when it was last read; undefined before the first time. */
  readonly connections: Readonly<Record<string, Readonly<Record<string, Statistic>>>> | undefined;
}

export const emptyClientHistory: ClientHistory = { totals: {}, connections: undefined };

/**
 * Adds what each connection has counted since it was last read, from its beginning if that is new; a counter that fell
 * is that of a new connection. What was counted before the first read is not added: after a restart of the exporter the
 * totals would begin with what is left of the old ones, and Prometheus take that for an increase.
 */
export function recordClients(history: ClientHistory, { connections }: Clients): ClientHistory {
  const totals: Record<string, ClientTotals> = { ...history.totals };
  for (const { key, pair, statistics } of connections) {
    const before = history.connections === undefined ? statistics : (history.connections[key] ?? {});
    const name = `${pair.service} ${pair.process}`;
    const sums: Record<string, Statistic> = { ...totals[name]?.totals };
    for (const [field, value] of Object.entries(statistics)) {
      sums[field] = BigInt(sums[field] ?? 0) + growth(before[field], value);
    }
    totals[name] = { ...pair, totals: sums };
  }
  return { totals, connections: Object.fromEntries(connections.map(({ key, statistics }) => [key, statistics])) };
}

function growth(before: Statistic | undefined, now: Statistic): bigint {
  const grown = BigInt(now) - BigInt(before ?? 0);
  return grown < 0n ? BigInt(now) : grown;
}
