import { describe, expect, test } from 'vitest';
import { Cluster } from '../alerts/cluster.ts';
import { answers, havePromtool, type Question } from '../alerts/promtool.ts';
import { annotationQueries, committed, panelQueries, uids, variableQueries } from './dashboard-json.ts';
import { type Choice, filledIn } from './every-query.ts';

const from = 20;
const now = 15 * from + 90;
const instance = '(host-1|host-2|host-3)';

/** Two clusters that are called the same, with instances that are, told apart by the label `cluster` of their targets. */
function namesakes(): [a: Cluster, b: Cluster] {
  const [a, b] = ['a', 'b'].map((name) => new Cluster('debian', { target: `cluster="${name}"`, instances: 'host' }));
  if (a === undefined || b === undefined) throw new Error('There are two');
  a.partition([[1], [2], [3]], [false, false, false], from);
  for (const node of b.nodes) b.grow(node, 'corosync_membership_changes_total', 1, from);
  return [a, b];
}

function asked(expression: string, choice: Choice): Question {
  return [filledIn(expression.replaceAll('$__rate_interval', '75s'), choice), now];
}

/** What a panel shows, or everything that a dashboard does. */
function shown(clusters: readonly Cluster[], choice: Choice, uid: string, title = ''): Record<string, string> {
  const dashboard = committed(uid);
  const queries = [...panelQueries(dashboard), ...annotationQueries(dashboard)].filter(({ place }) =>
    place.includes(title),
  );
  const got = answers(
    clusters,
    queries.map(({ expression }) => asked(expression, choice)),
  );
  return Object.fromEntries(queries.map(({ place }, i) => [place, got[i] ?? '']));
}

function valuesOf(clusters: readonly Cluster[], choice: Choice, uid: string, name: string): string[] {
  const variable = variableQueries(committed(uid)).find((one) => one.variable.name === name);
  const [got = ''] = answers(clusters, [asked(variable?.expression ?? '', choice)]);
  return [...got.matchAll(new RegExp(`${variable?.label}="([^"]+)"`, 'g'))].map(([, value = '']) => value).sort();
}

describe.runIf(havePromtool)('by promtool', { timeout: 60_000 }, () => {
  test.each(uids)('%s shows of a cluster the same whether or not there is another of its name', (uid) => {
    const [a, b] = namesakes();
    for (const [cluster, one] of [['a', a], ['b', b]] as const) {
      const choice = { job: '.+', cluster, instance };
      const alone = shown([one], choice, uid);
      expect(Object.values(alone).filter((got) => got !== 'nil').length).toBeGreaterThan(5);
      expect(shown([a, b], choice, uid)).toEqual(alone);
    } // biome-ignore format: a table
  });

  test('among all clusters they are two, beside one without the label', () => {
    const clusters = [...namesakes(), new Cluster('lab')];
    const choice = { job: '.+', cluster: '.*', instance: '.+' };
    const [quorum] = Object.values(shown(clusters, choice, 'corosync-clusters', 'Quorum by cluster'));
    expect(quorum?.split(', {').length).toBe(3);
    expect(quorum).toContain('{cluster_name="a"} 1E+00');
    expect(quorum).toContain('{cluster_name="b"} 3E+00');
    expect(quorum).toContain('{cluster_name="lab"} 3E+00');
  });

  test('a node that has changed clusters is in the one that it is in now', () => {
    const [former, present] = [new Cluster('a'), new Cluster('b')];
    const moved = new Cluster('b', { instances: 'moved', nodes: 1 });
    moved.set(1, 'corosync_cluster_info{cluster_name="b"}', '_', 0, from);
    moved.set(1, 'corosync_cluster_info{cluster_name="a"}', 1, 0, from);
    for (const cluster of [present, moved]) cluster.setAll('corosync_membership_ring_representative_node_id', 9, 0);
    const choice = { job: 'corosync', cluster: '.*', instance: '.+' };
    const quorum = (chosen: Choice) =>
      Object.values(shown([former, present, moved], chosen, 'corosync-clusters', 'Quorum by cluster'))[0];
    expect(quorum(choice)).toContain('{cluster_name="a"} 3E+00');
    expect(quorum({ ...choice, cluster: 'a' })).toBe('{cluster_name="a"} 3E+00');
  });

  test('the variables have the names of clusters, and the instances of the one that is chosen', () => {
    const clusters = [...namesakes(), new Cluster('lab')];
    const of = (cluster: string, uid: string, name: string) =>
      valuesOf(clusters, { job: '.+', cluster, instance: '.+' }, uid, name);
    for (const uid of uids) expect(of('', uid, 'cluster')).toEqual(['a', 'b', 'lab']);
    for (const uid of ['corosync-cluster', 'corosync-exporter']) {
      expect(of('a', uid, 'instance')).toEqual(['host-1', 'host-2', 'host-3']);
      expect(of('lab', uid, 'instance')).toEqual(['lab-1', 'lab-2', 'lab-3']);
      expect(of('debian', uid, 'instance')).toEqual([]);
      expect(of('', uid, 'instance')).toEqual([]); // what has no name is not what has another one
    }
  });

  test('one vote from loss is a cluster whose next loss stops it', () => {
    const single = new Cluster('single', { nodes: 1 });
    const tied = new Cluster('tied', { nodes: 2 }).setAll('corosync_votequorum_flag{flag="auto_tie_breaker"}', 1, 0);
    const stopped = new Cluster('stopped').partition([[1], [2], [3]], [false, false, false], from);
    const choice = { job: '.+', cluster: '.*', instance: '.+' };
    const count = (...clusters: Cluster[]) =>
      Object.values(shown(clusters, choice, 'corosync-clusters', 'One vote from loss'));
    expect(count(new Cluster(), single, tied, stopped)).toEqual(['{} 0E+00']);
    const last = new Cluster('last').setAll('corosync_votequorum_total_votes', 2, from);
    expect(count(new Cluster(), last)).toEqual(['{} 1E+00']);
  });
});
