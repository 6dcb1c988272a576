import type { Snapshot } from '../../src/monitor/snapshot.ts';

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

function declare<Type extends MetricType>(type: Type) {
  return <const Label extends string = never>(
    name: string,
    help: string,
    labels: readonly Label[] = [],
  ): Metric<Type, Label> => ({ type, name, help, labels });
}
