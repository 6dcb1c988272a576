import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  type AnnotationQuery,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  type Panel,
  RowBuilder,
  type VariableModel,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { finish, type Json } from './finish.ts';

/** A part of a dashboard below a heading of its own; the first has none. */
export interface Section {
  readonly title?: string;
  readonly panels: readonly Builder<Panel>[];
}

/** What a dashboard is made of. */
export interface Contents {
  readonly uid: Uid;
  readonly description: string;
  readonly from: string;
  readonly variables: Builder<VariableModel>[];
  readonly annotations: Builder<AnnotationQuery>[];
  readonly sections: readonly Section[];
}

/** The dashboards, in the order of the links. */
export const titles = {
  'corosync-clusters': 'Corosync clusters',
  'corosync-cluster': 'Corosync cluster',
  'corosync-exporter': 'Corosync exporter',
} as const;
export type Uid = keyof typeof titles;

/** A finished dashboard, as Grafana imports it. */
export function dashboard({ uid, description, from, variables, annotations, sections }: Contents): Json {
  const builder = new DashboardBuilder(titles[uid])
    .uid(uid)
    .description(description)
    .tags(['corosync'])
    .readonly()
    .tooltip(DashboardCursorSync.Crosshair)
    .time({ from, to: 'now' })
    .refresh('30s')
    .timezone('browser')
    .version(1)
    .variables(variables)
    .annotations(annotations)
    .links(others(uid));
  for (const { title, panels } of sections) {
    if (title !== undefined) builder.withRow(new RowBuilder(title));
    for (const panel of panels) builder.withPanel(panel);
  }
  return finish(builder.build());
}

// All clusters is no choice of one, and who goes back to all clusters wants to see all.
// biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana fills it in
const sourceAndJob = '${datasource:queryparam}&${job:queryparam}';
const isOfOne = (uid: string) => uid !== 'corosync-clusters';

function others(uid: Uid): DashboardLinkBuilder[] {
  return Object.entries(titles)
    .filter(([other]) => other !== uid)
    .map(([other, title]) =>
      new DashboardLinkBuilder(title)
        .type(DashboardLinkType.Link)
        .icon('dashboard')
        .tooltip(`${title}, same time`)
        .url(isOfOne(uid) && isOfOne(other) ? `/d/${other}` : `/d/${other}?${sourceAndJob}`)
        .includeVars(isOfOne(uid) && isOfOne(other))
        .keepTime(true)
        .targetBlank(false),
    );
}
