/** What is said of a set of measurements. */
export interface Summary {
  readonly p50: number;
  readonly p90: number;
  readonly mean: number;
}

export function summary(values: readonly number[]): Summary {
  return { p50: quantile(values, 0.5), p90: quantile(values, 0.9), mean: mean(values) };
}

/** The smallest value that this part of them does not exceed; NaN of none. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? Number.NaN;
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** How often `ours` goes into `theirs`, pair by pair: what slows both for a while changes nothing. */
export function ratios(theirs: readonly number[], ours: readonly number[]) {
  const pairs = theirs.map((value, index) => value / (ours[index] ?? Number.NaN));
  return { low: quantile(pairs, 0.1), median: quantile(pairs, 0.5), high: quantile(pairs, 0.9) };
}
