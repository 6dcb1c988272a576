import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  type VariableModel,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { datasource } from './panels.ts';
import { clusterInfo } from './queries.ts';

const all = { selected: true, text: ['All'], value: ['$__all'] };

function query(name: string, label: string, expression: string): QueryVariableBuilder {
  return new QueryVariableBuilder(name)
    .label(label)
    .datasource(datasource)
    .query({ query: expression, refId: `Variable-${name}` })
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalCaseInsensitiveAsc);
}

const source = new DatasourceVariableBuilder('datasource').label('Data source').type('prometheus');

// No value of its own for All: `up` and `process_*` of other jobs, such as that of ha_cluster_exporter, are not meant.
const job = query('job', 'Job', 'label_values(corosync_up, job)').multi(true).includeAll(true).current(all);

/** The values that one label has in the answer to a query. */
function result(name: string, label: string, expression: string, of: string): QueryVariableBuilder {
  return query(name, label, `query_result(count by (${of}) (${expression}))`).regex(`/${of}="([^"]+)"/`);
}

// The target's label `cluster` where there is one, else totem.cluster_name.
const cluster = () =>
  result(
    'cluster',
    'Cluster',
    'label_replace(label_replace(last_over_time(corosync_cluster_info{job=~"$job"}[$__range]), ' +
      '"name", "$1", "cluster_name", "(.+)"), "name", "$1", "cluster", "(.+)")',
    'name',
  );

/** For the dashboard of all clusters. `.*` takes in one without a name. */
export const ofAllClusters: Builder<VariableModel>[] = [
  source,
  job,
  cluster().multi(true).includeAll(true).allValue('.*').current(all),
];

/**
 * For the dashboards of one cluster. `instance` has no value of its own for All: that would take in the exporters of the
 * other clusters, so Grafana lists those of this one.
 */
export const ofOneCluster: Builder<VariableModel>[] = [
  source,
  job,
  cluster().multi(false).includeAll(false),
  result('instance', 'Instance', clusterInfo('$__range'), 'instance').multi(true).includeAll(true).current(all),
];
