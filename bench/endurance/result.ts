import { execFileSync } from 'node:child_process';
import { cpus, release, totalmem } from 'node:os';
import { commit } from '../../test/commit.ts';
import { type Growing, growing, growthPerHour, type Holding } from './growth.ts';
import { compareLinks, type LinkComparison } from './links.ts';
import type { Plan } from './plan.ts';
import type { Run } from './run.ts';
import { type Comparison, compareMemberships } from './transitions.ts';

/** Milliseconds. */
export type Latencies = Readonly<Record<'count' | 'p50' | 'p99' | 'max', number>>;

/** What one run found. */
export interface Result {
  readonly date: string;
  readonly seconds: number;
  readonly endedEarly: boolean;
  /** What is to be known to read the figures: written into endurance.json by hand. */
  readonly remark?: string;
  readonly machine: string;
  readonly versions: string;
  readonly steps: Readonly<Record<string, number>>;
  readonly restarts: { readonly planned: number; readonly done: number; readonly kills: number };
  readonly scrapes: { readonly planned: number; readonly done: number };
  readonly latencies: { readonly all: Latencies; readonly up: Latencies };
  readonly scrapeProblems: readonly { readonly time: number; readonly problem: string }[];
  readonly memberships: Comparison;
  readonly links: LinkComparison;
  /** The exporter's counters at the end that are not what the observer makes them. */
  readonly counters: readonly string[];
  /** Rings in corosync's log, and those of them that the observer was told of. */
  readonly corosyncLog: { readonly rings: number; readonly notified: number };
  readonly begin: Holding | undefined;
  readonly end: Holding | undefined;
  readonly growth: Record<Growing, number | undefined>;
  readonly leftByKills: readonly number[];
  readonly problems: readonly string[];
  /** What it held in between. */
  readonly samples: readonly Holding[];
}

/** All that was recorded; `begin` and `end` are what the exporter held with nobody scraping. */
export type Recorded = Pick<
  Run,
  | ('lives' | 'observed' | 'told' | 'logged' | 'values' | 'latencies' | 'latenciesUp' | 'scrapeProblems' | 'samples')
  | ('steps' | 'stopped' | 'leftByKills' | 'problems')
> & { readonly begin: Holding | undefined; readonly end: Holding | undefined };

/** Evaluates a run that has ended. */
export function evaluate(run: Recorded, plan: Omit<Plan, 'steps'>): Result {
  const { logged, told } = run; // not read twice
  const memberships = compareMemberships(run.lives, run.observed, told);
  const begin = run.begin?.time ?? 0;
  const end = run.end?.time ?? Date.now() / 1000;
  const warm = run.samples.filter(({ time }) => time >= begin + plan.warmUp && time < end - 1);
  const seconds = end - begin;
  const rings = logged.flatMap((one) => (one.kind === 'ring' ? [one.ring] : []));
  const notified = new Set(run.observed.flatMap((one) => ('ring' in one ? [one.ring] : [])));
  return {
    date: new Date().toISOString().slice(0, 10),
    seconds,
    endedEarly: run.stopped,
    machine: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Linux ${release()}`,
    versions: `commit ${commit()}, corosync ${corosyncVersion()}, Node.js ${process.versions.node}`,
    steps: run.steps,
    restarts: {
      planned: plan.cycles,
      done: run.lives.length - 1,
      kills: run.lives.filter(({ signal }) => signal === 'SIGKILL').length,
    },
    scrapes: {
      planned: Math.floor(plan.cycles * plan.cycle * plan.rate),
      done: run.latencies.length,
    },
    latencies: { all: quantiles(run.latencies), up: quantiles(run.latenciesUp) },
    scrapeProblems: run.scrapeProblems,
    memberships,
    links: compareLinks(run.lives, logged, told, run.values, end),
    counters: wrongCounters(memberships, run.values.at(-1)?.values ?? {}),
    corosyncLog: { rings: rings.length, notified: rings.filter((ring) => notified.has(ring)).length },
    begin: run.begin,
    end: run.end,
    growth: Object.fromEntries(
      growing.map((what) => [what, growthPerHour(warm, what, plan.window)]),
    ) as Result['growth'],
    leftByKills: run.leftByKills,
    problems: run.problems,
    samples: run.samples.filter((_, index) => index % 10 === 0),
  };
}

function quantiles(latencies: readonly number[]): Latencies {
  const sorted = latencies.toSorted((a, b) => a - b);
  const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0;
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), max: sorted.at(-1) ?? 0 };
}

/** The counters live as long as the exporter: over all restarts they must be what the observer counted. */
function wrongCounters(
  { memberships, transitions, joins, leaves }: Comparison,
  values: Readonly<Record<string, number>>,
): string[] {
  const turned = (to: string) => values[`corosync_quorum_transitions_total{to="${to}"}`] ?? Number.NaN;
  const of = (what: string, node: number) =>
    values[`corosync_membership_node_${what}_total{node_id="${node}",node="node${node}"}`] ?? Number.NaN;
  const rows: [string, number, number][] = [
    ['corosync_membership_changes_total', values.corosync_membership_changes_total ?? Number.NaN, memberships.expected],
    ['corosync_quorum_transitions_total', turned('quorate') + turned('inquorate'), transitions.expected],
    ...[1, 2, 3].flatMap((node): [string, number, number][] => [
      [`corosync_membership_node_joins_total of node ${node}`, of('joins', node), joins[node] ?? 0],
      [`corosync_membership_node_leaves_total of node ${node}`, of('leaves', node), leaves[node] ?? 0],
    ]),
  ];
  return rows.flatMap(([name, is, expected]) => (is === expected ? [] : [`${name} is ${is}, not ${expected}`]));
}

function corosyncVersion(): string {
  return /\d+\.\d+\.\d+/.exec(execFileSync('corosync', ['-v'], { encoding: 'utf8' }))?.[0] ?? 'unknown';
}
