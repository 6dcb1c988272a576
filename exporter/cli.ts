import type { BuildInfo } from './collectors/metric.ts';
import type { FlagSetting } from './config.ts';
import { ConfigError } from './config-error.ts';
import { flags } from './flags.ts';
import { nearest } from './nearest.ts';

/** What the command line asks for. */
export interface CommandLine {
  readonly action: 'run' | 'once' | 'check' | 'doctor' | 'version' | 'help';
  readonly demo: boolean;
  /** The doctor answers as JSON. */
  readonly json: boolean;
  readonly systemdSocket: boolean;
  readonly configFile: string | undefined;
  readonly settings: readonly FlagSetting[];
}

/** Reads the arguments; a wrong one is a ConfigError with the remedy. */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const given = new Set<string>();
  let configFile: string | undefined;
  const settings = new Map<string, FlagSetting>();
  const rest = [...args];
  const doctor = rest[0] === 'doctor';
  if (doctor) rest.shift();
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    const { flag, inline } = findFlag(arg);
    const { name, setting } = flag;
    given.add(name);
    if (flag.value === undefined) {
      if (inline !== undefined) throw new ConfigError(`${name} takes no value; leave out =${inline}`);
    }
    const value = flag.value === undefined ? setting?.fixed : takeValue(name, flag.value, inline, rest);
    if (name === '--config.file') configFile = String(value);
    if (setting === undefined) continue;
    const key = setting.path.join('.');
    const list = setting.list ? [...((settings.get(key)?.value as unknown[] | undefined) ?? []), value] : value;
    settings.set(key, { path: setting.path, value: list, flag: name });
  }
  const json = given.has('--json');
  if (json && !doctor)
    throw new ConfigError('--json has its place after doctor; write corosync-exporter doctor --json');
  const [demo, systemdSocket] = [given.has('--demo'), given.has('--web.systemd-socket')];
  if (demo && systemdSocket)
    throw new ConfigError('--web.systemd-socket has no place in --demo; leave one of them out');
  const action = doctor && !given.has('--help') ? 'doctor' : actionOf(given);
  return { action, demo, json, systemdSocket, configFile, settings: [...settings.values()] };
}

/** The answer to `--version`, as other exporters give it. */
export function versionText({ version, revision, nodeVersion, koffiVersion }: BuildInfo): string {
  return [
    `corosync-exporter, version ${version} (revision: ${revision})`,
    `  node version:   ${nodeVersion}`,
    `  koffi version:  ${koffiVersion}`,
    `  platform:       ${process.platform}/${process.arch}`,
    '',
  ].join('\n');
}

/** The answer to `--help`. */
export function helpText(): string {
  const rows = flags.map(({ name, value, help }) => ({ left: value ? `${name}=${value}` : name, help }));
  const width = Math.max(...rows.map(({ left }) => left.length));
  return [
    'usage: corosync-exporter [<flags>]',
    '       corosync-exporter doctor [<flags>]   says what is wrong on this node, and what to type',
    '',
    "Prometheus exporter for Corosync, through corosync's own libraries.",
    '',
    ...rows.map(({ left, help }) => `  ${left.padEnd(width)}  ${help}`),
    '',
    'Exit status: 0 success, 1 failure while running, or of a check of the doctor, 2 wrong flag or configuration.',
    '',
  ].join('\n');
}

function findFlag(arg: string) {
  const [, word = arg, inline] = /^(-[^=]*)=(.*)$/s.exec(arg) ?? [];
  const name = word === '-h' ? '--help' : word;
  const flag = flags.find((candidate) => candidate.name === name);
  if (flag !== undefined) return { flag, inline };
  const meant = nearest(name, flags.map((candidate) => candidate.name)); // biome-ignore format: one thought
  const what = name.startsWith('-') ? 'is not a known flag' : 'is not expected: only flags are';
  throw new ConfigError(`${name} ${what}; ${meant === undefined ? 'see --help' : `did you mean ${meant}?`}`);
}

function takeValue(name: string, what: string, inline: string | undefined, rest: string[]): string {
  // The next word is the value unless it is a flag itself: then the value was forgotten.
  const value = inline ?? (rest[0]?.startsWith('--') ? undefined : rest.shift());
  if (value === undefined || value === '') throw new ConfigError(`${name} needs a value; write ${name}=${what}`);
  return value;
}

function actionOf(given: ReadonlySet<string>): CommandLine['action'] {
  if (given.has('--help')) return 'help';
  if (given.has('--version')) return 'version';
  if (given.has('--config.check')) return 'check';
  return given.has('--once') ? 'once' : 'run';
}
