import { readFileSync } from 'node:fs';
import * as unitNames from '@grafana/grafana-foundation-sdk/units';
import { describe, expect, test } from 'vitest';
import { parse as parseYaml } from 'yaml';
import {
  annotationQueries,
  committed,
  type DashboardJson,
  type Panel,
  panelQueries,
  shownPanels,
  uids,
  variableQueries,
} from './dashboard-json.ts';
import { parse } from './promql.ts';

// The rules of grafana/dashboard-linter, by their names there: each says what is wrong, or nothing.
type Rule = (dashboard: DashboardJson) => string[];

// biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana fills it in
const chosen = '${datasource}';
const units = new Set<unknown>(Object.values(unitNames));
const counters = new Set(['rate', 'irate', 'increase']);
const job = 'job=~"$job"';
const instance = 'instance=~"$instance"';

const rules: Readonly<Record<string, Rule>> = {
  'template-datasource-rule': ({ templating }) => {
    const [first] = templating.list;
    return first?.name === 'datasource' && first.label === 'Data source' && first.query === 'prometheus'
      ? []
      : ['the first variable is not the data source'];
  },
  'template-job-rule': (dashboard) => allTargets(dashboard, 'job', 'Job'),
  'template-instance-rule': (dashboard) => allTargets(dashboard, 'instance', 'Instance'),
  'template-label-promql-rule': (dashboard) =>
    variableQueries(dashboard)
      .filter(({ expression, label }) => label === '' || refused(expression))
      .map(({ place }) => place),
  'template-on-time-change-reload-rule': ({ templating }) =>
    templating.list.filter(({ type, refresh }) => type === 'query' && refresh !== 2).map(({ name }) => name),
  'panel-datasource-rule': (dashboard) =>
    shownPanels(dashboard).flatMap(({ title, datasource, targets = [] }) =>
      [datasource, ...targets.map((target) => target.datasource)].every((one) => one?.uid === chosen)
        ? []
        : [`${title}`],
    ),
  'panel-title-description-rule': (dashboard) =>
    shownPanels(dashboard)
      .filter((panel) => !panel.title || !panel.description)
      .map(nameOf),
  'panel-units-rule': (dashboard) =>
    shownPanels(dashboard)
      .filter(({ fieldConfig }) => !units.has(fieldConfig?.defaults.unit))
      .map(nameOf),
  'panel-no-targets-rule': (dashboard) =>
    shownPanels(dashboard)
      .filter(({ targets = [] }) => targets.length === 0)
      .map(nameOf),
  'target-promql-rule': (dashboard) =>
    [...panelQueries(dashboard), ...annotationQueries(dashboard)]
      .filter(({ expression }) => refused(expression))
      .map(({ place }) => place),
  'target-rate-interval-rule': (dashboard) =>
    panelQueries(dashboard)
      .filter(({ expression }) =>
        parse(expression).ranges.some(({ call, range }) => /^i?rate$/.test(call) && range !== '$__rate_interval'),
      )
      .map(({ place }) => place),
  'target-job-rule': (dashboard) => without(job, dashboard),
  'target-instance-rule': (dashboard) => without(instance, dashboard),
  'target-counter-agg-rule': (dashboard) =>
    panelQueries(dashboard)
      .filter(({ expression }) =>
        parse(expression).selectors.some(
          ({ metric, within }) => metric.endsWith('_total') && !counters.has(within[0] ?? ''),
        ),
      )
      .map(({ place }) => place),
  'uneditable-dashboard': ({ editable }) => (editable ? ['it can be edited'] : []),
};

interface Exclusions {
  readonly exclusions: Readonly<Record<string, { reason: string; entries: readonly { dashboard: string }[] }>>;
}
const { exclusions } = parseYaml(
  readFileSync(new URL('../../dashboards/.lint', import.meta.url), 'utf8'),
) as Exclusions;

describe.each(uids.map(committed))('$title', (dashboard) => {
  test.each(Object.entries(rules))('%s of the dashboard linter', (name, rule) => {
    const isExcluded = exclusions[name]?.entries.some((entry) => entry.dashboard === dashboard.title) ?? false;
    const wrong = rule(dashboard);
    if (isExcluded) expect(wrong, 'the exclusion in dashboards/.lint is of no use').not.toEqual([]);
    else expect(wrong).toEqual([]);
  });
});

test('each exclusion names a rule and says why', () => {
  for (const [name, { reason }] of Object.entries(exclusions)) {
    expect(Object.keys(rules)).toContain(name);
    expect(reason.length).toBeGreaterThan(40);
  }
});

function allTargets({ templating }: DashboardJson, name: string, label: string): string[] {
  const variable = templating.list.find((one) => one.name === name);
  const { type, label: given, datasource, multi, allValue } = variable ?? {};
  const found = { type, label: given, uid: datasource?.uid, multi, allValue };
  const wanted = { type: 'query', label, uid: chosen, multi: true, allValue: '.+' };
  return JSON.stringify(found) === JSON.stringify(wanted) ? [] : [JSON.stringify(found)];
}

function without(matcher: string, dashboard: DashboardJson): string[] {
  return [...panelQueries(dashboard), ...annotationQueries(dashboard)]
    .filter(({ expression }) => parse(expression).selectors.some(({ matchers }) => !matchers.includes(matcher)))
    .map(({ place }) => place);
}

function refused(expression: string): boolean {
  try {
    parse(expression);
    return expression === '';
  } catch {
    return true;
  }
}

function nameOf({ title, type }: Panel): string {
  return title ?? type;
}
