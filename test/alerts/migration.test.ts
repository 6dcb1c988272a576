import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { havePromtool } from './promtool.ts';

const promtool = process.env.PROMTOOL ?? 'promtool';
const rules = resolve('config/ha-cluster-exporter-names.yml');
const minutes = 4;

/** What is different at each minute from the golden exposition, whose node 2 is cut off. */
const changes: Readonly<Record<string, readonly (number | 'stale')[]>> = {
  'corosync_quorum_member{node_id="2",node="node2"}': [1, 0, 0, 0],
  'corosync_node_reachable{node_id="2",node="node2"}': [1, 0, 1, 1],
  'corosync_link_connected{node_id="2",node="node2",link="0"}': [1, 0, 1, 1],
  'corosync_link_connected{node_id="2",node="node2",link="1"}': [0, 0, 0, 0],
  'corosync_link_enabled{node_id="2",node="node2",link="1"}': [1, 1, 1, 0],
  'corosync_qdevice_cast_vote{node_id="1",node="node1",local="true"}': [1, 1, 0, 0],
  'corosync_qdevice_registered{node_id="1",node="node1",local="true"}': [1, 1, 0, 0],
  'corosync_qdevice_registered{node_id="2",node="node2",local="false"}': [1, 1, 0, 1],
  'corosync_qdevice_registered{node_id="3",node="node3",local="false"}': [1, 1, 1, 0],
  corosync_quorum_quorate: [1, 0, 1, 'stale'],
  corosync_up: [1, 1, 1, 0],
};

/** Asked of Prometheus: everything that bears an old name. */
const old = '{__name__=~"ha_cluster_.*"}';

describe.runIf(havePromtool)('the rules that give the old names', () => {
  const golden = readFileSync('test/golden/all-healthy.prom', 'utf8');
  let got: readonly (readonly string[])[];
  beforeAll(() => {
    got = ask(golden.split('\n').filter((line) => /^corosync_/.test(line)));
  });

  const at = (minute: number, name: string) => got[minute]?.filter((series) => series.startsWith(name)) ?? [];
  const member = (id: number, node: string, local: boolean, votes: number) =>
    `ha_cluster_corosync_member_votes{local="${local}", node="${node}", node_id="${id}"} ${votes}`;
  const ring = (number: number, address: string, healthy: number) =>
    `ha_cluster_corosync_rings{address="${address}", node_id="1", number="${number}"} ${healthy}`;
  const qdevice = (votes: number) => member(0, 'Qdevice', false, votes);

  test('quorum and its votes are those of corosync', () => {
    expect(at(0, 'ha_cluster_corosync_quor')).toEqual([
      'ha_cluster_corosync_quorate 1',
      'ha_cluster_corosync_quorum_votes{type="expected_votes"} 5',
      'ha_cluster_corosync_quorum_votes{type="highest_expected"} 5',
      'ha_cluster_corosync_quorum_votes{type="quorum"} 3',
      'ha_cluster_corosync_quorum_votes{type="total_votes"} 5',
    ]);
    expect(at(1, 'ha_cluster_corosync_quorate')).toEqual(['ha_cluster_corosync_quorate 0']);
    expect(at(3, 'ha_cluster_corosync_quorate')).toEqual([]);
  });

  test('each member has its votes, and the quorum device is one of them', () => {
    const [one, two, three] = [member(1, 'node1', true, 1), member(2, 'node2', false, 1), member(3, 'node3', false, 2)];
    expect(at(0, 'ha_cluster_corosync_member')).toEqual([qdevice(1), two, three, one]);
    expect(at(1, 'ha_cluster_corosync_member')).toEqual([qdevice(1), three, one]);
  });

  test('a quorum device that only others have has no votes here, and one that no member has is not there', () => {
    expect(at(2, qdevice(0))).toHaveLength(1);
    expect(at(3, 'ha_cluster_corosync_member').join()).not.toContain('Qdevice');
  });

  test('a link is faulty to a node that is reached on another one, not to one that is gone or where it is off', () => {
    const rings = (minute: number) => [
      at(minute, 'ha_cluster_corosync_rings'),
      at(minute, 'ha_cluster_corosync_ring_'),
    ];
    const of = (healthy: number) => [
      [ring(1, '198.51.100.1', healthy), ring(0, '192.0.2.1', 1)].sort(),
      [`ha_cluster_corosync_ring_errors ${1 - healthy}`],
    ];
    expect([0, 1, 2, 3].map(rings)).toEqual([of(0), of(1), of(0), of(1)]);
  });

  test('a ring that corosync 2 has marked is faulty', () => {
    const udp = golden
      .split('\n')
      .filter((line) => /^corosync_/.test(line) && !/^corosync_(link|node_reach)/.test(line));
    const faulty = udp.map((line) => line.replace(/(corosync_ring_faulty.*) 0$/, '$1 1'));
    const [[...first] = []] = ask(faulty);
    expect(first.filter((series) => series.includes('ring'))).toEqual([
      'ha_cluster_corosync_ring_errors 1',
      ring(0, '192.0.2.1', 0),
    ]);
  });

  test('the scrape succeeded where corosync answered', () => {
    expect([0, 3].map((minute) => at(minute, 'ha_cluster_scrape_success'))).toEqual([
      ['ha_cluster_scrape_success{collector="corosync"} 1'],
      ['ha_cluster_scrape_success{collector="corosync"} 0'],
    ]);
    expect(at(0, 'ha_cluster_scrape_duration')).toEqual([
      expect.stringMatching(/^ha_cluster_scrape_duration_seconds\{collector="corosync"\} 0\.0\d/),
    ]);
  });
});

