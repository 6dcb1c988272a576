import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ExporterOnNode, exportersOnAll, type Scrape } from './exporter-on-node.ts';
import { Lab } from './lab.ts';
import { address } from './network.ts';

const version = 'corosync_config_version';
const digest = 'corosync_config_digest';
const status = 'corosync_config_reload_status_code';
const nodeVersion = (nodeid: number) => `corosync_node_config_version{node_id="${nodeid}",node="node${nodeid}"}`;

let lab: Lab;
let exporters: ExporterOnNode[];

const at = (nodeid: number) => exporters[nodeid - 1] as ExporterOnNode;

beforeAll(async () => {
  lab = await Lab.up({ nodes: 3, links: 2 });
  exporters = await exportersOnAll(lab);
});
afterAll(() => lab?.down());

test('before a reload all nodes have one digest, no version and no outcome of a reload', async () => {
  const scrapes = await scrapeAll();
  const digests = new Set(scrapes.map(({ value }) => value(digest)));
  expect(digests.size).toBe(1);
  expect([...digests][0]).toBeGreaterThan(0);
  for (const { value } of scrapes) {
    expect(value(version)).toBeUndefined();
    expect(value(status)).toBeUndefined();
    expect(value('corosync_config_reload_in_progress')).toBe(0);
    for (const { nodeid } of lab.nodes) expect(value(nodeVersion(nodeid))).toBe(0);
    expect(value('corosync_exporter_collector_success{collector="configuration"}')).toBe(1);
  }
});

test("a change of one node's file shows in version and digest there, and agrees again when all have it", async () => {
  const change = inTotem('config_version: 5\n  token_warning: 60');
  const [before] = await scrapeAll();
  edit(1, change);
  const after = await reload(1, ({ value }) => value(nodeVersion(1)) === 5);
  const [one, ...others] = await scrapeAll();
  console.info(`configuration: a reload was seen on all nodes after ${after} ms`);
  expect(one?.value(version)).toBe(5);
  expect(one?.value(status)).toBe(1);
  expect(one?.value(digest)).not.toBe(before?.value(digest));
  for (const { value } of others) {
    expect(value(version)).toBeUndefined();
    expect(value(status)).toBe(1);
    expect(value(digest)).toBe(before?.value(digest));
  }

  for (const nodeid of [2, 3]) edit(nodeid, change);
  await reload(1, ({ value }) => value(version) === 5 && value(nodeVersion(3)) === 5);
  for (const { value } of await scrapeAll()) expect(value(digest)).toBe(one?.value(digest));
});

test('a change of a single value, and of the version alone, changes the digest, and taking it back brings the old one', async () => {
  const [before] = await scrapeAll();
  const seen = new Set([before?.value(digest)]);
  for (const [from, to] of [
    ['token_warning: 60', 'token_warning: 61'],
    ['config_version: 5', 'config_version: 6'],
  ] as const) {
    edit(2, (text) => text.replace(from, to));
    await reload(3, ({ value }) => value(status) === 1);
    const { scrape } = await at(2).until(({ value }) => !seen.has(value(digest)), 5_000);
    seen.add(scrape.value(digest));
    expect((await at(1).scrape()).value(digest)).toBe(before?.value(digest));
  }
  edit(2, (text) => text.replace('token_warning: 61', 'token_warning: 60').replace('_version: 6', '_version: 5'));
  await reload(3, ({ value }) => value(nodeVersion(2)) === 5);
  await at(2).until(({ value }) => value(digest) === before?.value(digest), 5_000);
});

test('each node knows the versions of all, those of nodes that come back too', async () => {
  for (const { nodeid } of lab.nodes) edit(nodeid, (text) => text.replace('_version: 5', `_version: ${10 + nodeid}`));
  const versions = ({ value }: Scrape) => [1, 2, 3].map((nodeid) => value(nodeVersion(nodeid)));
  await reload(2, (scrape) => String(versions(scrape)) === '11,12,13');
  expect((await scrapeAll()).map(({ value }) => value(version))).toEqual([11, 12, 13]);
  for (const { nodeid } of lab.nodes) edit(nodeid, (text) => text.replace(/_version: \d+/, '_version: 14'));
  await reload(2, (scrape) => String(versions(scrape)) === '14,14,14');

  await lab.stop(3);
  await at(1).until(({ value }) => value('corosync_membership_members') === 2, 10_000);
  edit(3, (text) => text.replace('_version: 14', '_version: 15'));
  await lab.start(3);
  for (const exporter of exporters) await exporter.until((scrape) => String(versions(scrape)) === '14,14,15', 15_000);
});

