import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { parseCommandLine } from '../../exporter/cli.ts';
import { readConfig } from '../../exporter/config.ts';
import { flags } from '../../exporter/flags.ts';
import { codeOf, documentOf, documents, tableOf } from './documents.ts';

const text = documentOf('docs/configuration.md');

/** Every setting with its default as config/exporter.yml has it, which other tests hold against the schema. */
const groups: Record<string, Record<string, unknown>> = parse(readFileSync('config/exporter.yml', 'utf8'));
const settings = new Map<string, unknown>([
  ...Object.entries(groups).flatMap(([group, own]) =>
    Object.entries(own).map(([name, value]) => [`${group}.${name}`, value] as const),
  ),
  ['web.config_file', undefined], // the one without a default
]);
const ofCollectors = [...settings.keys()].filter((name) => name.startsWith('collectors.'));

const unquoted = (cell: string) => /^`(.*)`$/.exec(cell)?.[1] ?? cell;
const written = (value: unknown) =>
  value === undefined ? 'none' : `\`${Array.isArray(value) ? JSON.stringify(value) : String(value)}\``;
const flagsOf = (setting: string) => flags.filter((flag) => flag.setting?.path.join('.') === setting);

describe('the settings', () => {
  const rows = tableOf(text, 'setting');

  test('are all there, and no others', () => {
    const named = rows.map(([name = '']) => unquoted(name));
    expect(named.toSorted()).toEqual([...settings.keys()].filter((name) => !ofCollectors.includes(name)).sort());
  });

  test.each(rows)('%s takes %s, by default %s, and has the flag %s', (name = '', takes = '', standard, flag) => {
    const setting = unquoted(name);
    expect(standard).toBe(written(settings.get(setting)));
    expect(flag).toBe(flagsOf(setting)[0] === undefined ? '–' : `\`${flagsOf(setting)[0]?.name}\``);
    for (const bounds of boundsOf(setting)) expect(takes).toContain(bounds);
    expect(text).toContain(`**\`${setting}\`**`);
  });

  test('have bounds, which the program tells', () => {
    expect([...settings.keys()].flatMap(boundsOf)).toHaveLength(6);
  });
});

test('the collectors are all there with their defaults, and no others', () => {
  const named = tableOf(text, 'collector').map(([name = '', standard]) => [unquoted(name), standard]);
  expect(named).toEqual(ofCollectors.map((name) => [name.replace('collectors.', ''), written(settings.get(name))]));
});

describe('the flags', () => {
  const rows = tableOf(text, 'flag');
  const ofCollector = /^--(?:no-)?collector\./;

  test('are all there with their values, and no others', () => {
    const named = rows.flatMap(([cell = '']) => cell.split(', ').map(unquoted));
    const known = flags
      .filter(({ name }) => !ofCollector.test(name))
      .map(({ name, value }) => (value === undefined ? name : `${name}=${value}`));
    expect(named.filter((name) => !ofCollector.test(name))).toEqual(known);
    expect(named.filter((name) => ofCollector.test(name))).toEqual(['--collector.NAME', '--no-collector.NAME']);
  });

  test.each(rows.filter(([name = '']) => !name.includes('collector')))('%s has the default %s', (name = '', told) => {
    const help = flags.find((flag) => flag.name === unquoted(name).split('=')[0])?.help ?? '';
    const [, standard] = /Default: ([^\s,]+?)[.,](?: |$)/.exec(`${help} `) ?? [];
    expect(told).toBe(standard === undefined ? '' : standard === 'none' ? 'none' : `\`${standard}\``);
  });
});

describe.each([...documents.keys()])('%s', (path) => {
  // What the program says of a mistake names the mistake.
  const code = codeOf(documents.get(path) ?? '').filter((one) => !one.startsWith('corosync-exporter: '));

  test('names flags that exist', () => {
    const known = [...flags.map(({ name }) => name), '--collector.NAME', '--no-collector.NAME'];
    const ours = /(?<![\w-])--(?:config|web|dispatch|probe|cpg|links|(?:no-)?collector|log)\.[\w.-]*\w/g;
    const named = code.flatMap((one) => one.match(ours) ?? []);
    expect(named.filter((name) => !known.includes(name))).toEqual([]);
  });

  test('names settings that exist', () => {
    const ours = /(?<![\w.:/-])(?:web|dispatch|probe|cpg|links|corosync|collectors|log)\.[a-z_]+\b(?![./:])/g;
    const named = code.flatMap((one) => one.match(ours) ?? []);
    const others = ['collectors.NAME', 'web.yml', 'corosync.conf', 'corosync.service', 'corosync.pid'];
    const clientLibrary = path === 'src/corosync/README.md' ? named : [];
    expect(
      named.filter((name) => !settings.has(name) && !others.includes(name) && !clientLibrary.includes(name)),
    ).toEqual([]);
  });
});

test('the mistakes are told as the program tells them', () => {
  const [, file = ''] = /This file, for instance,\n\n```yaml\n([\s\S]*?)```/.exec(text) ?? [];
  const told = [...text.matchAll(/^corosync-exporter: (.*)$/gm)].map(([, message]) => message);
  const messageOf = (yaml: string, ...args: string[]) => {
    try {
      readConfig({ name: 'exporter.yml', text: yaml }, parseCommandLine(args).settings);
      return 'none';
    } catch (error) {
      return (error as Error).message;
    }
  };
  expect(told).toEqual([
    messageOf(file),
    messageOf(file.replace('adresses', 'addresses')),
    messageOf('', '--dispatch.interval=10ms'),
  ]);
});

test('the example of a file is valid', () => {
  const [, file = ''] = /```yaml\n([\s\S]*?)```/.exec(text) ?? [];
  expect(readConfig({ name: '/etc/exporter.yml', text: file }).collectors.link_packets).toBe(true);
});

/** What a setting may be, as the program says when it is something else. */
function boundsOf(setting: string): readonly string[] {
  const [group = '', name = ''] = setting.split('.');
  const said = ['1000d', -1, 'nonsense'].map((value) => {
    try {
      readConfig(undefined, [{ path: [group, name], value, flag: 'it' }]);
      return '';
    } catch (error) {
      return (error as Error).message;
    }
  });
  const patterns = [/between (\S+) and (\w+)/, /number from (\d+) to (\d+)/, /one of (.+), not/];
  const found = said.flatMap((message) => patterns.flatMap((pattern) => [pattern.exec(message)?.slice(1) ?? []]));
  return [...new Set(found.filter((bounds) => bounds.length > 0).map((bounds) => bounds.join(' to ')))];
}
