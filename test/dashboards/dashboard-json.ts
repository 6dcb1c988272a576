import { readFileSync } from 'node:fs';

/** A query of a panel. */
export interface Target {
  readonly refId?: string;
  readonly expr: string;
  readonly instant?: boolean;
  readonly range?: boolean;
  readonly format?: string;
  readonly datasource?: { readonly type: string; readonly uid: string };
}

/** A panel, or a row of them. */
export interface Panel {
  readonly id?: number;
  readonly type: string;
  readonly interval?: string;
  readonly title?: string;
  readonly description?: string;
  readonly datasource?: { readonly type: string; readonly uid: string };
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly Target[];
  readonly options?: Readonly<Record<string, unknown>>;
  readonly fieldConfig?: {
    readonly defaults: {
      readonly unit?: string;
      readonly mappings?: readonly unknown[];
      readonly color?: { readonly mode: string };
      readonly custom?: Readonly<Record<string, unknown>>;
    };
    readonly overrides: readonly unknown[];
  };
}

/** A variable. */
export interface Variable {
  readonly name: string;
  readonly label?: string;
  readonly type: string;
  readonly query: string | { readonly query: string };
  readonly datasource?: { readonly uid: string };
  readonly regex?: string;
  readonly refresh?: number;
  readonly multi?: boolean;
  readonly includeAll?: boolean;
  readonly allValue?: string;
}

/** A kind of mark on the graphs. */
export interface Annotation {
  readonly name: string;
  readonly builtIn?: number;
  readonly expr?: string;
  readonly datasource?: { readonly uid: string };
}

/** What the tests look at in a dashboard. */
export interface DashboardJson {
  readonly uid: string;
  readonly title: string;
  readonly editable: boolean;
  readonly schemaVersion: number;
  readonly panels: readonly Panel[];
  readonly links: readonly { readonly url: string; readonly keepTime: boolean; readonly includeVars: boolean }[];
  readonly templating: { readonly list: readonly Variable[] };
  readonly annotations: { readonly list: readonly Annotation[] };
}

/** An expression and where it is in the dashboard. */
export interface PlacedQuery {
  readonly place: string;
  readonly expression: string;
  readonly instant: boolean;
}

/** The names of the files, and the uid of the dashboard in each. */
export const uids = ['corosync-clusters', 'corosync-cluster', 'corosync-exporter'] as const;

/** A dashboard as it is committed. */
export function committed(uid: string): DashboardJson {
  return JSON.parse(readFileSync(new URL(`../../dashboards/${uid}.json`, import.meta.url), 'utf8')) as DashboardJson;
}

/** The panels that show something. */
export const shownPanels = ({ panels }: DashboardJson) => panels.filter(({ type }) => type !== 'row');

/** The queries of a dashboard's panels. */
export function panelQueries(dashboard: DashboardJson): PlacedQuery[] {
  return shownPanels(dashboard).flatMap(({ title, targets = [] }) =>
    targets.map(({ refId, expr, instant }) => ({
      place: `${dashboard.title} / ${title} / ${refId}`,
      expression: expr,
      instant: instant === true,
    })),
  );
}

/** Those of its annotations. */
export function annotationQueries({ title, annotations }: DashboardJson): PlacedQuery[] {
  return annotations.list.flatMap(({ name, expr }) =>
    expr === undefined ? [] : [{ place: `${title} / ${name}`, expression: expr, instant: false }],
  );
}

/** Its variables that ask Prometheus: the label whose values they have, and the selector or the query that has them. */
export function variableQueries({ title, templating }: DashboardJson) {
  return templating.list
    .filter(({ type }) => type === 'query')
    .map((variable) => {
      const text = typeof variable.query === 'string' ? variable.query : variable.query.query;
      const place = `${title} / $${variable.name}`;
      const [, query] = /^query_result\((.+)\)$/.exec(text) ?? [];
      if (query !== undefined) {
        const [, label = ''] = /^\/(\w+)="\(\[\^"\]\+\)"\/$/.exec(variable.regex ?? '') ?? [];
        return { place, variable, isQuery: true, expression: query, label };
      }
      const [, expression = '', label = ''] = /^label_values\((.+), (\w+)\)$/.exec(text) ?? [];
      return { place, variable, isQuery: false, expression, label };
    });
}
