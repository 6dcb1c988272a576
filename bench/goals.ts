import type { CellResult } from './measure-cell.ts';
import type { Memory } from './memory.ts';
import type { Measured } from './rounds.ts';
import { mean, quantile } from './statistics.ts';

/** What this program wants to reach, and whether it does. */
export interface Goal {
  readonly goal: string;
  readonly measured: string;
  /** What the calls into corosync alone come to, made from C; of memory, what the program is built on. */
  readonly floor?: string;
  /** Undefined: not measured in this run. */
  readonly met: boolean | undefined;
}

/** How often ours goes into theirs: by the medians of the time, and by all of the CPU time. */
export function advantage(theirs: Measured, ours: Measured): { readonly time: number; readonly cpu: number } {
  return { time: quantile(theirs.wall, 0.5) / quantile(ours.wall, 0.5), cpu: mean(theirs.cpu) / mean(ours.cpu) };
}

/** Holds the results against the goals. */
export function judge(results: readonly CellResult[], bare: Memory): Goal[] {
  const find = (nodes: number) => results.find(({ cell }) => cell.nodes === nodes && cell.links === 2);
  const [small, large] = [find(3), find(16)];
  const goal = (
    text: string,
    value: number | undefined,
    show: (value: number) => string,
    met: (value: number) => boolean,
  ) => ({
    goal: text,
    measured: value === undefined ? 'not measured' : show(value),
    met: value === undefined ? undefined : met(value),
  });
  const times = (value: number) => `${value.toFixed(1)} times`;
  const milliseconds = (value: number) => `${value.toFixed(1)} ms`;
  const megabytes = (value: number) => `${value.toFixed(0)} MB`;
  const median = (measured: Measured | undefined) => measured && 1000 * quantile(measured.wall, 0.5);
  const against = small && advantage(small.theirs, small.ours);
  const atBest = small && advantage(small.theirs, small.floor);
  // They run side by side: a scrape waits for the longer one.
  const [lane] = [...(small?.anatomy.lanes ?? [])].sort((a, b) => b.seconds - a.seconds);
  const pss = small?.ours.memory.map(({ pssAlone }) => pssAlone / 1e6) ?? [];
  const third = Math.ceil(pss.length / 3);
  const growth = pss.length === 0 ? undefined : mean(pss.slice(-third)) / mean(pss.slice(third, 2 * third)) - 1;
  return [
    {
      ...goal('3 nodes: a scrape takes a tenth of ha_cluster_exporter’s time', against?.time, times, (it) => it >= 10),
      ...(atBest && { floor: times(atBest.time) }),
    },
    {
      ...goal('3 nodes: it costs an eighth of its CPU time', against?.cpu, times, (it) => it >= 8),
      ...(atBest && { floor: times(atBest.cpu) }),
    },
    goal('3 nodes: the longer of the lanes takes at most twice its floor', lane?.ratio.median, times, (it) => it <= 2),
    goal(
      'idle, less than 0.2 % of a core',
      results.find(({ idle }) => idle !== undefined)?.idle?.ours,
      (value) => `${(100 * value).toFixed(2)} %`,
      (value) => value < 0.002,
    ),
    {
      ...goal(
        'memory (PSS, alone) of at most 80 MB',
        pss.length === 0 ? undefined : Math.max(...pss),
        megabytes,
        (it) => it <= 80,
      ),
      floor: megabytes(bare.pssAlone / 1e6),
    },
    goal(
      'memory is flat: the last third of the run within 5 % of the second',
      growth,
      (value) => `${(100 * value).toFixed(1)} %`,
      (value) => value <= 0.05,
    ),
    {
      ...goal('16 nodes: a scrape takes less than 20 ms (median)', median(large?.ours), milliseconds, (it) => it < 20),
      ...(large && { floor: milliseconds(median(large.floor) ?? 0) }),
    },
  ];
}
