import { expect, test } from 'vitest';
import { collectors } from '../../exporter/collectors/index.ts';
import { measureOwnProcess } from '../../exporter/own-process.ts';
import { annotationQueries, committed, panelQueries, uids, variableQueries } from './dashboard-json.ts';
import { parse } from './promql.ts';

const dashboards = uids.map(committed);
const described = (all: typeof collectors) =>
  all.flatMap(({ metrics }) => metrics.map(({ name, type, labels }) => ({ name, type, labels })));

/** Names of the series of a histogram, or the name itself. */
const seriesOf = ({ name, type }: { name: string; type: string }) =>
  type === 'histogram' ? ['_bucket', '_sum', '_count'].map((suffix) => name + suffix) : [name];

// The series of each scrape that no collector describes; docs/metrics.md has them under "Each scrape".
const ofEachScrape = ['corosync_exporter_collector_success', 'corosync_exporter_collector_duration_seconds'];

const used = (place: 'panels' | 'anywhere') =>
  dashboards.flatMap((dashboard) =>
    [
      ...panelQueries(dashboard),
      ...(place === 'panels' ? [] : [...annotationQueries(dashboard), ...variableQueries(dashboard)]),
    ].flatMap(({ expression, place }) => parse(expression).selectors.map((selector) => ({ ...selector, place }))),
  );

test('every metric that a dashboard names is one that the exporter has', async () => {
  const own = (await measureOwnProcess()()).flatMap(seriesOf);
  const known = new Set(['up', ...ofEachScrape, ...own, ...described(collectors).flatMap(seriesOf)]);
  expect(used('anywhere').filter(({ metric }) => !known.has(metric))).toEqual([]);
});

test('every label that a dashboard matches is one that the metric has', () => {
  const labels = new Map(described(collectors).map(({ name, labels }) => [name, labels as readonly string[]]));
  const wrong = used('anywhere').flatMap(({ metric, matchers, place }) =>
    matchers
      .map((matcher) => matcher.replace(/\W.*$/, ''))
      .filter((label) => !['job', 'instance', 'cluster'].includes(label) && !labels.get(metric)?.includes(label))
      .map((label) => `${place}: ${metric}{${label}}`),
  );
  expect(wrong).toEqual([]);
});

test('every metric of what is on by default is shown by a panel', () => {
  const shown = new Set(used('panels').map(({ metric }) => metric));
  const on = collectors.filter(({ enabledByDefault }) => enabledByDefault !== false);
  const core = [...described(on), ...ofEachScrape.map((name) => ({ name, type: 'gauge' }))];
  const missing = core.filter((metric) => !seriesOf(metric).some((name) => shown.has(name)));
  // With reasons, should one ever be best left out.
  const exceptions: Readonly<Record<string, string>> = {};
  expect(missing.map(({ name }) => name)).toEqual(Object.keys(exceptions));
});
