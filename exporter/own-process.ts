import { collectDefaultMetrics, Registry } from 'prom-client';
import type { Family, Line } from './family.ts';

/** Milliseconds; prom-client watches the delay of the event loop with a timer, of which nobody here reads the result. */
const never = 3_600_000;
const none = {};

/**
 * Starts measuring our own process: the metrics that every client library has. Those of Node.js are left out: to read
 * them took more than a quarter of what this thread does for a scrape.
 */
export function measureOwnProcess(): () => Promise<readonly Family[]> {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: never });
  for (const { name } of registry.getMetricsAsArray()) {
    if (!name.startsWith('process_')) registry.removeSingleMetric(name);
  }
  return async () => {
    const metrics = await registry.getMetricsAsJSON();
    // Only values leave this registry: rendered as OpenMetrics, its own objects would lose `_total` in every later text.
    return metrics.map(({ name, help, type, ...rest }) => ({
      name,
      help: help.endsWith('.') ? help : `${help}.`,
      type: type as unknown as Family['type'],
      values: ((rest as { readonly values?: readonly Omit<Line, 'sharedLabels'>[] }).values ?? []).map((line) => ({
        ...line,
        sharedLabels: none,
      })),
    }));
  };
}
