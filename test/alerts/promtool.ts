import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Cluster } from './cluster.ts';

/** Another promtool than the one in the path can be named: the rules are for Prometheus 2.42 and later, and 3. */
const promtool = process.env.PROMTOOL ?? 'promtool';

export const havePromtool = spawnSync(promtool, ['--version']).status === 0;

/** An expression, and the second at which it is asked. */
export type Question = readonly [expression: string, second: number];

/** What each question gets as an answer, in promtool's words: `{a="b"} 1E+00, …`, or `nil`. */
export function answers(
  clusters: readonly Cluster[],
  questions: readonly Question[],
  rules: readonly string[] = [],
): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'corosync-promtool-'));
  try {
    const file = join(folder, 'test.yml');
    writeFileSync(file, stringify(testFile(clusters, questions, rules)));
    const { stdout, stderr } = spawnSync(promtool, ['test', 'rules', file], { encoding: 'utf8' });
    const outcomes = [...`${stdout}${stderr}`.matchAll(/time: \S+,[\s\S]*?got:\s*(.*)/g)];
    if (outcomes.length !== questions.length) throw new Error(`promtool: ${stdout}${stderr}`);
    return outcomes.map(([, got = '']) => got);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** It expects what is never so, because only a failure shows what was got. */
function testFile(clusters: readonly Cluster[], questions: readonly Question[], rules: readonly string[]): object {
  return {
    rule_files: rules,
    evaluation_interval: '5s',
    tests: [
      {
        interval: '15s',
        input_series: clusters.flatMap((cluster) => [...cluster.input()]),
        promql_expr_test: questions.map(([expr, second]) => ({
          expr,
          eval_time: `${second}s`,
          exp_samples: [{ labels: '{alertname="never"}', value: 4711 }],
        })),
      },
    ],
  };
}
