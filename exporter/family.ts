import type { Registry } from 'prom-client';
import type { HistogramData, Metric, MetricType, Sample } from './collectors/metric.ts';
import { LabelSets, type Labels } from './label-sets.ts';

/** The exposition formats that we speak. */
export type Format = 'text' | 'openmetrics';

/** A line of an exposition as prom-client takes it; `metricName` where it differs from the family's. */
export interface Line {
  readonly metricName?: string;
  /** Besides the shared ones. */
  readonly labels: Labels;
  /** An object that is the same in each scrape. */
  readonly sharedLabels: Labels;
  readonly value: number;
}

/** A metric with its values. */
export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: MetricType;
  readonly values: readonly Line[];
}

const none: Labels = {};

/** Groups samples by metric, in the order of first appearance; a series that is there twice is an error. */
export function families(samples: Iterable<Sample>, sets = new LabelSets()): readonly Family[] {
  const byMetric = new Map<Metric, Line[]>();
  for (const { metric, value, labels } of samples) {
    let series: string = metric.name;
    for (const label of metric.labels) series += `\0${labels[label]}`;
    const sharedLabels = sets.of(series, labels);
    const lines = byMetric.get(metric) ?? [];
    byMetric.set(metric, lines);
    if (typeof value === 'object') lines.push(...histogramLines(metric.name, sharedLabels, value));
    else lines.push({ labels: none, sharedLabels, value: Number(value) });
  }
  return [...byMetric].map(([{ name, help, type }, values]) => ({ name, help, type, values }));
}

/** Registers a family for one rendering. */
export function register(registry: Registry, family: Family, format: Format): void {
  const metric = {
    ...family,
    values: format === 'openmetrics' ? family.values.map(withCanonicalBound) : family.values,
    // For OpenMetrics prom-client takes `_total` off the name of the registered object for good, so the object lives
    // for this rendering only and answers with its name of then.
    async get() {
      return this;
    },
  };
  // The registry renders whatever has a name and get(); its declared type names its own classes only.
  registry.registerMetric(metric as unknown as Parameters<Registry['registerMetric']>[0]);
}

function histogramLines(name: string, sharedLabels: Labels, { bounds, counts, sum, count }: HistogramData): Line[] {
  let below = 0;
  const line = (suffix: string, value: number, labels = none) => ({
    metricName: `${name}_${suffix}`,
    labels,
    sharedLabels,
    value,
  });
  const buckets = bounds.map((le, index) => {
    below += counts[index] ?? 0;
    return line('bucket', below, { le });
  });
  return [...buckets, line('bucket', count, { le: '+Inf' }), line('sum', sum), line('count', count)];
}

/** OpenMetrics writes a bound of 1 as `1.0`. */
function withCanonicalBound(line: Line): Line {
  const { le } = line.labels;
  return typeof le === 'number' && Number.isInteger(le)
    ? { ...line, labels: { ...line.labels, le: le.toFixed(1) } }
    : line;
}
