import { resolve } from 'node:path';
import type { Cluster } from './cluster.ts';
import { answers } from './promtool.ts';

const rules = ['recording', 'alerts', 'alerts-thresholds'].map((name) => resolve(`config/${name}.yml`));

const query = 'sum by (alertname, cluster_name, instance, node, link, group, collector) (ALERTS{alertstate="firing"})';

/** Asks promtool which alerts fire after these seconds; each as its name and what tells it from others of that name. */
export function firing(clusters: readonly Cluster[], seconds: readonly number[]): string[][] {
  return answers(
    clusters,
    seconds.map((second) => [query, second] as const),
    rules,
  ).map(alertsOf);
}

/** `{alertname="A", cluster="c"} 1, …` as `A cluster=c`. */
function alertsOf(got: string): string[] {
  return [...got.matchAll(/\{([^}]*)\}/g)]
    .map(([, labels = '']) => {
      const pairs = [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value] as const);
      const name = pairs.find(([label]) => label === 'alertname')?.[1];
      const rest = pairs.filter(([label, value]) => label !== 'alertname' && value !== '');
      return [name, ...rest.map(([label, value]) => `${label}=${value}`)].join(' ');
    })
    .sort();
}
