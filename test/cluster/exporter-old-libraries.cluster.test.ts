import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ExporterOnNode, isUp, type Scrape } from './exporter-on-node.ts';
import { Lab } from './lab.ts';
import { hideFunctions, type NewerFunction } from './old-libraries.ts';

const folders: string[] = [];
let lab: Lab;
let exporters: ExporterOnNode[];

/** What the exporter of each node does without. */
const hidden: readonly (readonly NewerFunction[])[] = [
  ['quorum_model_initialize', 'corosync_cfg_node_status_get', 'cmap_initialize_map'],
  ['corosync_cfg_node_status_get'],
  ['quorum_model_initialize'],
];
const at = (nodeid: number) => exporters[nodeid - 1] as ExporterOnNode;
const link = (nodeid: number, number: number) => `{node_id="${nodeid}",node="node${nodeid}",link="${number}"}`;

beforeAll(async () => {
  lab = await Lab.up({ nodes: 3, links: 2 });
  exporters = hidden.map((names, i) => {
    const folder = hideFunctions(...names);
    folders.push(folder);
    return new ExporterOnNode(lab, i + 1, { env: { LD_LIBRARY_PATH: folder } });
  });
  for (const exporter of exporters) await exporter.until(isUp, 10_000);
});
afterAll(async () => {
  await lab?.down();
  for (const folder of folders) rmSync(folder, { recursive: true });
});

test.each([
  [1, { quorum: '', cfg: '', cmap: '', cmap_stats: '' }],
  [2, { quorum: 'quorum_model_v1', cfg: '', cmap: 'stats_map', cmap_stats: 'stats_map' }],
  [3, { quorum: '', cfg: 'node_status_v1', cmap: 'stats_map', cmap_stats: 'stats_map' }],
])('on node %i what is hidden is not among the features of the libraries', async (nodeid, features) => {
  const { body } = await at(nodeid).scrape();
  const shown = [...body.matchAll(/^corosync_library_info\{library="(\w+)",.*features="(.*)"\} 1$/gm)];
  expect(Object.fromEntries(shown.map(([, library, found]) => [library, found]))).toMatchObject(features);
  expect(body).not.toMatch(/^corosync_exporter_collector_success\{.*\} 0$/m);
});

test('without quorum_model_initialize quorum and membership are known, but for the representative of the ring', async () => {
  const sequences = new Set<number | undefined>();
  for (const exporter of exporters) {
    const { value } = await exporter.scrape();
    expect(value('corosync_quorum_quorate')).toBe(1);
    expect(value('corosync_quorum_members')).toBe(3);
    expect(value('corosync_membership_members')).toBe(3);
    expect(value('corosync_votequorum_total_votes')).toBe(3);
    sequences.add(value('corosync_membership_ring_sequence'));
    const told = exporter.nodeid === 2 ? 1 : undefined;
    expect(value('corosync_membership_ring_representative_node_id')).toBe(told);
    expect(value('corosync_quorum_ring_representative_node_id')).toBe(told);
  }
  expect(sequences.size).toBe(1);
});

test('without corosync_cfg_node_status_get the state of the links is that of the statistics', async () => {
  const downs = `corosync_link_downs_total${link(3, 1)}`;
  const before = (await at(2).scrape()).value(downs) ?? Number.NaN;
  const all = [link(1, 0), link(1, 1), link(3, 0), link(3, 1)];
  // They are read one after the other.
  const until = async (states: string, also = isUp) => {
    const statesOf = ({ value }: Scrape) => all.map((each) => value(`corosync_link_connected${each}`)).join();
    const { scrape } = await at(2).until((each) => also(each) && statesOf(each) === states, 10_000);
    for (const each of all) expect(scrape.value(`corosync_link_enabled${each}`)).toBe(1);
    for (const nodeid of [1, 3]) {
      expect(scrape.value(`corosync_node_reachable{node_id="${nodeid}",node="node${nodeid}"}`)).toBe(1);
    }
  };
  await until('1,1,1,1');
  await lab.linkDown(3, 1);
  await until('1,1,1,0', ({ value }) => (value(downs) ?? 0) >= before + 1);
  await lab.linkUp(3, 1);
  await until('1,1,1,1');
});

test('without cmap_initialize_map what comes from the statistics is absent, and the rest is there', async () => {
  const { body, value } = await at(1).scrape();
  expect(value('corosync_library_connected{library="cmap_stats"}')).toBe(0);
  expect(
    value('corosync_library_connect_errors_total{library="cmap_stats",code="CS_ERR_NOT_SUPPORTED"}'),
  ).toBeGreaterThan(0);
  expect(body).not.toMatch(/^corosync_(link_|node_reachable|totem_|ipc_|scheduling_last)/m);
  for (const library of ['quorum', 'cpg', 'cmap', 'cfg', 'votequorum']) {
    expect(value(`corosync_library_connected{library="${library}"}`), library).toBe(1);
  }
  expect(value('corosync_nodelist_nodes')).toBe(3);
  expect(value('corosync_cpg_group_members{group="corosync-exporter"}')).toBe(3);
  expect(value('corosync_config_digest')).toBe((await at(2).scrape()).value('corosync_config_digest'));
});

test('a node that is lost and comes back is counted by all the same', async () => {
  const joins = 'corosync_membership_node_joins_total{node_id="3",node="node3"}';
  const leaves = 'corosync_membership_node_leaves_total{node_id="3",node="node3"}';
  const changes = 'corosync_membership_changes_total';
  const before = [await at(1).scrape(), await at(2).scrape()];
  const growth = ({ value }: Scrape, nodeid: number) =>
    [leaves, joins, changes].map((series) => Number(value(series)) - Number(before[nodeid - 1]?.value(series)));
  // The ring may form more than once on a slow machine.
  const atLeast = (least: number) => expect.toSatisfy((count: number) => count >= least);
  await lab.kill(3);
  for (const nodeid of [1, 2]) {
    const { scrape } = await at(nodeid).until(({ value }) => value('corosync_membership_members') === 2, 10_000);
    expect(growth(scrape, nodeid)).toEqual([1, 0, atLeast(1)]);
    expect(scrape.value('corosync_membership_member{node_id="3",node="node3"}')).toBe(0);
    expect(scrape.value('corosync_quorum_quorate')).toBe(1);
  }
  await lab.start(3);
  for (const exporter of exporters) {
    const { scrape } = await exporter.until(({ value }) => value('corosync_membership_members') === 3, 15_000);
    if (exporter.nodeid !== 3) expect(growth(scrape, exporter.nodeid)).toEqual([1, 1, atLeast(2)]);
  }
});

test('no lane was started again, and what cannot be had is one line in the log', async () => {
  for (const { process, lines, nodeid } of exporters) {
    expect(process.exitCode).toBeNull();
    const { body } = await at(nodeid).scrape();
    expect(body.match(/^corosync_exporter_lane_restarts_total\{.*\} 0$/gm)).toHaveLength(2);
    expect(lines.filter((line) => line.includes('CS_ERR_NOT_SUPPORTED'))).toHaveLength(nodeid === 1 ? 1 : 0);
  }
});
