import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ExporterOnNode, isUp } from '../cluster/exporter-on-node.ts';
import { Lab } from '../cluster/lab.ts';

/** Both exporters run on these nodes, and a Prometheus on the first that scrapes them and evaluates the rules. */
const monitored = [1, 2];
const prometheus = '127.0.0.1:9090';

/** Series with an old name, by instance; without the job, sorted. */
type Series = Readonly<Record<string, string>>;

let lab: Lab;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'migration-'));
  lab = await Lab.up({ nodes: 3, links: 2, name: 'migration' });
  const exporters = monitored.map((nodeid) => new ExporterOnNode(lab, nodeid));
  for (const nodeid of monitored) lab.spawn(nodeid, 'ha_cluster_exporter', [], { stdio: 'ignore' });
  const job = (name: string, port: number) => ({
    job_name: name,
    static_configs: monitored.map((nodeid) => ({
      targets: [`10.10.0.${nodeid}:${port}`],
      labels: { instance: `node${nodeid}` },
    })),
  });
  const configuration = {
    global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
    rule_files: [resolve('config/ha-cluster-exporter-names.yml')],
    scrape_configs: [job('corosync', 15405), job('ha_cluster', 9664)],
  };
  writeFileSync(join(folder, 'prometheus.yml'), JSON.stringify(configuration)); // JSON is YAML
  lab.spawn(
    1,
    'prometheus',
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=${prometheus}`,
      '--log.level=error',
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  for (const exporter of exporters) await exporter.until(isUp, 10_000);
});

afterAll(async () => {
  await lab?.down();
  rmSync(folder, { recursive: true, force: true });
});

test('in a whole cluster both say the same, series by series', async () => {
  const both = await agreed({
    'node1 ha_cluster_corosync_quorum_votes{type="total_votes"}': '3',
    'node2 ha_cluster_corosync_quorum_votes{type="total_votes"}': '3',
    'node2 ha_cluster_corosync_quorate': '1',
    'node2 ha_cluster_corosync_member_votes{local="true",node="node2",node_id="2"}': '1',
    'node2 ha_cluster_corosync_member_votes{local="false",node="node3",node_id="3"}': '1',
    'node2 ha_cluster_corosync_ring_errors': '0',
    'node2 ha_cluster_scrape_success{collector="corosync"}': '1',
  });
  expect(Object.keys(both)).toHaveLength(2 * (1 + 4 + 3 + 1 + 1));
}, 30_000);

test('only ours has rings, and their errors, where one link is cut', async () => {
  await lab.linkDown(2, 1);
  await expect.poll(async () => (await ask('corosync'))['node1 ha_cluster_corosync_ring_errors'], wait).toBe('1');
  await expect.poll(async () => (await ask('ha_cluster'))['node1 ha_cluster_corosync_ring_errors'], wait).toBe('0');
  const rings = await ask('corosync', '{__name__="ha_cluster_corosync_rings"}');
  expect(rings).toMatchObject({
    'node1 ha_cluster_corosync_rings{address="10.10.0.1",node_id="1",number="0"}': '1',
    'node1 ha_cluster_corosync_rings{address="10.11.0.1",node_id="1",number="1"}': '0',
  });
  expect(await ask('ha_cluster', '{__name__="ha_cluster_corosync_rings"}')).toEqual({});
  await lab.linkUp(2, 1);
  await expect.poll(async () => (await ask('corosync'))['node1 ha_cluster_corosync_ring_errors'], wait).toBe('0');
}, 30_000);

test('both lose the member that is lost', async () => {
  await lab.kill(3);
  const both = await agreed({
    'node1 ha_cluster_corosync_quorum_votes{type="total_votes"}': '2',
    'node2 ha_cluster_corosync_quorum_votes{type="total_votes"}': '2',
  });
  expect(Object.keys(both).join()).not.toContain('node3');
}, 30_000);

test('both lose quorum, and say nothing of it where corosync is gone', async () => {
  await lab.kill(2);
  const both = await agreed({
    'node1 ha_cluster_corosync_quorate': '0',
    'node2 ha_cluster_scrape_success{collector="corosync"}': '0',
  });
  expect(Object.entries(both).filter(([series]) => series.startsWith('node2'))).toEqual([
    ['node2 ha_cluster_scrape_success{collector="corosync"}', '0'],
  ]);
}, 30_000);

const wait = { timeout: 15_000, interval: 250 };

/** Waits until both exporters say this, and the same of everything; what they say. */
async function agreed(expected: Series): Promise<Series> {
  let ours: Series = {};
  await expect
    .poll(async () => {
      ours = await ask('corosync');
      const theirs = await ask('ha_cluster');
      return { same: JSON.stringify(ours) === JSON.stringify(theirs), ours, theirs };
    }, wait)
    .toMatchObject({ same: true, ours: expected });
  return ours;
}

/** What both can say, and that does not depend on how long something took. */
const comparable =
  '{__name__=~"ha_cluster_corosync_.*|ha_cluster_scrape_success",__name__!="ha_cluster_corosync_rings",collector!="pacemaker"}';

async function ask(job: string, selector: string = comparable): Promise<Series> {
  const query = selector.replace('}', `,job="${job}"}`);
  const { stdout } = await lab.exec(1, 'curl', [
    ...['--silent', '--retry', '20', '--retry-connrefused', '--retry-delay', '1'],
    ...['--data-urlencode', `query=${query}`, `http://${prometheus}/api/v1/query`],
  ]);
  const { data } = JSON.parse(stdout) as { data: { result: { metric: Series; value: [number, string] }[] } };
  const series = data.result.map(({ metric: { __name__: name, instance, job: _, ...labels }, value }) => {
    const own = Object.entries(labels).map(([label, text]) => `${label}="${text}"`);
    return [`${instance} ${name}${own.length === 0 ? '' : `{${own.sort().join()}}`}`, value[1]] as const;
  });
  return Object.fromEntries(series.sort(([a], [b]) => a.localeCompare(b)));
}
