import { collectDefaultMetrics, Registry } from 'prom-client';
import type { Family, Line } from './family.ts';

/** Starts measuring our own process; the metrics have the names that every Node.js program gives them. */
export function measureOwnProcess(): () => Promise<readonly Family[]> {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return async () => {
    const metrics = await registry.getMetricsAsJSON();
    // Only values leave this registry: rendered as OpenMetrics, its own objects would lose `_total` in every later text.
    return metrics.map(({ name, help, type, ...rest }) => ({
      name,
      help: help.endsWith('.') ? help : `${help}.`,
      type: type as unknown as Family['type'],
      values: (rest as { readonly values?: readonly Line[] }).values ?? [],
    }));
  };
}
