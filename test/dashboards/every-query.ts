import { annotationQueries, committed, panelQueries, uids, variableQueries } from './dashboard-json.ts';
import type { Prometheus } from './prometheus.ts';

/** What the variables of the dashboards are set to. */
export interface Choice {
  readonly job: string;
  readonly cluster: string;
  readonly instance: string;
}

/** Where the variables and intervals stand for what Grafana would put there. */
export function filledIn(expression: string, { job, cluster, instance }: Choice): string {
  return expression
    .replaceAll('$job', job)
    .replaceAll('$cluster', cluster)
    .replaceAll('$instance', instance)
    .replaceAll('$__rate_interval', '20s')
    .replaceAll('$__range', '300s');
}

/** Asks everything that the dashboards ask; where no series came back. Throws where Prometheus refuses a query. */
export async function emptyAnswers(prometheus: Prometheus, choice: Choice): Promise<string[]> {
  const empty: string[] = [];
  for (const dashboard of uids.map(committed)) {
    for (const { place, expression, label, isQuery } of variableQueries(dashboard)) {
      const asked = filledIn(expression, choice);
      const values = isQuery
        ? (await prometheus.query(asked)).flatMap(({ metric }) => metric[label] ?? [])
        : await prometheus.labelValues(label, asked);
      if (values.length === 0) empty.push(place);
    }
    for (const { place, expression, instant } of [...panelQueries(dashboard), ...annotationQueries(dashboard)]) {
      const query = filledIn(expression, choice);
      const series = await (instant ? prometheus.query(query) : prometheus.queryRange(query, 60));
      if (series.length === 0) empty.push(place);
    }
  }
  return empty;
}
