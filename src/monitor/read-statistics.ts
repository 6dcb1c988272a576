import type { CmapApi } from '../corosync/bindings.ts';
import type { Statistic } from './areas.ts';

/** Reads these keys by name; one that this corosync lacks is left out. */
export function readStatistics(map: CmapApi, keys: readonly string[]): Record<string, Statistic> {
  const statistics: Record<string, Statistic> = {};
  for (const key of keys) {
    const value = map.get(key);
    if (typeof value === 'number' || typeof value === 'bigint') statistics[key] = value;
  }
  return statistics;
}

const TOKEN_AGE = 'stats.srp.time_since_token_last_received';
/** Before 3.1.9 corosync subtracts 32 bits of a clock in milliseconds from all of it: wrong after 49.7 days. */
const TOKEN_CLOCK = 2 ** 32;

/** corosync computes these on a timer of its own, every so many milliseconds: reading them sooner tells nothing new. */
const TIMER = 1_500;
const computedOnTimer: readonly string[] = [
  'stats.srp.firewall_enabled_or_nic_failure',
  'stats.srp.mtt_rx_token',
  'stats.srp.avg_token_workload',
  'stats.srp.avg_backlog_calc',
  TOKEN_AGE,
];

/** The statistics of totem, of which some are read no more often than corosync computes them. */
export class TotemStatistics {
  #computed: { readonly until: number; readonly statistics: Readonly<Record<string, Statistic>> } | undefined;

  /** `now` in milliseconds. */
  read(stats: CmapApi, keys: readonly string[], now: number): Record<string, Statistic> {
    if (this.#computed === undefined || now >= this.#computed.until) {
      const slow = keys.filter((key) => computedOnTimer.includes(key));
      const statistics = readStatistics(stats, slow);
      if (statistics[TOKEN_AGE] !== undefined) statistics[TOKEN_AGE] = Number(statistics[TOKEN_AGE]) % TOKEN_CLOCK;
      this.#computed = { until: now + TIMER, statistics };
    }
    const fast = keys.filter((key) => !computedOnTimer.includes(key));
    return { ...this.#computed.statistics, ...readStatistics(stats, fast) };
  }

  /** Forgets what another corosync told. */
  reset(): void {
    this.#computed = undefined;
  }
}
