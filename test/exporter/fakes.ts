import type { BuildInfo, Collector } from '../../exporter/collectors/metric.ts';
import type { Log, LogFields } from '../../exporter/log.ts';
import { createRender } from '../../exporter/scrape.ts';

export const build: BuildInfo = { version: '1.2.3', revision: 'abc', nodeVersion: 'v20.0.0', koffiVersion: '3.0.0' };

/** A log that keeps its lines. */
export function fakeLog() {
  const lines: string[] = [];
  const at =
    (level: string) =>
    (message: string, fields: LogFields = {}) => {
      lines.push(`${level} ${message} ${JSON.stringify(fields)}`);
    };
  const log: Log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error'), with: () => log };
  return { log, lines };
}

/** A rendering that does not depend on the clock. */
export function stableRender(collectors: readonly Collector[]) {
  const render = createRender({ collectors, build, log: fakeLog().log });
  return async (...args: Parameters<typeof render>) =>
    (await render(...args)).replace(/^(corosync_exporter_collector_duration_seconds\S+) .*$/gm, '$1 0.001');
}
