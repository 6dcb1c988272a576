import type { AreaName, Areas, Reads, Snapshot, Statistic } from '../../src/monitor/snapshot.ts';

/** What a metric is in the exposition formats. */
export type MetricType = 'gauge' | 'counter' | 'histogram';

/** A metric as it is declared: its labels are part of its type. */
export interface Metric<Type extends MetricType = MetricType, Label extends string = string> {
  readonly type: Type;
  readonly name: string;
  readonly help: string;
  readonly labels: readonly Label[];
}

/** Observations counted elsewhere: `counts[i]` of at most `bounds[i]`, not cumulative, the last one those above all. */
export type HistogramData = Snapshot['cpg']['roundTrip'];

/** What the exporter knows of itself, for `corosync_exporter_build_info`. */
export interface BuildInfo {
  readonly version: string;
  readonly revision: string;
  readonly nodeVersion: string;
  readonly koffiVersion: string;
}

/** One value of a metric; 64-bit counters stay bigint until they are rendered. */
export interface Sample {
  readonly metric: Metric;
  readonly value: number | bigint | boolean | HistogramData;
  readonly labels: Readonly<Record<string, string | number>>;
}

/** One area of the exposition: what it may say, and what it says of a snapshot. */
export interface Collector {
  readonly name: string;
  /** Undefined: it is always on and has no switch. */
  readonly enabledByDefault: boolean | undefined;
  readonly metrics: readonly Metric[];
  /** What it needs to be read of corosync for each scrape. */
  readonly reads?: Reads;
  collect(snapshot: Snapshot, build: BuildInfo): Iterable<Sample>;
}

/** Declares a gauge. */
export const gauge = declare('gauge');
/** Declares a counter. */
export const counter = declare('counter');
/** Declares a histogram. */
export const histogram = declare('histogram');

/** A value of a metric, with exactly the labels that the metric declares. */
export function sample<Type extends MetricType, Label extends string>(
  metric: Metric<Type, Label>,
  value: Type extends 'histogram' ? HistogramData : number | bigint | boolean,
  ...labels: [Label] extends [never] ? [] : [labels: Readonly<Record<Label, string | number>>]
): Sample {
  return { metric, value, labels: labels[0] ?? {} };
}

/** What was read for this scrape, undefined if nothing could be; throws where corosync answers and the read failed. */
export function readOf<Name extends AreaName>({ areas }: Snapshot, name: Name): Areas[Name] | undefined {
  const area = areas[name];
  if (area?.error !== undefined) throw new Error(area.error);
  return area?.value;
}

/** A metric whose value is one statistic of corosync: a row of a table. */
export interface StatisticRow {
  /** The key or field to read. */
  readonly key: string;
  readonly metric: Metric;
  sample(value: Statistic): Sample;
}

/** The row of a statistic, with the labels that this one has. */
export function row<Type extends 'gauge' | 'counter', Label extends string>(
  key: string,
  metric: Metric<Type, Label>,
  labels: Readonly<Record<Label, string | number>>,
): StatisticRow {
  return { key, metric, sample: (value) => ({ metric, value, labels }) };
}

/** The same of one that corosync counts in parts of a second. */
export function inSeconds(perSecond: number, { key, metric, sample }: StatisticRow): StatisticRow {
  return { key, metric, sample: (value) => sample(Number(value) / perSecond) };
}

/** What the rows say of these statistics; one that corosync lacks is left out. */
export function* rowSamples(
  rows: readonly StatisticRow[],
  statistics: Readonly<Record<string, unknown>>,
): Iterable<Sample> {
  for (const { key, sample } of rows) {
    const value = statistics[key];
    if (typeof value === 'number' || typeof value === 'bigint') yield sample(value);
  }
}

function declare<Type extends MetricType>(type: Type) {
  return <const Label extends string = never>(
    name: string,
    help: string,
    labels: readonly Label[] = [],
  ): Metric<Type, Label> => ({ type, name, help, labels });
}
