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

/** Totem forms every membership between these two (exec/totemsrp.c). */
const forming: readonly string[] = ['gather_entered', 'operational_entered'].map((name) => `stats.srp.${name}`);
/** These change only on the way from the one to the other. */
const whileForming: readonly string[] = [
  ...['commit_entered', 'recovery_entered', 'memb_join_tx', 'memb_commit_token_tx'],
  ...['operational_token_lost', 'gather_token_lost', 'commit_token_lost', 'recovery_token_lost'],
  ...['consensus_timeouts', 'continuous_gather'],
].map((name) => `stats.srp.${name}`);

type Statistics = Readonly<Record<string, Statistic>>;

/** The statistics of totem, of which some are read only when corosync can have computed or counted something new. */
export class TotemStatistics {
  #computed: { readonly until: number; readonly statistics: Statistics } | undefined;
  #formed:
    | { readonly entered: string; readonly since: number; readonly last: boolean; readonly statistics: Statistics }
    | undefined;

  /**
   * `now` in milliseconds, as `longest`: how long totem can be at forming a membership without beginning anew, where that
   * is known.
   */
  read(stats: CmapApi, keys: readonly string[], now: number, longest: number | undefined): Record<string, Statistic> {
    if (this.#computed === undefined || now >= this.#computed.until) {
      const slow = keys.filter((key) => computedOnTimer.includes(key));
      const statistics = readStatistics(stats, slow);
      if (statistics[TOKEN_AGE] !== undefined) statistics[TOKEN_AGE] = Number(statistics[TOKEN_AGE]) % TOKEN_CLOCK;
      this.#computed = { until: now + TIMER, statistics };
    }
    const fast = keys.filter((key) => !computedOnTimer.includes(key) && !whileForming.includes(key));
    const current = readStatistics(stats, fast);
    return { ...this.#computed.statistics, ...current, ...this.#whileForming(stats, keys, current, now, longest) };
  }

  /** Forgets what another corosync told. */
  reset(): void {
    this.#computed = undefined;
    this.#formed = undefined;
  }

  /** Read for the last time once nothing has begun or ended for long enough. */
  #whileForming(
    stats: CmapApi,
    keys: readonly string[],
    current: Statistics,
    now: number,
    longest = Number.POSITIVE_INFINITY,
  ): Statistics {
    const entered = forming.map((key) => current[key]).join();
    const before = this.#formed?.entered === entered ? this.#formed : undefined;
    if (before?.last) return before.statistics;
    const since = before?.since ?? now;
    const known = forming.every((key) => current[key] !== undefined);
    const wanted = keys.filter((key) => whileForming.includes(key));
    this.#formed = { entered, since, last: known && now - since >= longest, statistics: readStatistics(stats, wanted) };
    return this.#formed.statistics;
  }
}
