import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { collectors } from '../../exporter/collectors/index.ts';
import { loadConfig, readConfig } from '../../exporter/config.ts';
import { ConfigError } from '../../exporter/config-error.ts';
import { parseDuration } from '../../exporter/duration.ts';

const shipped = new URL('../../config/exporter.yml', import.meta.url);
const read = (text: string) => readConfig({ name: 'exporter.yml', text });

function messageOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as Error).message;
  }
  return 'no error';
}

const durationRemedy = 'must be a duration such as 500ms, 1s or 1m30s';
const address = 'must be an address such as ":15405" or "127.0.0.1:15405"';
const switchable = collectors.filter(({ enabledByDefault }) => enabledByDefault !== undefined);
const switches = switchable.map(({ name }) => `collectors.${name}`).join(', ');

test.each([
  ['web:\n  listen_adress: [":1"]', ':2: web.listen_adress is not a known setting; did you mean web.listen_addresses?'],
  ['\ndispatch:\n  foo: 1s', ':3: dispatch.foo is not a known setting; known ones are dispatch.interval'],
  [
    'xyz: 1',
    ':1: xyz is not a known setting; known ones are web, dispatch, probe, cpg, links, corosync, collectors, log',
  ],
  [
    '__proto__: 1',
    ':1: __proto__ is not a known setting; known ones are web, dispatch, probe, cpg, links, corosync, collectors, log',
  ],
  ['collectors:\n  quorm: true', ':2: collectors.quorm is not a known setting; did you mean collectors.quorum?'],
  ['collectors:\n  health: false', `:2: collectors.health is not a known setting; known ones are ${switches}`],
  ['dispatch:\n  interval: 1', `:2: dispatch.interval ${durationRemedy}, not 1`],
  ['dispatch:\n  interval: soon', `:2: dispatch.interval ${durationRemedy}, not "soon"`],
  ['dispatch:\n  interval:', `:2: dispatch.interval ${durationRemedy}, not empty`],
  ['dispatch:\n  interval: 0s', ':2: dispatch.interval must be between 100ms and 1m, not "0s"'],
  ['probe:\n  timeout: 1h', ':2: probe.timeout must be between 100ms and 10s, not "1h"'],
  ['cpg:\n  probe_interval: 1ms', ':2: cpg.probe_interval must be between 1s and 1h, or 0 for no probes, not "1ms"'],
  ['cpg:\n  join: yes', ':2: cpg.join must be true or false, not "yes"'],
  ['cpg:\n  join: 1', ':2: cpg.join must be true or false, not 1'],
  ['cpg: true', ':1: cpg must be a group of settings: join, probe_interval, not true'],
  [
    '- a',
    ':1: the file must be a group of settings: web, dispatch, probe, cpg, links, corosync, collectors, log, not a list',
  ],
  ['log:\n  level: loud', ':2: log.level must be one of debug, info, warn, error, not "loud"'],
  ['log:\n  format: xml', ':2: log.format must be one of logfmt, json, not "xml"'],
  [
    'corosync:\n  pid_file: run/x',
    ':2: corosync.pid_file must be an absolute path such as /run/corosync.pid, not "run/x"',
  ],
  [
    'web:\n  telemetry_path: metrics',
    ':2: web.telemetry_path must be a path such as /metrics: letters, digits and ._~-, not below /-/, /api/ or /assets/, not "metrics"',
  ],
  [
    'web:\n  telemetry_path: /-/x',
    ':2: web.telemetry_path must be a path such as /metrics: letters, digits and ._~-, not below /-/, /api/ or /assets/, not "/-/x"',
  ],
  [
    'web:\n  telemetry_path: /api/v1/state',
    ':2: web.telemetry_path must be a path such as /metrics: letters, digits and ._~-, not below /-/, /api/ or /assets/, not "/api/v1/state"',
  ],
  ['web:\n  listen_addresses: ":1"', ':2: web.listen_addresses must be a list such as [":15405"], not ":1"'],
  [
    'web:\n  listen_addresses: []',
    ':2: web.listen_addresses must have at least one address such as ":15405", not an empty list',
  ],
  ['web:\n  listen_addresses:\n    - ":1"\n    - 8080', `:4: web.listen_addresses.1 ${address}, not 8080`],
  ['web:\n  listen_addresses: [":99999"]', `:2: web.listen_addresses.0 ${address}, not ":99999"`],
  ['cpg:\n  join: true\n\n  join: false', ':4: cpg.join is already set on line 2; remove one of the two'],
  ['cpg: {}\ncpg: {}', ':2: cpg is already set on line 1; remove one of the two'],
  [
    'cpg:\n\tjoin: true',
    ':2: not valid YAML: Tabs are not allowed as indentation; correct the line or its indentation',
  ],
  [
    'cpg: [',
    ':1: not valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ]; correct the line or its indentation',
  ],
  [
    'cpg: {}\n---\nlog: {}',
    ':2: not valid YAML: Source contains multiple documents; please use YAML.parseAllDocuments(); correct the line or its indentation',
  ],
  [
    'cpg: *other',
    ':1: not valid YAML: Unresolved alias (the anchor must be set before the alias): other; write the values out',
  ],
  [
    'cpg:\n  join: true\nlog:\n  level: *other',
    ':4: not valid YAML: Unresolved alias (the anchor must be set before the alias): other; write the values out',
  ],
  ['log:\n  level: loud\ncpg:\n  join: 1', ':2: log.level must be one of debug, info, warn, error, not "loud"'],
  [
    'zzz: 1\nlog: 3',
    ':1: zzz is not a known setting; known ones are web, dispatch, probe, cpg, links, corosync, collectors, log',
  ],
])('%j is refused with one line', (text, message) => {
  expect(messageOf(() => read(text))).toBe(`exporter.yml${message}`);
});

