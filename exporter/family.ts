import type { Registry } from 'prom-client';
import type { HistogramData, Metric, MetricType, Sample } from './collectors/metric.ts';

/** The exposition formats that we speak. */
export type Format = 'text' | 'openmetrics';

/** A line of an exposition as prom-client takes it; `metricName` where it differs from the family's. */
export interface Line {
  readonly metricName?: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

/** A metric with its values. */
export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: MetricType;
  readonly values: readonly Line[];
}

/** Groups samples by metric, in the order of first appearance; a series that is there twice is an error. */
export function families(samples: Iterable<Sample>): readonly Family[] {
  const byMetric = new Map<Metric, Line[]>();
  const seen = new Set<string>();
  for (const { metric, value, labels } of samples) {
    let series: string = metric.name;
    for (const label of metric.labels) series += `\0${labels[label]}`;
    if (seen.has(series)) throw new Error(`duplicate series ${metric.name}${JSON.stringify(labels)}`);
    seen.add(series);
    const lines = byMetric.get(metric) ?? [];
    byMetric.set(metric, lines);
    if (typeof value === 'object') lines.push(...histogramLines(metric.name, labels, value));
    else lines.push({ labels, value: Number(value) });
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

function histogramLines(name: string, labels: Line['labels'], { bounds, counts, sum, count }: HistogramData): Line[] {
  let below = 0;
  const buckets = bounds.map((bound, index) => {
    below += counts[index] ?? 0;
    return { metricName: `${name}_bucket`, labels: { ...labels, le: bound }, value: below };
  });
  return [
    ...buckets,
    { metricName: `${name}_bucket`, labels: { ...labels, le: '+Inf' }, value: count },
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: count },
  ];
}

/** OpenMetrics writes a bound of 1 as `1.0`. */
function withCanonicalBound(line: Line): Line {
  const { le } = line.labels;
  return typeof le === 'number' && Number.isInteger(le)
    ? { ...line, labels: { ...line.labels, le: le.toFixed(1) } }
    : line;
}