/** The series with old names at each minute, sorted and without the labels of the target, as promtool evaluates them. */
function ask(exposition: readonly string[]): readonly (readonly string[])[] {
  const folder = mkdtempSync(join(tmpdir(), 'corosync-migration-'));
  try {
    const file = join(folder, 'test.yml');
    writeFileSync(file, stringify(testFile(exposition)));
    const { stdout, stderr } = spawnSync(promtool, ['test', 'rules', file], { encoding: 'utf8' });
    const outcomes = [...`${stdout}${stderr}`.matchAll(/time: (\S+),[\s\S]*?got:\s*(.*)/g)];
    if (outcomes.length !== minutes) throw new Error(`promtool: ${stdout}${stderr}`);
    return outcomes.map(([, , answer = '']) =>
      [...answer.matchAll(/\{__name__="(\w+)",? ?([^}]*)\} ([^,\s]+)/g)]
        .map(([, name = '', labels = '', value = '']) => series(name, labels, value))
        .sort(),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function series(name: string, labels: string, value: string): string {
  const own = labels.split(', ').filter((label) => !/^(job|instance|cluster)=/.test(label));
  return `${name}${own.length === 0 ? '' : `{${own.join(', ')}}`} ${Number(Number(value).toFixed(9))}`;
}

/** It expects what is never so, because only a failure shows what was got. */
function testFile(exposition: readonly string[]): object {
  const target = 'job="corosync",instance="node1",cluster="a"';
  return {
    rule_files: [rules],
    evaluation_interval: '1m',
    tests: [
      {
        interval: '1m',
        input_series: exposition.map((line) => {
          const [, name = '', value = ''] = /^(.*) (\S+)$/.exec(line) ?? [];
          const values = changes[name] ?? Array(minutes).fill(value);
          const labelled = name.includes('{') ? name.replace('{', `{${target},`) : `${name}{${target}}`;
          return { series: labelled, values: values.join(' ') };
        }),
        promql_expr_test: Array.from({ length: minutes }, (_, minute) => ({
          expr: old,
          eval_time: `${minute}m`,
          exp_samples: [{ labels: '{alertname="never"}', value: 4711 }],
        })),
      },
    ],
  };
}
