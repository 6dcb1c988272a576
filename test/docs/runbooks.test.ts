import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { collectors } from '../../exporter/collectors/index.ts';
import { scrapeMetrics } from '../../exporter/scrape.ts';

interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
}

/** What can be run; every other word that begins with `corosync-` is a slip. */
const programs = [
  'corosync-export', // what the kernel keeps of our own name
  ...['corosync-cfgtool', 'corosync-cmapctl', 'corosync-cpgtool', 'corosync-quorumtool'],
  ...['corosync-qdevice', 'corosync-qdevice-tool', 'corosync-qdevice-net-certutil'],
  ...['corosync-qnetd', 'corosync-qnetd-tool', 'corosync-exporter'],
];
const parts = ['Meaning', 'Impact', 'Check', 'Do'];

/** They look like metrics: the provider of `quorum.provider`. */
const notMetrics = ['corosync_votequorum'];

const rulesOf = (file: string): readonly Rule[] =>
  (parse(readFileSync(`config/${file}`, 'utf8')).groups ?? []).flatMap(({ rules }: { rules: Rule[] }) => rules);
const ruleFiles = readdirSync('config').filter((file) => file.endsWith('.yml') && rulesOf(file).length > 0);
const alerts = ['alerts.yml', 'alerts-thresholds.yml'].flatMap(rulesOf).flatMap(({ alert }) => alert ?? []);

const exported = [...collectors.flatMap(({ metrics }) => metrics), ...scrapeMetrics].flatMap(({ name, type }) =>
  type === 'histogram' ? [name, ...['bucket', 'sum', 'count'].map((of) => `${name}_${of}`)] : [name],
);
const recorded = ruleFiles.flatMap(rulesOf).flatMap(({ record }) => record ?? []);
const known = new Set([...exported, ...recorded, ...notMetrics]);

const text = readFileSync('docs/runbooks.md', 'utf8');
const [, ...chapters] = text.split(/^## /m);
const sections = chapters
  .map((chapter) => ({ title: chapter.split('\n', 1)[0] ?? '', body: chapter.slice(chapter.indexOf('\n')) }))
  .filter(({ title }) => title.startsWith('Corosync'));

test('each alert has one runbook, in the order of the rules', () => {
  expect(sections.map(({ title }) => title)).toEqual(alerts);
});

test.each(sections)('the runbook of $title has its four parts, each with something in it', ({ body }) => {
  const [before, ...labelled] = body.split(/^\*\*(\w+):\*\*/m);
  expect(before?.trim()).toBe('');
  expect(labelled.filter((_, i) => i % 2 === 0)).toEqual(parts);
  for (const content of labelled.filter((_, i) => i % 2 === 1)) expect(content.trim()).not.toBe('');
});

test('the runbooks run programs that exist', () => {
  const named = codeOf(text).flatMap((code) => code.match(/(?<![\w./-])corosync-[\w-]+/g) ?? []);
  expect(named).toContain('corosync-quorumtool');
  expect([...new Set(named)].filter((name) => !programs.includes(name))).toEqual([]);
});

test('the runbooks name metrics that exist', () => {
  const named = namesOf(text);
  expect(named).toContain('corosync_quorum_quorate');
  expect(unknown(named)).toEqual([]);
});

test('the table of the inhibition is what alertmanager.yml does', () => {
  const named = (source: string) => [...new Set(source.match(/Corosync\w+/g))].filter((name) => alerts.includes(name));
  const [, table = ''] = /^\| while this fires .*\n.*\n((?:\|.*\n)+)/m.exec(text) ?? [];
  const rows = table.trim().split('\n');
  const inhibitions: object[] = parse(readFileSync('config/alertmanager.yml', 'utf8')).inhibit_rules;
  expect(rows.map((row) => named(row).sort())).toEqual(
    inhibitions.map((inhibition) => named(JSON.stringify(inhibition)).sort()),
  );
});

test('the links within the runbooks lead somewhere', () => {
  const anchors = [...text.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) => title.toLowerCase().replaceAll(' ', '-'));
  const targets = [...text.matchAll(/\]\(#([^)]*)\)/g)].map(([, target]) => target);
  expect(targets.filter((target) => target === undefined || !anchors.includes(target))).toEqual([]);
});

describe.each(ruleFiles)('%s', (file) => {
  test.each(rulesOf(file).map((rule) => ({ name: rule.alert ?? rule.record ?? '', ...rule })))(
    '$name reads metrics that exist',
    ({ expr }) => {
      expect(unknown(namesOf(expr))).toEqual([]);
    },
  );
});

/** Spans and blocks of code. */
function codeOf(markdown: string): readonly string[] {
  const blocks = [...markdown.matchAll(/^```\w*\n([\s\S]*?)^```/gm)].map(([, code = '']) => code);
  const spans = [...markdown.replaceAll(/^```[\s\S]*?^```/gm, '').matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);
  return [...blocks, ...spans];
}

/** Metrics and recorded series in a text; an alternative such as `corosync_a_(b|c)` is each of them. */
function namesOf(source: string): readonly string[] {
  return (source.match(/\b(?:[a-z_]+:)?corosync_[\w:]*(?:\([\w|]+\))?/g) ?? []).flatMap((name) => {
    const [, stem = '', alternatives] = /^([^(]+)(?:\((.+)\))?$/.exec(name) ?? [];
    return alternatives === undefined ? [stem] : alternatives.split('|').map((one) => `${stem}${one}`);
  });
}

function unknown(names: readonly string[]): readonly string[] {
  return [...new Set(names)].filter((name) => !known.has(name));
}