test.each([
  // Corosync refuses the first before it begins to reload: the outcome stays that of the last reload.
  ['cannot parse', 'nodelist {', 'nodelist', 1],
  ['cannot apply', 'crypto_cipher: none', 'crypto_cipher: aes256', 7],
])('a file that corosync %s breaks nothing: CS_ERR_INVALID_PARAM for the tool', async (_, from, to, outcome) => {
  await reload(1, ({ value }) => value(status) === 1);
  const before = await scrapeAll();
  edit(2, (text) => text.replace(from, to));
  const { code, stderr } = await lab.exec(2, 'corosync-cfgtool', ['-R']);
  expect(code).not.toBe(0);
  expect(stderr).toMatch(/CS_ERR_INVALID_PARAM/);
  await at(2).until(({ value }) => value(status) === outcome, 5_000);
  const { stdout } = await lab.exec(2, 'corosync-cmapctl', ['config.reload_status']);
  expect(stdout).toBe(`config.reload_status (i32) = ${outcome}\n`);
  const after = await scrapeAll();
  expect(after.map(({ value }) => value(status))).toEqual([1, outcome, 1]);
  for (const [i, { body, value }] of after.entries()) {
    expect(value('corosync_up')).toBe(1);
    expect(value('corosync_config_reload_in_progress')).toBe(0);
    for (const name of [version, digest]) expect(value(name), name).toBe(before[i]?.value(name));
    expect(body).not.toMatch(/^corosync_exporter_collector_success\{.*\} 0$/m);
  }
  edit(2, (text) => text.replace(to, from));
  await reload(2, ({ value }) => value(status) === 1);
});

test('a node that is added to the nodelist has its series without a restart', async () => {
  for (const { nodeid } of lab.nodes) edit(nodeid, withNodeFour);
  await reload(3, ({ value }) => value('corosync_nodelist_nodes') === 4);
  for (const { body, value } of await scrapeAll()) {
    expect(value('corosync_node_info{node_id="4",node="node4",local="false"}')).toBe(1);
    expect(value('corosync_membership_member{node_id="4",node="node4"}')).toBe(0);
    expect(value('corosync_quorum_member{node_id="4",node="node4"}')).toBe(0);
    expect(value('corosync_membership_node_leaves_total{node_id="4",node="node4"}')).toBe(0);
    for (const link of [0, 1]) {
      expect(value(`corosync_node_address_info{node_id="4",link="${link}",address="${address(4, link)}"}`)).toBe(1);
      expect(value(`corosync_link_connected{node_id="4",node="node4",link="${link}"}`)).toBe(0);
    }
    expect(value('corosync_node_reachable{node_id="4",node="node4"}')).toBe(0);
    expect(value('corosync_config_expected_votes')).toBe(4);
    expect(value('corosync_votequorum_expected_votes')).toBe(4);
    expect(body).not.toMatch(/^corosync_exporter_collector_success\{.*\} 0$/m);
  }
  for (const { nodeid } of lab.nodes) edit(nodeid, (text) => text.replace(nodeFour, ''));
  await reload(1, ({ value }) => value('corosync_nodelist_nodes') === 3);
  for (const { body } of await scrapeAll()) expect(body).not.toMatch(/^corosync_.*node="node4"/m);
});

/** One scrape a node, by nodeid. */
async function scrapeAll(): Promise<Scrape[]> {
  const scrapes: Scrape[] = [];
  for (const exporter of exporters) scrapes.push(await exporter.scrape());
  return scrapes;
}

/** Has all nodes read their files, as one of them is told to; how long until every exporter shows it, in milliseconds. */
async function reload(nodeid: number, shown: (scrape: Scrape) => boolean): Promise<number> {
  const start = Date.now();
  const { code, stderr } = await lab.exec(nodeid, 'corosync-cfgtool', ['-R']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  for (const exporter of exporters) await exporter.until(shown, 5_000);
  return Date.now() - start;
}

function edit(nodeid: number, change: (text: string) => string): void {
  const { configFile } = lab.node(nodeid);
  const text = readFileSync(configFile, 'utf8');
  expect(change(text)).not.toBe(text);
  writeFileSync(configFile, change(text));
}

function inTotem(lines: string): (text: string) => string {
  return (text) => text.replace('version: 2\n', `version: 2\n  ${lines}\n`);
}

const nodeFour = `  node {
    nodeid: 4
    name: node4
    ring0_addr: ${address(4, 0)}
    ring1_addr: ${address(4, 1)}
  }
`;

function withNodeFour(text: string): string {
  return text.replace('nodelist {\n', `nodelist {\n${nodeFour}`);
}
