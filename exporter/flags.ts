import { collectors } from './collectors/index.ts';
import type { FlagSetting } from './config.ts';

/** A flag of the command line. */
export interface Flag {
  readonly name: string;
  /** What its value is, for the help; a switch has none. */
  readonly value?: string;
  /** The setting that it gives, and how. */
  readonly setting?: { readonly path: FlagSetting['path']; readonly list?: true; readonly fixed?: boolean };
  readonly help: string;
}

/** Every flag, in the order of the help. */
export const flags: readonly Flag[] = [
  { name: '--config.file', value: 'FILE', help: 'YAML configuration file; flags win over it. Default: none.' },
  { name: '--config.check', help: 'Check the configuration and end: status 0 if it is valid, 2 if not.' },
  {
    name: '--web.listen-address',
    value: 'ADDRESS',
    setting: { path: ['web', 'listen_addresses'], list: true },
    help: 'Address to listen on, may be repeated. Default: :15405, that is every address.',
  },
  {
    name: '--web.systemd-socket',
    help: 'Serve the sockets that systemd passes, see corosync-exporter.socket, instead of listening on addresses.',
  },
  {
    name: '--web.telemetry-path',
    value: 'PATH',
    setting: { path: ['web', 'telemetry_path'] },
    help: 'Path of the metrics. Default: /metrics.',
  },
  {
    name: '--web.config.file',
    value: 'FILE',
    setting: { path: ['web', 'config_file'] },
    help: "YAML file with TLS, users and limits in exporter-toolkit's format. Default: none, plain HTTP for everybody.",
  },
  {
    name: '--dispatch.interval',
    value: 'DURATION',
    setting: { path: ['dispatch', 'interval'] },
    help: "How often corosync's callbacks are drained between scrapes. Default: 1s.",
  },
  ...collectors.flatMap(({ name, enabledByDefault }): readonly Flag[] => {
    if (enabledByDefault === undefined) return [];
    const path = ['collectors', name] as const;
    const help = `the ${name} collector. Default: ${enabledByDefault ? 'on' : 'off'}.`;
    return [
      { name: `--collector.${name}`, setting: { path, fixed: true }, help: `Turn on ${help}` },
      { name: `--no-collector.${name}`, setting: { path, fixed: false }, help: `Turn off ${help}` },
    ];
  }),
  {
    name: '--log.level',
    value: 'LEVEL',
    setting: { path: ['log', 'level'] },
    help: 'Least severe lines to log: debug, info, warn or error. Default: info.',
  },
  {
    name: '--log.format',
    value: 'FORMAT',
    setting: { path: ['log', 'format'] },
    help: 'Format of the log: logfmt or json. Default: logfmt.',
  },
  {
    name: '--once',
    help: 'Write one exposition to stdout and end: status 0 if corosync_up is 1, 1 if not.',
  },
  { name: '--demo', help: 'Show a simulated three-node cluster; needs no corosync.' },
  { name: '--json', help: 'With doctor: answer as JSON.' },
  { name: '--version', help: 'Show the version and end.' },
  { name: '--help', help: 'Show this help and end.' },
];
