import { performance } from 'node:perf_hooks';
import { Registry } from 'prom-client';
import type { AreaName, Snapshot } from '../src/monitor/snapshot.ts';
import { type BuildInfo, type Collector, gauge, type Sample, sample } from './collectors/metric.ts';
import { type Family, type Format, families, register } from './family.ts';
import { LabelSets } from './label-sets.ts';
import type { Log } from './log.ts';

const collectorSuccess = gauge(
  'corosync_exporter_collector_success',
  '1 if the collector read and rendered its area, 0 if it failed and its metrics are left out; the log says why.',
  ['collector'],
);
const collectorDuration = gauge(
  'corosync_exporter_collector_duration_seconds',
  'Time in seconds that it took to read of corosync what the collector shows, where that is read for each scrape, and to render it.',
  ['collector'],
);

/** What a scrape says of itself. */
export const scrapeMetrics = [collectorSuccess, collectorDuration];

/** The Content-Type of each format. */
export const contentTypes: Readonly<Record<Format, string>> = {
  text: Registry.PROMETHEUS_CONTENT_TYPE,
  openmetrics: Registry.OPENMETRICS_CONTENT_TYPE,
};

/** Renders a snapshot as an exposition, as soon as it is there. */
export type Render = (reading: Snapshot | Promise<Snapshot>, format: Format) => Promise<string>;

/** What a rendering is made of. */
export interface ScrapeOptions {
  readonly collectors: readonly Collector[];
  readonly build: BuildInfo;
  readonly log: Log;
  /** The metrics of our own process, `process_*`. */
  readonly ownProcess?: () => Promise<readonly Family[]>;
}

/** Prepares the rendering of snapshots: a collector that fails is left out, reported and logged once per change. */
export function createRender({ collectors, build, log, ownProcess }: ScrapeOptions): Render {
  const failures = new Map<string, string>();
  const sets = new LabelSets();

  function run(collector: Collector, snapshot: Snapshot, registry: Registry): readonly Family[] | undefined {
    try {
      const result = families(collector.collect(snapshot, build), sets);
      const taken = result.find(({ name }) => registry.getSingleMetric(name) !== undefined);
      if (taken !== undefined) throw new Error(`another collector has rendered ${taken.name} already`);
      if (failures.delete(collector.name)) log.info('Collector works again', { collector: collector.name });
      return result;
    } catch (error) {
      const err = error instanceof Error ? error.message : String(error);
      if (failures.get(collector.name) !== err) log.error('Collector failed', { collector: collector.name, err });
      failures.set(collector.name, err);
      return undefined;
    }
  }

  return async (reading, format) => {
    // Measured while the lanes read corosync: this thread has nothing else to do meanwhile.
    const own = ownProcess?.();
    const snapshot = await reading;
    sets.sweep();
    const registry = new Registry();
    if (format === 'openmetrics') registry.setContentType(contentTypes.openmetrics as typeof registry.contentType);
    const outcome: Sample[] = [];
    for (const collector of collectors) {
      const begin = performance.now();
      const rendered = run(collector, snapshot, registry);
      for (const family of rendered ?? []) register(registry, family, format);
      outcome.push(sample(collectorSuccess, rendered !== undefined, { collector: collector.name }));
      const seconds = readSeconds(collector, snapshot) + (performance.now() - begin) / 1000;
      outcome.push(sample(collectorDuration, seconds, { collector: collector.name }));
    }
    for (const family of families(outcome, sets)) register(registry, family, format);
    for (const family of (await own) ?? []) register(registry, family, format);
    return registry.metrics();
  };
}

function readSeconds({ reads = {} }: Collector, { areas }: Snapshot): number {
  return (Object.keys(reads) as AreaName[]).reduce((sum, area) => sum + (areas[area]?.seconds ?? 0), 0);
}
