import type { Dashboard, Panel, RowPanel } from '@grafana/grafana-foundation-sdk/dashboard';

/** JSON as it is written. */
export type Json = { [key: string]: unknown };

// Written by Grafana 10.4 to 11.x: later ones migrate it upwards, and 10.4 knows all fields that are used.
const schemaVersion = 39;

const builtInAnnotations = {
  builtIn: 1,
  datasource: { type: 'grafana', uid: '-- Grafana --' },
  enable: true,
  hide: true,
  iconColor: 'rgba(0, 211, 255, 1)',
  name: 'Annotations & Alerts',
  type: 'dashboard',
};

/** Mends what the SDK leaves open or writes for the newest Grafana only. */
export function finish(dashboard: Dashboard): Json {
  const { templating, annotations, links, panels = [], ...rest } = dashboard;
  return plain({
    __requires: requirements(panels),
    ...rest,
    id: null,
    schemaVersion,
    links: links?.map(inSight),
    annotations: { list: [builtInAnnotations, ...(annotations.list ?? []).map(inSight)] },
    templating: { list: (templating.list ?? []).map(withoutAutomatic) },
    panels: panels.map((panel, index) => numbered(panel, index + 1)),
  });
}

/** The SDK numbers no panel, and gives tables a footer that later versions do not know. */
function numbered(panel: Panel | RowPanel, id: number): Json {
  const { options, ...rest } = panel as unknown as Json;
  if (rest.type !== 'table') return { ...rest, ...(options === undefined ? {} : { options }), id };
  const { footer, ...known } = options as Json;
  return { ...rest, options: known, id };
}

/** The SDK puts links and annotations into a menu, where later versions of Grafana have one. */
function inSight({ placement, ...rest }: { placement?: string }): Json {
  return rest;
}

/** The SDK gives every variable the fields of an interval variable. */
function withoutAutomatic(variable: object): Json {
  const { auto, auto_min, auto_count, ...rest } = variable as Json;
  return { ...rest, ...(rest.type === 'datasource' ? { current: {} } : {}) };
}

/** What Grafana's import page says is needed. */
function requirements(panels: readonly (Panel | RowPanel)[]): Json[] {
  const types = [...new Set(panels.map(({ type }) => type))].filter((type) => type !== 'row').sort();
  return [
    { type: 'grafana', id: 'grafana', name: 'Grafana', version: '10.4.0' },
    { type: 'datasource', id: 'prometheus', name: 'Prometheus', version: '1.0.0' },
    ...types.map((id) => ({ type: 'panel', id, name: names[id] ?? id, version: '' })),
  ];
}

const names: Readonly<Record<string, string>> = {
  stat: 'Stat',
  'state-timeline': 'State timeline',
  table: 'Table',
  timeseries: 'Time series',
};

function plain(value: unknown): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}
