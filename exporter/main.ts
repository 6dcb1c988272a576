#!/usr/bin/env -S node --max-semi-space-size=2 --max-old-space-size=64 --v8-pool-size=1 --compact-on-every-full-gc
import { exitNow } from '../src/monitor/exit-now.ts';
import { Monitor } from '../src/monitor/monitor.ts';
import { printAddress } from './address.ts';
import { readBuildInfo } from './build-info.ts';
import { type CommandLine, helpText, parseCommandLine, versionText } from './cli.ts';
import type { BuildInfo } from './collectors/metric.ts';
import { loadConfig } from './config.ts';
import { ConfigError } from './config-error.ts';
import type { Config } from './config-schema.ts';
import { demoConfig, demoNodes } from './demo.ts';
import { consult } from './doctor/consult.ts';
import { report, reportJson, statusOf } from './doctor/report.ts';
import { type Exporter, enabledCollectors, monitorOptions, startExporter } from './exporter.ts';
import { createLog, type Log } from './log.ts';
import { readOnce } from './once.ts';
import { measureOwnProcess } from './own-process.ts';
import { nameProcess } from './process-name.ts';
import { createRender } from './scrape.ts';
import { ListenError } from './server.ts';
import { inheritedSockets } from './systemd/inherited-sockets.ts';
import { serviceManager } from './systemd/notify.ts';
import { openWebAccess } from './web/access.ts';
import { loadWebSettings } from './web/settings.ts';

const onceDeadline = 3000;
const stopDeadline = 1000;

/** How the process ends; `held`: corosync holds a lane, which process.exit would wait for. */
interface Ending {
  readonly status: number;
  readonly held?: boolean;
}

process.on('uncaughtException', (error: unknown) => {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`corosync-exporter: internal error: ${text.replace(/\s*\n\s*/g, ' | ')}\n`);
  exitNow(1);
});
// Whoever read our output is gone: no reason to stop, and print() hears of it by itself.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

const { status, held } = await main(process.argv.slice(2));
if (held) exitNow(status);
process.exitCode = status;

async function main(args: readonly string[]): Promise<Ending> {
  try {
    const command = parseCommandLine(args);
    if (command.action === 'help') return await print(helpText());
    const build = readBuildInfo();
    if (command.action === 'version') return await print(versionText(build));
    const config = loadConfig(command.configFile, command.settings);
    if (command.action === 'check') return await check(config);
    const log = createLog(config.log, (line) => process.stderr.write(line));
    nameProcess();
    if (command.action === 'doctor') return await doctor(config, command, build);
    const life = command.action === 'once' ? once : serve;
    return await life(config, command, build, command.demo ? log.with({ simulated: true }) : log);
  } catch (error) {
    if (!(error instanceof ConfigError || error instanceof ListenError)) throw error;
    process.stderr.write(`corosync-exporter: ${error.message}\n`);
    // A lane that corosync holds would keep the process for as long as it does.
    return { status: error instanceof ConfigError ? 2 : 1, held: error instanceof ListenError };
  }
}

async function check({ web }: Config): Promise<Ending> {
  if (web.config_file !== undefined) loadWebSettings(web.config_file);
  return print('The configuration is valid.\n');
}

async function serve(config: Config, command: CommandLine, build: BuildInfo, log: Log): Promise<Ending> {
  log.info('Starting corosync-exporter', {
    version: build.version,
    revision: build.revision,
    node_version: build.nodeVersion,
    config_file: command.configFile ?? 'none',
  });
  const stopped = firstOf('SIGTERM', 'SIGINT');
  const ownProcess = measureOwnProcess();
  const manager = serviceManager(process.env, process.pid);
  const sockets = command.systemdSocket ? inheritedSockets(process.env, process.pid) : [];
  const exporters: Exporter[] = [];
  const { config_file: webFile } = config.web;
  const access = webFile === undefined ? undefined : openWebAccess(webFile, log);
  const scheme = access?.scheme ?? 'http';
  const start = async (one: Config, nodeLog: Log, simulation?: { nodeid: number; startedAt: number }) => {
    const exporter = await startExporter({
      config: one,
      build,
      log: nodeLog,
      ownProcess,
      sockets,
      access,
      ...(simulation && { simulation }),
    });
    exporters.push(exporter);
    for (const address of exporter.addresses) {
      nodeLog.info('Listening', { address: printAddress(address), path: one.web.telemetry_path });
    }
  };
  if (command.demo) {
    const startedAt = Date.now();
    for (const nodeid of demoNodes)
      await start(demoConfig(config, nodeid), log.with({ simulated_node: nodeid }), { nodeid, startedAt });
    log.info('Look at the demo with a browser or curl; end it with Ctrl-C', {
      urls: exporters
        .map(({ addresses: [first] }) => `${scheme}://${first?.host ?? 'localhost'}:${first?.port}/`)
        .join(' '),
    });
  } else {
    await start(config, log);
  }
  const addresses = exporters.flatMap((exporter) => exporter.addresses).map(printAddress);
  manager.ready(`Listening on ${addresses.join(' ')}`);
  const signal = await stopped;
  manager.stopping();
  log.info('Shutting down', { signal });
  const ended = await Promise.all(exporters.map((exporter) => exporter.close()));
  await access?.close();
  return { status: 0, held: ended.includes(false) };
}

/** One exposition on stdout, and nothing else there. */
async function once(config: Config, { demo }: CommandLine, build: BuildInfo, log: Log): Promise<Ending> {
  const simulation = demo ? { nodeid: demoNodes[0], startedAt: Date.now() } : undefined;
  const monitor = Monitor.start({ ...monitorOptions(config, simulation), log });
  const render = createRender({ collectors: enabledCollectors(config), build, log });
  const snapshot = await readOnce(monitor, onceDeadline);
  const { status } = await print(await render(snapshot, 'text'));
  const ended = await monitor.stop(stopDeadline);
  return { status: snapshot.up ? status : 1, held: !ended };
}

/** What is wrong on this node, on stdout. */
async function doctor(config: Config, { demo, json }: CommandLine, build: BuildInfo): Promise<Ending> {
  const simulation = demo ? { nodeid: demoNodes[0], startedAt: Date.now() } : undefined;
  const { findings, held } = await consult(config, build, simulation);
  const { status } = await print(json ? reportJson(findings) : report(findings));
  return { status: status || statusOf(findings), held };
}

/** Resolves with the first signal; a second one finds no handler and ends the process at once. */
function firstOf(...signals: readonly NodeJS.Signals[]): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    const onSignal = (signal: NodeJS.Signals) => {
      for (const each of signals) process.removeListener(each, onSignal);
      resolve(signal);
    };
    for (const each of signals) process.on(each, onSignal);
  });
}

/** Writes to stdout; resolved once it is written, as a pipe would lose what is left at the exit. */
function print(text: string): Promise<Ending> {
  return new Promise((resolve) => {
    process.stdout.write(text, (error) => resolve({ status: error ? 1 : 0 }));
  });
}
