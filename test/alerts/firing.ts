import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { stringify } from 'yaml';
import type { Cluster } from './cluster.ts';

const rules = ['recording', 'alerts', 'alerts-thresholds'].map((name) => resolve(`config/${name}.yml`));

/** Another promtool than the one in the path can be named: the rules are for Prometheus 2.42 and later, and 3. */
const promtool = process.env.PROMTOOL ?? 'promtool';

export const havePromtool = spawnSync(promtool, ['--version']).status === 0;

/** Asks promtool which alerts fire after these seconds; each as its name and what tells it from others of that name. */
export function firing(clusters: readonly Cluster[], seconds: readonly number[]): string[][] {
  const folder = mkdtempSync(join(tmpdir(), 'corosync-alerts-'));
  try {
    const file = join(folder, 'test.yml');
    writeFileSync(file, stringify(testFile(clusters, seconds)));
    const { stdout, stderr } = spawnSync(promtool, ['test', 'rules', file], { encoding: 'utf8' });
    const outcomes = [...`${stdout}${stderr}`.matchAll(/time: (\S+),[\s\S]*?got:\s*(.*)/g)];
    if (outcomes.length !== seconds.length) throw new Error(`promtool: ${stdout}${stderr}`);
    return outcomes.map(([, , got = '']) => alertsOf(got));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const query = 'sum by (alertname, cluster_name, instance, node, link, group, collector) (ALERTS{alertstate="firing"})';

/** It expects what is never so, because only a failure shows what was got. */
function testFile(clusters: readonly Cluster[], seconds: readonly number[]): object {
  return {
    rule_files: rules,
    evaluation_interval: '5s',
    tests: [
      {
        interval: '15s',
        input_series: clusters.flatMap((cluster) => [...cluster.input()]),
        promql_expr_test: seconds.map((second) => ({
          expr: query,
          eval_time: `${second}s`,
          exp_samples: [{ labels: '{alertname="never"}', value: 4711 }],
        })),
      },
    ],
  };
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
