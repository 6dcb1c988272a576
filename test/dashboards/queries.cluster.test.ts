import type { Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { quorumAtNode, quorumByCluster, quorumInCluster, rings, seen } from '../../dashboards/src/queries.ts';
import { ExporterOnNode } from '../cluster/exporter-on-node.ts';
import { emptyAnswers, filledIn } from './every-query.ts';
import { serveGolden } from './golden-exporter.ts';
import { LiveCluster } from './live-cluster.ts';

const lab = { job: '.+', cluster: 'lab', instance: '(node1|node2|node3)' };
const golden = { job: '.+', cluster: 'hacluster', instance: '(golden1|golden2)' };

// A healthy cluster without a quorum device has nothing to say here; the exposition that has it all does.
const quiet = [
  /Quorum lost$/,
  /Quorum is back$/,
  /Membership changed$/,
  /Scheduling pause$/,
  /Failed calls \/ B$/, // which call failed
  // Of the exporter's own connections only requests and queued events are read, and here it is the only client.
  /\/ (Requests and responses \/ B|Events \/ A|(Refused requests|Held back) \/ [AB])$/,
];

let cluster: LiveCluster;
const servers: Server[] = [];

beforeAll(async () => {
  const [healthy, down] = [await serveGolden('all-healthy.prom'), await serveGolden('all-down.prom')];
  servers.push(healthy.server, down.server);
  cluster = await LiveCluster.up({ golden1: healthy.address, golden2: down.address });
  await sleep(30_000); // a rate takes two scrapes, the mean of a round trip two probes
}, 120_000);

afterAll(async () => {
  await cluster?.down();
  for (const server of servers) server.close();
});

test('every query gets an answer of a real cluster', async () => {
  expect(await ask('sum(up)')).toEqual([5]);
  const empty = await emptyAnswers(cluster.prometheus, lab);
  expect(empty.filter((place) => !quiet.some((one) => one.test(place)))).toEqual([]);
});

test('every query gets an answer where every metric is there', async () => {
  // Who has quorum has not lost it; and the exporter's own process is in no golden exposition.
  const others = /Quorum lost$|\/ (Processor|Memory|Delay of the event loop|Workers and descriptors) \//;
  const empty = await emptyAnswers(cluster.prometheus, golden);
  expect(empty.filter((place) => !others.test(place))).toEqual([]);
}, 60_000);

describe('what the states say', () => {
  test('all nodes see all nodes, in one ring, quorate', async () => {
    expect(await ask(quorumInCluster)).toEqual([3]);
    expect(await ask(quorumByCluster)).toEqual([3]);
    expect(await ask(quorumAtNode)).toEqual([4, 4, 4]);
    expect(await ask(rings)).toEqual([1]);
    expect(await ask(whoSeesWhom)).toEqual(Array(9).fill(1));
  });

  test('in a partition one part is quorate, and each sees the other as absent', async () => {
    await cluster.lab.partition([[1, 2], [3]]);
    await expect.poll(() => ask(quorumAtNode), { timeout: 30_000 }).toEqual([4, 4, 3]);
    await expect.poll(() => ask(whoSeesWhom), { timeout: 30_000 }).toEqual([1, 1, 0, 1, 1, 0, 0, 0, 1]);
    expect(await ask(rings)).toEqual([2]);
    await sleep(50_000); // as long as two rings have to last to count as a split brain
    expect(await ask(quorumInCluster)).toEqual([2]);
    expect(await ask(quorumByCluster)).toEqual([2]);
    await cluster.lab.heal();
    await expect.poll(() => ask(whoSeesWhom), { timeout: 30_000 }).toEqual(Array(9).fill(1));
  }, 150_000);

  test('a cluster of which two nodes are lost is without quorum', async () => {
    await cluster.lab.partition([[1], [2], [3]]);
    await expect.poll(() => ask(quorumInCluster), { timeout: 30_000 }).toEqual([1]);
    await expect.poll(() => ask(quorumByCluster), { timeout: 30_000 }).toEqual([1]);
    await cluster.lab.heal();
    await expect.poll(() => ask(whoSeesWhom), { timeout: 30_000 }).toEqual(Array(9).fill(1));
  });

  test('a node whose corosync is gone is shown as such, and as absent to the others', async () => {
    await cluster.lab.kill(2);
    await expect.poll(() => ask(quorumAtNode), { timeout: 30_000 }).toEqual([4, 1, 4]);
    await expect.poll(() => ask(whoSeesWhom), { timeout: 30_000 }).toEqual([1, 0, 1, -1, -1, -1, 1, 0, 1]);
    expect(await ask(quorumInCluster)).toEqual([3]);
    await cluster.lab.start(2);
    await expect.poll(() => ask(quorumAtNode), { timeout: 30_000 }).toEqual([4, 4, 4]);
  });

  test('a frozen one is told from one that is gone', async () => {
    cluster.lab.freeze(2);
    await expect.poll(() => ask(quorumAtNode), { timeout: 30_000 }).toEqual([4, 2, 4]);
    // Also by an exporter that starts meanwhile, which cannot connect.
    await cluster.exporters[1]?.end('SIGKILL');
    cluster.exporters[1] = new ExporterOnNode(cluster.lab, 2);
    await sleep(15_000);
    expect(await ask(quorumAtNode)).toEqual([4, 2, 4]);
    cluster.lab.thaw(2);
    await expect.poll(() => ask(quorumAtNode), { timeout: 30_000 }).toEqual([4, 4, 4]);
  });

  test('an exporter that is gone is no data, not health, and its node stays on the list', async () => {
    await cluster.exporters[2]?.end('SIGKILL');
    await expect.poll(() => ask(quorumAtNode), { timeout: 30_000 }).toEqual([4, 4, 0]);
    await expect.poll(() => ask(whoSeesWhom), { timeout: 30_000 }).toEqual([1, 1, 1, 1, 1, 1, -2, -2, -2]);
    expect(await ask(quorumInCluster)).toEqual([3]);
  });

  test('a cluster whose corosync answers nowhere is told from one without quorum, and from one without exporters', async () => {
    await Promise.all([1, 2, 3].map((nodeid) => cluster.lab.kill(nodeid)));
    await expect.poll(() => ask(quorumInCluster), { timeout: 30_000 }).toEqual([-1]);
    await expect.poll(() => ask(quorumByCluster), { timeout: 30_000 }).toEqual([-1]);
    await Promise.all(cluster.exporters.map((exporter) => exporter.end('SIGKILL')));
    await expect.poll(() => ask(quorumInCluster), { timeout: 30_000 }).toEqual([0]);
    await expect.poll(() => ask(quorumByCluster), { timeout: 30_000 }).toEqual([0]);
    expect(await ask(quorumAtNode)).toEqual([0, 0, 0]);
  });
});

const whoSeesWhom = seen('corosync_membership_member', 'corosync_node_info', 'job, instance, node_id, node');

/** The values that the lab's series have now, by exporter and node. */
async function ask(query: string): Promise<number[]> {
  const series = await cluster.prometheus.query(filledIn(query, lab));
  const key = ({ metric }: (typeof series)[number]) => `${metric.instance} ${metric.node_id}`;
  return series.toSorted((a, b) => key(a).localeCompare(key(b))).map(({ value }) => Number(value?.[1]));
}

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
