import type { RequestListener, ServerResponse } from 'node:http';
import type { AreaName, Reads } from '../src/monitor/areas.ts';
import { Monitor } from '../src/monitor/monitor.ts';
import type { MonitorOptions } from '../src/monitor/options.ts';
import type { ListenAddress } from './address.ts';
import { createApp } from './app.ts';
import { collectors } from './collectors/index.ts';
import type { BuildInfo, Collector } from './collectors/metric.ts';
import type { Config } from './config-schema.ts';
import type { Log } from './log.ts';
import type { ScrapeOptions } from './scrape.ts';
import { createRender } from './scrape.ts';
import { listen } from './server.ts';
import type { InheritedSocket } from './systemd/inherited-sockets.ts';
import type { WebAccess } from './web/access.ts';

/** Corosync may hold a lane for as long as it is frozen; nobody waits longer than this for it to end. */
const stopDeadline = 1000;

/** A monitor with the web server that shows what it sees. */
export interface Exporter {
  readonly addresses: readonly ListenAddress[];
  /** Ends both; false if corosync still holds a lane, so that only exitNow ends the process. */
  close(): Promise<boolean>;
}

/** What one exporter is started with. */
export interface ExporterOptions {
  readonly config: Config;
  readonly build: BuildInfo;
  readonly log: Log;
  readonly ownProcess: NonNullable<ScrapeOptions['ownProcess']>;
  readonly simulation?: MonitorOptions['simulation'];
  /** To serve instead of the addresses of the configuration. */
  readonly sockets?: readonly InheritedSocket[];
  /** Without it plain HTTP for everybody. */
  readonly access?: WebAccess | undefined;
}

/** Listens, and only then starts the monitor: where the port is taken corosync does not hear of us. */
export async function startExporter({
  config,
  build,
  log,
  ownProcess,
  simulation,
  sockets = [],
  access,
}: ExporterOptions): Promise<Exporter> {
  let app: RequestListener = notYet;
  const handler: RequestListener = (request, response) => app(request, response);
  const served = sockets.length > 0 ? sockets : config.web.listen_addresses;
  const server = await listen(access?.guard(handler) ?? handler, served, { create: access?.createServer, log });
  const options = monitorOptions(config, simulation);
  const monitor = Monitor.start({ ...options, log });
  const render = createRender({ collectors: enabledCollectors(config), build, log, ownProcess });
  const telemetryPath = config.web.telemetry_path;
  app = createApp({
    monitor,
    render,
    telemetryPath,
    version: build.version,
    log,
    reads: options.reads,
    stillAllowed: access?.stillAllowed,
  });
  return {
    addresses: server.addresses,
    async close() {
      await server.close();
      return monitor.stop(stopDeadline);
    },
  };
}

/** Who asks while the other addresses are still to be listened on. */
function notYet(_: unknown, response: ServerResponse): void {
  response.writeHead(503, { 'Content-Type': 'text/plain; charset=utf-8', 'Retry-After': '1' }).end('Starting.\n');
}

/** The configuration in the monitor's words. */
export function monitorOptions(config: Config, simulation?: MonitorOptions['simulation']): MonitorOptions {
  return {
    dispatchInterval: config.dispatch.interval,
    probeTimeout: config.probe.timeout,
    cpg: { join: config.cpg.join, probeInterval: config.cpg.probe_interval },
    reads: mergeReads(enabledCollectors(config)),
    trafficLimit: config.links.traffic_limit,
    pidFile: config.corosync.pid_file,
    ...(simulation && { simulation }),
  };
}

/** The collectors that are switched on, and those that have no switch. */
export function enabledCollectors(config: Config): readonly Collector[] {
  return collectors.filter(({ name }) => config.collectors[name] ?? true);
}

/** All that the collectors need to be read. */
function mergeReads(enabled: readonly Collector[]): Reads {
  const merged: Partial<Record<AreaName, string[]>> = {};
  for (const { reads = {} } of enabled) {
    for (const [area, names] of Object.entries(reads) as [AreaName, readonly string[]][]) {
      merged[area] = [...new Set([...(merged[area] ?? []), ...names])];
    }
  }
  return merged;
}
