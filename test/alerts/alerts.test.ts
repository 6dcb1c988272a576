import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { Cluster, linkLabels } from './cluster.ts';
import { firing } from './firing.ts';
import { havePromtool } from './promtool.ts';
import { type Story, silences, stories } from './stories.ts';

/** The scrape in which a fault begins, and its time. */
const from = 20;
const begin = 15 * from;

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}
const files = ['config/alerts.yml', 'config/alerts-thresholds.yml'];
const rules: Rule[] = files.flatMap((file) =>
  parse(readFileSync(file, 'utf8')).groups.flatMap((group: { rules: Rule[] }) => group.rules),
);

test('every alert has a story, and every story an alert', () => {
  const told = [...stories.map(({ alert }) => alert), 'CorosyncNoTargets'];
  expect(told.sort()).toEqual(rules.map(({ alert }) => alert).sort());
});

test.each(rules)(
  '$alert says how urgent it is, what is the matter and what to do',
  ({ alert, labels, annotations }) => {
    expect(['critical', 'warning', 'info']).toContain(labels.severity);
    expect(Object.keys(annotations)).toEqual(['summary', 'description', 'runbook_url']);
    expect(annotations.summary).not.toMatch(/\{\{/); // a summary does not change from alert to alert
    expect(annotations.runbook_url).toMatch(new RegExp(`/docs/runbooks\\.md#${alert.toLowerCase()}$`));
  },
);

describe.runIf(havePromtool)('by promtool', { timeout: 60_000 }, () => {
  // Many clusters in one Prometheus, each with its own fault: so each also shows that clusters keep apart.

  const short = stories.filter(({ fires }) => fires <= 420);
  const long = stories.filter(({ fires }) => fires > 420);

  describe.each([
    ['short', short],
    ['long', long],
  ])('%s stories', (_, told) => {
    const times = [...new Set(told.flatMap(({ quiet, fires }) => [begin + quiet, begin + fires]))].sort(
      (a, b) => a - b,
    );
    const outcome = once(() =>
      byTime(
        told.map((story) => clusterOf(story, (cluster) => story.fault(cluster, from))),
        times,
      ),
    );

    test.each(told)('$alert fires, and no other with it', ({ alert, labels, fires, with: others = [] }) => {
      const got = outcome().of(alert, begin + fires);
      const name = [alert, labels].filter(Boolean).join(' ');
      expect(got).toContain(name);
      expect(got.filter((one) => one !== name && !others.includes(one))).toEqual([]);
    });

    test.each(told)('$alert does not fire before its time', ({ alert, quiet }) => {
      const got = outcome().of(alert, begin + quiet);
      expect(got.filter((one) => isOf(alert, one))).toEqual([]);
    });
  });

  describe('short-lived', () => {
    const told = stories.filter(({ tolerated }) => tolerated > 0);
    const sampled = Array.from({ length: 40 }, (_, i) => begin + 15 * i + 5);
    const outcome = once(() =>
      byTime(
        told.map((story) => clusterOf(story, (cluster) => story.fault(cluster, from, from + story.tolerated))),
        sampled,
      ),
    );

    test.each(told)('$alert stays quiet through a short one', ({ alert }) => {
      expect(
        outcome()
          .all(alert)
          .flat()
          .filter((one) => isOf(alert, one)),
      ).toEqual([]);
    });
  });

  describe('nothing fires', () => {
    const names = Object.keys(silences);
    const sampled = Array.from({ length: 60 }, (_, i) => 60 + 10 * i);
    const outcome = once(() =>
      byTime(
        Object.values(silences).map((happen, i) => {
          const cluster = new Cluster(`quiet${i}`);
          happen(cluster);
          return cluster;
        }),
        sampled,
      ),
    );

    test.each(names)('through %s', (name) => {
      expect(
        outcome()
          .all(`quiet${names.indexOf(name)}`)
          .flat(),
      ).toEqual([]);
    });
  });

  test('CorosyncNoTargets fires where nothing is scraped, and only there', () => {
    expect(firing([], [200, 400])).toEqual([[], ['CorosyncNoTargets']]);
  });

  test('a target label names the cluster where the operator sets one', () => {
    const cluster = new Cluster('ha', { target: 'cluster="production"' });
    cluster.partition([[1, 2], [3]], [true, false], from);
    expect(firing([cluster], [begin + 30])).toEqual([
      ['CorosyncNodeWithoutQuorum cluster_name=production instance=ha-3 node=node3'],
    ]);
  });

  test('two clusters whose instances are called the same keep apart by their label', () => {
    const [a, b] = ['a', 'b'].map((name) => new Cluster(name, { target: `cluster="${name}"`, instances: 'host' })) as [
      Cluster,
      Cluster,
    ];
    a.partition([[1], [2], [3]], [false, false, false], from);
    expect(firing([a, b], [begin + 30])).toEqual([['CorosyncQuorumLost cluster_name=a']]);
  });

  test('two clusters of one name are told as that, not as a split', () => {
    const clusters = ['x', 'y'].map((instances) => new Cluster('debian', { instances }));
    for (const node of clusters[1]?.nodes ?? []) {
      clusters[1]?.set(node, 'corosync_membership_ring_representative_node_id', 9, 0);
    }
    expect(firing(clusters, [begin + 30, begin + 330])[0]?.join()).not.toContain('SplitBrain');
    expect(firing(clusters, [begin + 330])[0]).toContain('CorosyncTargetsExceedNodes cluster_name=debian');
  });

  test('a split is told where the target of a node that was taken out of the cluster was left', () => {
    const cluster = new Cluster('lab');
    const taken = new Cluster('lab', { instances: 'taken', nodes: 1 });
    taken.corosyncDown(1, 0);
    cluster.partition([[1, 2], [3]], [true, true], from);
    expect(firing([cluster, taken], [begin + 30])[0]).toContain('CorosyncSplitBrain cluster_name=lab');
  });

  test('a corosync that is frozen is that also for an exporter that starts meanwhile', () => {
    const cluster = new Cluster('lab');
    cluster.corosyncFrozen(3, from);
    const started = from + 10;
    cluster.set(3, 'corosync_library_connected{library="quorum"}', 0, started);
    cluster.grow(3, 'corosync_exporter_lane_held_seconds{lane="services"}', 15, started);
    const frozen = ['CorosyncFrozen cluster_name=lab instance=lab-3 node=node3'];
    const later = started * 15 + 60;
    expect(
      firing([cluster], [begin + 30, later, later + 300]).map((all) => all.filter((one) => /Down|Frozen/.test(one))),
    ).toEqual([frozen, frozen, frozen]);
  });

  test('a qdevice of which nothing can be read is not told as missing', () => {
    const cluster = new Cluster('lab');
    cluster.setAll('corosync_qdevice_configured', 1, from);
    expect(firing([cluster], [begin + 300])).toEqual([[]]);
  });

  test('a link that slowed down and is down now is not slow', () => {
    const cluster = new Cluster('lab');
    cluster.set(3, `corosync_link_latency_seconds${linkLabels(1, 0)}`, 0.5, from);
    cluster.set(3, `corosync_link_connected${linkLabels(1, 0)}`, 0, from);
    expect(firing([cluster], [begin + 90])).toEqual([
      ['CorosyncLastLink cluster_name=lab', 'CorosyncLinkDown cluster_name=lab link=0'],
    ]);
  });

  test('a node that is renamed and whose exporter then ends is told by its new name', () => {
    const cluster = new Cluster('lab');
    cluster.set(3, 'corosync_node_info{node_id="3",node="node3",local="true"}', '_', from);
    cluster.set(3, 'corosync_node_info{node_id="3",node="renamed",local="true"}', 1, from);
    cluster.exporterDown(3, from + 10);
    expect(firing([cluster], [begin + 330])[0]).toContain(
      'CorosyncExporterDown cluster_name=lab instance=lab-3 node=renamed',
    );
  });

  test('clusters without a nodelist keep apart by their names', () => {
    const clusters = ['p', 'q'].map((name) => new Cluster(name));
    for (const cluster of clusters) {
      cluster.setAll('corosync_node_info', '_', 0).setAll('corosync_nodelist_nodes', 0, 0);
    }
    clusters[0]?.partition([[1], [2], [3]], [false, false, false], from);
    expect(firing(clusters, [begin + 30, begin + 330])).toEqual([
      ['CorosyncQuorumLost cluster_name=p'],
      ['CorosyncMembershipViewsDiffer cluster_name=p', 'CorosyncQuorumLost cluster_name=p'],
    ]);
  });

  test('a cluster without a nodelist that splits, and one that is down to its last vote, are told', () => {
    const [split, last] = ['split', 'last'].map((name) => new Cluster(name)) as [Cluster, Cluster];
    for (const cluster of [split, last]) {
      cluster.setAll('corosync_node_info', '_', 0).setAll('corosync_nodelist_nodes', 0, 0);
    }
    split.partition([[1, 2], [3]], [true, true], from);
    last.setAll('corosync_votequorum_total_votes', 2, from);
    expect(firing([split, last], [begin + 30, begin + 330])).toEqual([
      ['CorosyncSplitBrain cluster_name=split'],
      expect.arrayContaining([
        'CorosyncSplitBrain cluster_name=split',
        'CorosyncOneVoteFromQuorumLoss cluster_name=last',
      ]),
    ]);
  });

  test('who has no vote to lose is told of two nodes when one is lost, not of a single node', () => {
    const [single, two, downscaled] = [1, 2, 2].map((nodes, i) => new Cluster(`c${i}`, { nodes })) as [
      Cluster,
      Cluster,
      Cluster,
    ];
    for (const cluster of [two, downscaled]) {
      cluster.setAll('corosync_votequorum_flag{flag="two_node"}', 1, 0);
      cluster.setAll('corosync_votequorum_quorum_votes', 1, 0);
      cluster.setAll('corosync_votequorum_total_votes', 1, from);
    }
    downscaled.setAll('corosync_votequorum_flag{flag="allow_downscale"}', 1, 0);
    downscaled.setAll('corosync_votequorum_expected_votes', 1, from);
    expect(firing([single, two, downscaled], [begin + 270, begin + 330])).toEqual([
      [],
      ['CorosyncOneVoteFromQuorumLoss cluster_name=c1', 'CorosyncOneVoteFromQuorumLoss cluster_name=c2'],
    ]);
  });

  test('half of the votes can be enough with auto_tie_breaker: who has all of them has one to lose', () => {
    const clusters = [2, 4].map((nodes) => new Cluster(`of${nodes}`, { nodes }));
    for (const cluster of clusters) cluster.setAll('corosync_votequorum_flag{flag="auto_tie_breaker"}', 1, 0);
    const [two, four] = clusters as [Cluster, Cluster];
    // Corosync then takes what there is for what is needed.
    two.setAll('corosync_votequorum_total_votes', 1, 60).setAll('corosync_votequorum_quorum_votes', 1, 60);
    four.setAll('corosync_votequorum_total_votes', 3, from, 60);
    four.setAll('corosync_votequorum_total_votes', 2, 60).setAll('corosync_votequorum_quorum_votes', 2, 60);
    expect(firing(clusters, [begin - 5, 15 * 60 - 5, 15 * 60 + 330])).toEqual([
      [],
      ['CorosyncOneVoteFromQuorumLoss cluster_name=of4'],
      ['CorosyncOneVoteFromQuorumLoss cluster_name=of2', 'CorosyncOneVoteFromQuorumLoss cluster_name=of4'],
    ]);
  });

  test('the name of the cluster is known as long as its exporters are configured', () => {
    const cluster = new Cluster('lab');
    for (const node of cluster.nodes) cluster.exporterDown(node, from);
    expect(firing([cluster], [1_500])[0]).toContain('CorosyncQuorumUnknown cluster_name=lab');
  });
});

/** Computes a value when the first test asks for it. */
function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

function isOf(alert: string, fired: string): boolean {
  return fired.split(' ')[0] === alert;
}

function clusterOf({ alert, nodes = 3 }: Story, happen: (cluster: Cluster) => unknown): Cluster {
  const cluster = new Cluster(alert, { nodes });
  happen(cluster);
  return cluster;
}

/** What fires when, cluster by cluster, without the labels that say which cluster. */
function byTime(clusters: readonly Cluster[], seconds: readonly number[]) {
  const fired = firing(clusters, seconds);
  const of = (name: string, second: number) =>
    (fired[seconds.indexOf(second)] ?? [])
      .filter((one) => one.split(' ').includes(`cluster_name=${name}`))
      .map((one) =>
        one
          .split(' ')
          .filter((part) => !/^(cluster_name|instance)=/.test(part))
          .join(' '),
      );
  return { of, all: (name: string) => seconds.map((second) => of(name, second)) };
}