test.each([
  [
    '/no/such/file.yml',
    'no such file; give its path with --config.file, or leave the flag out to run with the defaults',
  ],
  ['/', 'a directory, not a file; give the path of the file in it with --config.file'],
])('the file %s is refused with one line', (file, message) => {
  expect(messageOf(() => loadConfig(file))).toBe(`${file}: ${message}`);
});

test.each(['', '# nothing\n', '{}', 'web:\ncollectors:\n'])('%j means the defaults', (text) => {
  expect(read(text)).toEqual(readConfig(undefined));
});

test('the defaults are the documented ones', () => {
  expect(readConfig(undefined)).toEqual({
    web: { listen_addresses: [{ host: undefined, port: 15405 }], telemetry_path: '/metrics' },
    dispatch: { interval: 1000 },
    probe: { timeout: 1000 },
    cpg: { join: true, probe_interval: 15_000 },
    corosync: { pid_file: '/run/corosync.pid' },
    links: { traffic_limit: 64 },
    collectors: Object.fromEntries(switchable.map(({ name, enabledByDefault }) => [name, enabledByDefault])),
    log: { level: 'info', format: 'logfmt' },
  });
});

test('config/exporter.yml has every setting with its default', () => {
  const text = readFileSync(shipped, 'utf8');
  expect(readConfig({ name: 'exporter.yml', text })).toEqual(readConfig(undefined));
  const keys = (tree: object) => Object.entries(tree).map(([name, group]) => [name, Object.keys(group)]);
  expect(keys(parse(text))).toEqual(keys(readConfig(undefined)));
});

test('config/exporter.yml has a comment above every setting', () => {
  const lines = readFileSync(shipped, 'utf8').split('\n');
  const bare = lines.filter((line, index) => /^ {2}\w+:/.test(line) && !/^ {2}# /.test(lines[index - 1] ?? ''));
  expect(bare).toEqual([]);
});

test('a flag wins over the file and is named in its own error', () => {
  const file = { name: 'exporter.yml', text: 'log:\n  level: warn\n  format: json\n' };
  const flag = (value: unknown) => [{ path: ['log', 'level'] as const, value, flag: '--log.level' }];
  expect(readConfig(file, flag('debug')).log).toEqual({ level: 'debug', format: 'json' });
  expect(messageOf(() => readConfig(file, flag('loud')))).toBe(
    '--log.level must be one of debug, info, warn, error, not "loud"',
  );
});

test.each([
  ['500ms', 500],
  ['1s', 1000],
  ['1m30s', 90_000],
  ['1h', 3_600_000],
  ['1d2h', 93_600_000],
  ['0s', 0],
  [0, 0],
  ['', undefined],
  ['1', undefined],
  ['1.5s', undefined],
  ['-1s', undefined],
  ['30s1m', undefined],
  [1, undefined],
  [null, undefined],
])('the duration %j is %s ms', (text, milliseconds) => {
  expect(parseDuration(text)).toBe(milliseconds);
});
