import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { dashboards } from '../../dashboards/src/all.ts';
import { titles } from '../../dashboards/src/dashboard.ts';
import { forGrafanaCom } from '../../dashboards/src/grafana-com.ts';
import { colour } from '../../dashboards/src/palette.ts';
import { annotationQueries, committed, panelQueries, shownPanels, uids } from './dashboard-json.ts';
import { parse } from './promql.ts';

const text = (uid: string) => readFileSync(new URL(`../../dashboards/${uid}.json`, import.meta.url), 'utf8');

test('the dashboards are the three that are named', () => {
  expect(Object.keys(dashboards).sort()).toEqual([...uids].sort());
});

describe.each(uids)('%s', (uid) => {
  const dashboard = committed(uid);

  test('the committed file is what the code generates (else: npm run dashboards)', () => {
    expect(JSON.stringify(JSON.parse(text(uid)), null, 1)).toBe(JSON.stringify(dashboards[uid], null, 1));
  });

  test('uid, title and schema version are fixed, and it cannot be edited in place', () => {
    expect(dashboard).toMatchObject({ uid, title: titles[uid], schemaVersion: 39, editable: false, id: null });
  });

  test('panels have ids of their own, queries a refId of their own', () => {
    const ids = dashboard.panels.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).not.toContain(0);
    for (const { targets = [] } of shownPanels(dashboard)) {
      const refIds = targets.map(({ refId }) => refId);
      expect(refIds.every((refId) => /^[A-Z]$/.test(refId ?? ''))).toBe(true);
      expect(new Set(refIds).size).toBe(refIds.length);
    }
  });

  test('only panels of the core are used', () => {
    const types = new Set(dashboard.panels.map(({ type }) => type));
    expect(
      [...types].filter((type) => !['row', 'stat', 'timeseries', 'table', 'state-timeline'].includes(type)),
    ).toEqual([]);
  });

  test('panels fill whole lines of the grid and do not overlap', () => {
    const taken = new Map<string, string>();
    for (const { title = '', gridPos } of dashboard.panels)
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(taken.get(`${x},${y}`), `${title} is over it`).toBeUndefined();
          taken.set(`${x},${y}`, title);
        }
    const bottom = Math.max(...dashboard.panels.map(({ gridPos }) => gridPos.y + gridPos.h));
    expect(taken.size).toBe(24 * bottom);
  });

  test('titles are told apart', () => {
    const all = dashboard.panels.map(({ title }) => title);
    expect(all.filter((title, index) => all.indexOf(title) !== index)).toEqual([]);
  });

  test('links lead to the other two, keep the time, and the variables as far as they have a meaning there', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana fills it in
    const sourceAndJob = '?${datasource:queryparam}&${job:queryparam}';
    const isOfOne = (one: string) => one !== 'corosync-clusters';
    const wanted = uids
      .filter((other) => other !== uid)
      .map((other) => ({ other, all: isOfOne(uid) && isOfOne(other) }))
      .map(({ other, all }) => ({ url: `/d/${other}${all ? '' : sourceAndJob}`, keepTime: true, includeVars: all }));
    expect(dashboard.links.map(({ url, keepTime, includeVars }) => ({ url, keepTime, includeVars }))).toEqual(wanted);
  });

  test('links and marks are in sight, not in a menu', () => {
    expect(text(uid)).not.toContain('inControlsMenu');
  });

  test('marks tell of quorum, membership, starts and pauses, beside those of alerts', () => {
    expect(dashboard.annotations.list.map(({ name }) => name)).toEqual([
      'Annotations & Alerts',
      'Quorum lost',
      'Quorum is back',
      'Membership changed',
      'corosync started',
      'Scheduling pause',
    ]);
  });

  test('stats show the last value, graphs have a legend and a tooltip of all series', () => {
    for (const { type, title, options } of shownPanels(dashboard)) {
      if (type === 'stat') expect(options, title).toMatchObject({ reduceOptions: { calcs: ['lastNotNull'] } });
      if (type !== 'timeseries') continue;
      expect(options, title).toMatchObject({ legend: { showLegend: true }, tooltip: { mode: 'multi' } });
    }
  });

  test('graphs ask for a course, all others for the state now', () => {
    for (const { type, targets = [], title } of shownPanels(dashboard)) {
      const isCourse = type === 'timeseries' || type === 'state-timeline';
      for (const { instant, range } of targets)
        expect({ instant: instant === true, range: range === true }, title).toEqual({
          instant: !isCourse,
          range: isCourse,
        });
    }
  });

  test('what is drawn as a bar happened within its minute or longer step, and is a whole number', () => {
    for (const { title, targets = [], fieldConfig, interval } of shownPanels(dashboard)) {
      if (fieldConfig?.defaults.custom?.drawStyle !== 'bars') continue;
      expect(interval, title).toBe('1m');
      for (const { within } of targets.flatMap(({ expr }) => parse(expr).selectors))
        if (within.includes('increase')) expect(within.slice(0, 2), title).toEqual(['increase', 'floor']);
    }
  });

  test('every colour that carries a state is one of the palette', () => {
    const used = [...text(uid).matchAll(/"(?:color|fixedColor|iconColor)": "([^"]+)"/g)].map(([, value]) => value);
    const rings = ['#009E73', '#8A7F00']; // told apart by words; the others of the eight are in the palette
    const allowed = [...Object.values(colour), ...rings, 'transparent', 'rgba(0, 211, 255, 1)'];
    expect([...new Set(used)].filter((value) => !allowed.includes(value ?? ''))).toEqual([]);
  });

  test('no name of a data source, address or job is built in', () => {
    const queries = [...panelQueries(dashboard), ...annotationQueries(dashboard)];
    const matchers = queries.flatMap(({ expression }) => parse(expression).selectors.flatMap((one) => one.matchers));
    const fixed = matchers.filter((matcher) => /^(job|instance|cluster|cluster_name)\b/.test(matcher));
    const anyOrNone = /^cluster!?=""$/;
    expect(new Set(fixed.filter((matcher) => !matcher.includes('$') && !anyOrNone.test(matcher)))).toEqual(new Set());
    expect(text(uid)).not.toMatch(/localhost|127\.0\.0\.1|DS_PROMETHEUS/);
  });
});

test.each(uids)('the form of %s for grafana.com asks for the data source and is otherwise the same', (uid) => {
  const { __inputs, ...shared } = forGrafanaCom(dashboards[uid]);
  expect(__inputs).toMatchObject([{ name: 'DS_PROMETHEUS', type: 'datasource', pluginId: 'prometheus' }]);
  const asked = /\{"text":"\$\{DS_PROMETHEUS\}","value":"\$\{DS_PROMETHEUS\}"\}/;
  expect(JSON.stringify(shared)).toMatch(asked);
  expect(JSON.parse(JSON.stringify(shared).replace(asked, '{}'))).toEqual(dashboards[uid]);
});

test('all exporters of other clusters stay out: All of $instance has no value of its own', () => {
  for (const uid of ['corosync-cluster', 'corosync-exporter']) {
    const instance = committed(uid).templating.list.find(({ name }) => name === 'instance');
    expect(instance).toMatchObject({ includeAll: true, multi: true });
    expect(instance).not.toHaveProperty('allValue');
    expect(JSON.stringify(instance?.query)).toContain('corosync_cluster_info');
  }
});

test('every selector of the dashboard of all clusters is joined with the name of the cluster', () => {
  for (const { place, expression } of panelQueries(committed('corosync-clusters')))
    expect(
      parse(expression).selectors.some(({ metric }) => metric === 'corosync_cluster_info'),
      place,
    ).toBe(true);
});
