import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { committed, shownPanels, uids } from './dashboard-json.ts';

type Schema = Readonly<Record<string, unknown>>;
interface Schemas {
  readonly dashboard: Schema;
  readonly panels: Readonly<Record<string, { readonly options: Schema; readonly fieldConfig?: Schema }>>;
}

const schemas = JSON.parse(readFileSync(new URL('grafana.schema.json', import.meta.url), 'utf8')) as Schemas;
const ajv = new Ajv({ allErrors: true, strict: false });
const isDashboard = ajv.compile(schemas.dashboard);
const ofPanels = new Map(
  Object.entries(schemas.panels).map(([type, { options, fieldConfig }]) => [
    type,
    { options: ajv.compile(options), custom: ajv.compile(fieldConfig ?? { type: 'object', maxProperties: 0 }) },
  ]),
);

/**
 * Known of Grafana itself: its type of an annotation is open to what the data source adds, `__requires` is of the export
 * format, and so is the empty `current` of a data source that is chosen at import.
 */
const isKnown = (path: string, property: string) =>
  (path === '' && property === '__requires') ||
  (path === '/templating/list/0/current' && ['text', 'value'].includes(property)) ||
  (/^\/annotations\/list\/\d+$/.test(path) &&
    ['expr', 'step', 'titleFormat', 'textFormat', 'tagKeys', 'useValueForTime'].includes(property));

const problems = (validate: typeof isDashboard, value: unknown) => {
  validate(value);
  return (validate.errors ?? [])
    .filter(
      ({ instancePath, params }) =>
        !isKnown(instancePath, (params.additionalProperty ?? params.missingProperty) as string),
    )
    .map(({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`);
};

describe.each(uids)('%s', (uid) => {
  const dashboard = committed(uid);

  test('is what Grafana types a dashboard as', () => {
    expect(problems(isDashboard, dashboard)).toEqual([]);
  });

  test('has panels with options and field settings as their types', () => {
    for (const { type, title, options = {}, fieldConfig } of shownPanels(dashboard)) {
      const of = ofPanels.get(type);
      if (of === undefined) throw new Error(`There is no schema of ${type}`);
      expect(problems(of.options, options), title).toEqual([]);
      expect(problems(of.custom, fieldConfig?.defaults.custom ?? {}), title).toEqual([]);
    }
  });
});

test('the schema refuses what is not a dashboard', () => {
  const dashboard = committed('corosync-clusters');
  expect(problems(isDashboard, { ...dashboard, title: 3, surplus: true })).toHaveLength(2);
});
