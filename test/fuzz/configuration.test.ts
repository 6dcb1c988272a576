import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseCommandLine } from '../../exporter/cli.ts';
import { readConfig } from '../../exporter/config.ts';
import { ConfigError } from '../../exporter/config-error.ts';
import { Config } from '../../exporter/config-schema.ts';
import { flags } from '../../exporter/flags.ts';
import { readWebConfig } from '../../exporter/web/read.ts';
import { webGroups } from '../../exporter/web/schema.ts';
import { endless, texts } from './arbitraries.ts';
import { holds, soon } from './holds.ts';

const defaults = Config.parse({}) as Readonly<Record<string, object>>;
const names = Object.entries(defaults).flatMap(([section, group]) => [section, ...Object.keys(group)]);
const webNames = Object.entries(webGroups).flatMap(([group, settings]) => [group, ...Object.keys(settings)]);
const values = ['1s', '0', ':15405', '/metrics', 'true', 'debug', 'null', '~', '.nan', '1e999', '0x1', '2001-01-01'];
const marks = [
  ': ',
  ':\n  ',
  ':\n    - ',
  '\n  ',
  '[',
  ']',
  '{',
  '}',
  ', ',
  '- ',
  '? ',
  '&a ',
  '*a',
  '<<: ',
  '!!set ',
  '!x ',
  '|\n',
];
const more = ['>', '#', '%YAML 1.1\n---\n', '---\n', '...\n', '@', '`', '__proto__', 'constructor'];
const yaml = texts(...names, ...webNames, 'basic_auth_users', ...values, ...marks, ...marks, ...more);

/** JSON is YAML: settings that are there, with values of any kind. */
function json(settings: readonly (readonly [section: string, keys: readonly string[]])[]): fc.Arbitrary<string> {
  const value = fc.oneof(fc.constantFrom(...values), fc.jsonValue({ maxDepth: 2 }), fc.integer(), fc.boolean());
  const group = (keys: readonly string[]) =>
    fc.oneof(
      fc.jsonValue({ maxDepth: 1 }),
      fc.dictionary(fc.oneof(fc.constantFrom(...keys), fc.string()), value, { maxKeys: 3 }),
    );
  return fc
    .oneof(
      ...settings.map(([section, keys]) =>
        fc.tuple(fc.oneof({ weight: 9, arbitrary: fc.constant(section) }, fc.string()), group(keys)),
      ),
    )
    .map(([section, content]) => JSON.stringify({ [section]: content }));
}
const settings = json(Object.entries(defaults).map(([section, group]) => [section, ['x', ...Object.keys(group)]]));
const webSettings = json([
  ...Object.entries(webGroups).map(([group, keys]) => [group, Object.keys(keys)] as const),
  ['basic_auth_users', ['alice']],
]);

/** What it gives, or undefined where it is refused as it is to be: in one line, with the file, its line, and a remedy. */
function read<Value>(text: string, reader: (text: string) => Value): Value | undefined {
  try {
    return soon(() => reader(text));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const line = /^exporter\.yml:(\d+): \S.*(?:;|must be|must have|did you mean|has no effect).* \S/.exec(
      error.message,
    )?.[1];
    expect(line, error.message).toBeDefined();
    expect(Number(line), error.message).toBeLessThanOrEqual(text.split(/\r\n?|\n/).length);
    expect(error.message).not.toMatch(/[\p{Cc}\p{Cs}\u2028\u2029]/u);
    expect(error.message.length).toBeLessThan(2_100);
    return undefined;
  }
}

const readFile = (text: string) => read(text, (all) => readConfig({ name: 'exporter.yml', text: all }));
const readWebFile = (text: string) => read(text, (all) => readWebConfig('exporter.yml', all).config);

function expectUsable({ web, dispatch, probe, cpg, links }: Config): void {
  expect(web.listen_addresses.length).toBeGreaterThan(0);
  for (const { port } of web.listen_addresses) expect(port >= 0 && port <= 65_535).toBe(true);
  expect(web.telemetry_path).toMatch(/^\/[\w.~/-]*$/);
  expect(dispatch.interval >= 100 && dispatch.interval <= 60_000).toBe(true);
  expect(probe.timeout >= 100 && probe.timeout <= 10_000).toBe(true);
  expect(cpg.probe_interval === 0 || (cpg.probe_interval >= 1_000 && cpg.probe_interval <= 3_600_000)).toBe(true);
  expect(links.traffic_limit >= 0 && links.traffic_limit <= 2_000).toBe(true);
}

holds(
  'a configuration file is usable or refused in one line',
  fc.property(fc.oneof(yaml, settings), (text) => {
    const config = readFile(text);
    if (config !== undefined) expectUsable(config);
  }),
);

holds(
  'a web configuration file is usable or refused in one line',
  fc.property(fc.oneof(yaml, webSettings), (text) => {
    const config = readWebFile(text);
    if (config === undefined) return;
    expect(config.rate_limit.interval >= 0 && Number.isFinite(config.rate_limit.interval)).toBe(true);
    for (const hash of config.basic_auth_users.values()) expect(hash).toMatch(/^\$2[aby]\$/);
  }),
);

holds(
  'a file that is the same over and over is read or refused soon',
  fc.property(
    endless(
      '[',
      '{',
      '- ',
      '? ',
      ': ',
      'a: ',
      '&a ',
      '*a',
      '\n',
      '"',
      "'",
      '!',
      '|\n',
      '\t',
      '#',
      '\u2028',
      '[[]],',
      ' ',
    ),
    (text) => {
      readFile(text);
      readWebFile(text);
    },
  ),
  { slower: 20 },
);

const words = flags.flatMap(({ name, value }) =>
  value === undefined ? [name] : [name, `${name}=`, `${name}=1s`, `${name}=:1`],
);

holds(
  'a command line is understood or refused in one line',
  fc.property(fc.array(fc.oneof(fc.constantFrom(...words, 'doctor', '--', '-', '='), texts(...words))), (args) => {
    try {
      expectUsable(readConfig(undefined, parseCommandLine(args).settings));
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      expect(error.message).toMatch(/;|see --help|did you mean|must be|must have/);
      expect(error.message).not.toMatch(/[\p{Cc}\p{Cs}\u2028\u2029]/u);
    }
  }),
);

test.each([
  ['flow lists', '['.repeat(5_000), 1],
  ['flow groups', `a: ${'{a: '.repeat(5_000)}`, 1],
  ['lists in lists', '- '.repeat(5_000), 1],
  ['groups in groups', Array.from({ length: 1_000 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'), 202],
])('a file of %s is refused before a parser takes all of the stack', (_, text, line) => {
  for (const reader of [readWebConfig, (name: string, all: string) => readConfig({ name, text: all })]) {
    expect(() => reader('exporter.yml', text)).toThrow(
      new ConfigError(`exporter.yml:${line}: nested too deeply; no setting is deeper than a list in a group`),
    );
  }
});

test.each([
  ['"a\\nb\\e[31m\\u2028c": 1', 'a\\u000ab\\u001b[31m\\u2028c is not a known setting'],
  ['"": 1', '"" is not a known setting'],
  ['" web": 1', '" web" is not a known setting'],
  ['log:\n  "": 1', 'log."" is not a known setting'],
  ['log: !!set {level}', 'not valid YAML: Unresolved tag: tag:yaml.org,2002:set'],
])('%j is refused in one line that says %j', (text, problem) => {
  expect(() => readConfig({ name: 'exporter.yml', text })).toThrow(problem);
});
