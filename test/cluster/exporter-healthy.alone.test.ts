import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ExporterOnNode, exportersOnAll, isUp, program } from './exporter-on-node.ts';
import { Lab } from './lab.ts';

const timeScrapes = fileURLToPath(new URL('time-scrapes.mjs', import.meta.url));

let lab: Lab;
let exporters: ExporterOnNode[];

const at = (nodeid: number) => exporters[nodeid - 1] as ExporterOnNode;

beforeAll(async () => {
  lab = await Lab.up({ nodes: 3, links: 2 });
  exporters = await exportersOnAll(lab);
});
afterAll(() => lab?.down());

test('every node is up and quorate with three members', async () => {
  for (const exporter of exporters) {
    const { value } = await exporter.scrape();
    expect(value('corosync_up')).toBe(1);
    expect(value('corosync_quorum_quorate')).toBe(1);
    expect(value('corosync_quorum_members')).toBe(3);
    expect(value('corosync_membership_members')).toBe(3);
    expect(value('corosync_local_node_id')).toBe(exporter.nodeid);
    expect(value('corosync_sync_in_progress')).toBe(0);
    expect(value('corosync_quorum_provider_configured')).toBe(1);
    for (const library of ['quorum', 'votequorum'])
      expect(value(`corosync_probe_success{library="${library}"}`)).toBe(1);
  }
});

test('all nodes name the same ring, and it is the one that corosync names', async () => {
  const rings = new Set<string>();
  for (const exporter of exporters) {
    const { value } = await exporter.scrape();
    const part = (name: string) => value(`corosync_membership_ring_${name}`)?.toString(16);
    rings.add(`${part('representative_node_id')}.${part('sequence')}`);
  }
  const status = await lab.exec(1, 'corosync-quorumtool', ['-s']);
  expect([...rings]).toEqual([/Ring ID:\s+(\S+)/.exec(status.stdout)?.[1]]);
});

test('the configuration is told as corosync has it', async () => {
  const { body, value } = await at(2).scrape();
  expect(value('corosync_nodelist_nodes')).toBe(3);
  expect(body).toContain('corosync_cluster_info{cluster_name="lab",transport="knet"');
  expect(body).toMatch(/corosync_node_info\{node_id="2",node="node2",local="true"\} 1/);
  expect(body.match(/^corosync_node_address_info/gm)).toHaveLength(6);
  expect(value('corosync_node_join_count{node_id="1",node="node1"}')).toBeGreaterThan(0);
});

test("corosync's start time is that of its process", async () => {
  const { value } = await at(1).scrape();
  const { stdout } = await lab.exec(1, 'ps', ['-o', 'etimes=', '-p', String(lab.node(1).pid)]);
  const started = value('corosync_process_start_time_seconds') ?? Number.NaN;
  expect(Math.abs(Date.now() / 1000 - Number(stdout) - started)).toBeLessThan(3);
});

test('half of a hundred scrapes take less than 20 ms', async () => {
  // Three nodes, three exporters and the client share the machine's cores: the best round is the exporter's own time.
  const medians: number[] = [];
  while (medians.length < 20 && !medians.some((median) => median < 20)) {
    const { stdout } = await lab.exec(1, process.execPath, [timeScrapes, '15405', '100']);
    const times = (JSON.parse(stdout) as number[]).sort((a, b) => a - b);
    medians.push(times[50] ?? Number.NaN);
  }
  console.info(`scrape: p50 by round ${medians.map((median) => median.toFixed(2)).join(', ')} ms`);
  expect(Math.min(...medians)).toBeLessThan(20);
});

test('two scrapes at once share one drain', async () => {
  const drains = 'corosync_dispatches_total{library="cpg"}';
  // The timer drains as well, once a second: of several attempts the least is what the scrapes themselves cost.
  const costs: number[] = [];
  for (let i = 0; i < 5; i += 1) {
    const before = (await at(1).scrape()).value(drains) ?? 0;
    const both = await at(1).scrapes(2);
    costs.push(Math.max(...both.map(({ value }) => value(drains) ?? 0)) - before);
  }
  expect(Math.min(...costs)).toBe(1);
});

test('the exporters are three in their own group, and time a message in it', async () => {
  const { scrape } = await at(1).until(({ value }) => value('corosync_cpg_exporter_peers') === 3, 10_000);
  expect(scrape.value('corosync_cpg_round_trip_seconds_count')).toBeGreaterThan(0);
  expect(scrape.value('corosync_cpg_deliveries_total')).toBeGreaterThan(0);
  expect(scrape.value('corosync_cpg_round_trip_failures_total{reason="timeout"}')).toBe(0);
});

test('no foreign group is joined', async () => {
  const { stdout } = await lab.exec(1, 'corosync-cpgtool', []);
  expect(stdout).toContain('corosync-exporter');
  expect(stdout.match(/^[^\s].*\\x00|^\S+$/gm)?.filter((line) => !/corosync-exporter/.test(line))).toEqual([]);
});

test('the reasons for which exporters come and go are counted by the others', async () => {
  const confchg = (reason: string) => `corosync_cpg_confchg_total{reason="${reason}"}`;
  const before = await at(1).scrape();
  const count = (reason: string) => (before.value(confchg(reason)) ?? 0) + 1;
  await at(2).end('SIGTERM');
  await at(1).until(({ value }) => value(confchg('leave')) === count('leave'), 5_000);
  exporters[1] = new ExporterOnNode(lab, 2);
  await at(1).until(({ value }) => value(confchg('join')) === count('join'), 5_000);
  await at(2).end('SIGKILL');
  await at(1).until(({ value }) => value(confchg('procdown')) === count('procdown'), 5_000);
  exporters[1] = new ExporterOnNode(lab, 2);
  await at(2).until(isUp, 5_000);
});

test('SIGTERM ends the exporter with status 0', async () => {
  const { status, after } = await at(3).end('SIGTERM');
  expect(status).toBe(0);
  expect(after).toBeLessThan(2_000);
  exporters[2] = new ExporterOnNode(lab, 3);
  await at(3).until(isUp, 5_000);
});

test('--once writes one exposition and its status says whether corosync is up', async () => {
  const once = () => lab.exec(1, process.execPath, [program, '--once']);
  const healthy = await once();
  expect(healthy.code).toBe(0);
  expect(healthy.stdout).toMatch(/^corosync_up 1$/m);
  expect(healthy.stdout).toMatch(/^corosync_votequorum_total_votes 3$/m);
  expect(healthy.stdout).toMatch(/^corosync_link_connected\{node_id="2".* 1$/m);
  await lab.kill(1);
  const dead = await once();
  expect(dead.code).toBe(1);
  expect(dead.stdout).toMatch(/^corosync_up 0$/m);
  expect(dead.stdout).not.toMatch(/^corosync_quorum_quorate/m);
});
