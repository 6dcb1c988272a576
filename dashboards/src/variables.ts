import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  type VariableModel,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { datasource } from './panels.ts';

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

const job = query('job', 'Job', 'label_values(corosync_up, job)')
  .multi(true)
  .includeAll(true)
  .allValue('.+')
  .current(all);

const clusterNames = 'label_values(corosync_cluster_info{job=~"$job"}, cluster_name)';

/** For the dashboard of all clusters. `.*` takes in one without a name. */
export const ofAllClusters: Builder<VariableModel>[] = [
  source,
  job,
  query('cluster', 'Cluster', clusterNames).multi(true).includeAll(true).allValue('.*').current(all),
];

/**
 * For the dashboards of one cluster. `instance` has no value of its own for All: that would take in the exporters of the
 * other clusters, so Grafana lists those of this one.
 */
export const ofOneCluster: Builder<VariableModel>[] = [
  source,
  job,
  query('cluster', 'Cluster', clusterNames).multi(false).includeAll(false),
  query('instance', 'Instance', 'label_values(corosync_cluster_info{job=~"$job",cluster_name=~"$cluster"}, instance)')
    .multi(true)
    .includeAll(true)
    .current(all),
];
