import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { collectors } from '../../exporter/collectors/index.ts';
import { scrapeMetrics } from '../../exporter/scrape.ts';
import { brokenLinks, codeOf, documentOf, documents } from './documents.ts';

const rulesOf = (file: string): readonly { readonly alert?: string; readonly record?: string }[] =>
  parse(readFileSync(`config/${file}`, 'utf8')).groups.flatMap(({ rules }: { rules: object[] }) => rules);
const namesFile = 'ha-cluster-exporter-names.yml';
const oldNames = new Set(rulesOf(namesFile).flatMap(({ record = '' }) => (record.includes(':') ? [] : record)));
const recorded = ['recording.yml', namesFile].flatMap(rulesOf).map(({ record = '' }) => record);
const alerts = ['alerts.yml', 'alerts-thresholds.yml'].flatMap(rulesOf).flatMap(({ alert }) => alert ?? []);
const exported = [...collectors.flatMap(({ metrics }) => metrics), ...scrapeMetrics].flatMap(({ name, type }) =>
  type === 'histogram' ? [name, ...['bucket', 'sum', 'count'].map((of) => `${name}_${of}`)] : [name],
);
const known = [...exported, ...recorded];

/** They look like metrics: the provider of `quorum.provider`, and functions of libcfg. */
const notMetrics = /^corosync_(votequorum|cfg_\w+)$/;

describe.each([...documents])('%s', (path, text) => {
  test('has no link that leads nowhere', () => {
    expect(brokenLinks(path, text)).toEqual([]);
  });

  test('names metrics that exist', () => {
    const names = codeOf(text).flatMap((code) => code.match(/\b(?:[a-z_]+:)?corosync_\w*(?::\w+)?/g) ?? []);
    const unknown = names.filter((name) => !known.includes(name) && !notMetrics.test(name));
    // `corosync_quorum_*` is all that begin so.
    expect(unknown.filter((name) => !name.endsWith('_') || !known.some((one) => one.startsWith(name)))).toEqual([]);
  });

  test('names alerts that exist', () => {
    const names = codeOf(text).flatMap((code) => code.match(/\bCorosync[A-Z][a-z]\w+/g) ?? []);
    expect(names.filter((name) => !alerts.includes(name) && name !== 'CorosyncError')).toEqual([]);
  });
});

test('the guide to the old names has those that the rules make, and no others', () => {
  const named = documentOf('docs/migration.md').match(/\bha_cluster_(?:corosync|scrape)_\w+/g) ?? [];
  expect([...new Set(named)].filter((name) => !name.endsWith('_')).toSorted()).toEqual([...oldNames].sort());
});

test('the list of documents has all of them', () => {
  const readme = documentOf('README.md');
  const all = [...documents.keys()].filter((path) => path.startsWith('docs/') && !path.startsWith('docs/pictures/'));
  expect(all.filter((path) => !readme.includes(`](${path})`))).toEqual([]);
});

describe('the check itself finds', () => {
  test.each([
    ['a file', '[x](nothing.md)', ['nothing.md']],
    ['a heading', '[x](faq.md#nothing)', ['faq.md#nothing']],
    ['nothing in code or elsewhere', '`[x](no.md)` [x](https://example.org/#no) [x](faq.md#what-it-does)', []],
  ])('%s', (_, text, broken) => {
    expect(brokenLinks('docs/new.md', text)).toEqual(broken);
  });
});
