import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { collectors } from '../../exporter/collectors/index.ts';
import { families } from '../../exporter/family.ts';
import { measureOwnProcess } from '../../exporter/own-process.ts';
import { scrapeMetrics } from '../../exporter/scrape.ts';
import { build, stableRender } from './fakes.ts';
import { blank, down, frozen, healthy, sync } from './snapshots.ts';

const golden = (name: string) => `../golden/${name}.prom`;
const promtool = spawnSync('promtool', ['--version']).status === 0;
const snapshots = Object.entries({ healthy, frozen, down, sync, blank });

test.each(collectors)('the $name collector renders its golden', async (collector) => {
  const text = await stableRender([collector])(healthy, 'text');
  await expect(text.replace(/\n# HELP corosync_exporter_collector_.*/s, '')).toMatchFileSnapshot(
    golden(collector.name),
  );
});

test.each(snapshots)('the whole exposition of %s is its golden', async (name, snapshot) => {
  await expect(await stableRender(collectors)(snapshot, 'text')).toMatchFileSnapshot(golden(`all-${name}`));
});

test('the OpenMetrics exposition is its golden', async () => {
  const text = await stableRender(collectors)(healthy, 'openmetrics');
  await expect(text).toMatchFileSnapshot('../golden/all-healthy.openmetrics');
});

test.runIf(promtool).each(snapshots)('promtool accepts the exposition of %s', async (_, snapshot) => {
  const input = await stableRender(collectors)(snapshot, 'text');
  const { stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input, encoding: 'utf8' });
  // The name is corosync's own: runtime.members.N.join_count.
  const known = 'corosync_node_join_count non-histogram and non-summary metrics should not have "_count" suffix';
  expect(`${stdout}${stderr}`.split('\n').filter((line) => line !== '' && line !== known)).toEqual([]);
});

const known = [...collectors.flatMap(({ metrics }) => metrics), ...scrapeMetrics];

test('a metric name is declared once, with valid labels', async () => {
  const own = (await measureOwnProcess()()).map(({ name }) => name);
  const names = [...known.map(({ name }) => name), ...own];
  expect(new Set(names).size).toBe(names.length);
  for (const { name, labels, help } of known) {
    expect(name).toMatch(/^corosync_[a-z_]+$/);
    for (const label of labels) expect(label).toMatch(/^[a-z_]+$/);
    for (const generic of ['type', 'cluster', 'service', 'dc', 'env']) expect(labels).not.toContain(generic);
    expect(help).toMatch(/^[A-Z1].*\.$/);
  }
});

test('a counter ends in _total and nothing else does', () => {
  for (const { type, name } of known) expect([name, name.endsWith('_total')]).toEqual([name, type === 'counter']);
});

test.each(collectors)('the $name collector yields what it declares, with the declared labels', (collector) => {
  const yielded = new Set<unknown>();
  for (const [, snapshot] of [...snapshots, ['simulated', { ...healthy, simulated: true }] as const]) {
    for (const { metric, labels } of collector.collect(snapshot, build)) {
      expect(collector.metrics).toContain(metric);
      expect(Object.keys(labels)).toEqual([...metric.labels]);
      yielded.add(metric);
    }
  }
  expect(collector.metrics.filter((metric) => !yielded.has(metric))).toEqual([]);
});

test.each([
  ['frozen', frozen],
  ['down', down],
])('%s shows no state that nobody confirmed', async (_, snapshot) => {
  const text = await stableRender(collectors)(snapshot, 'text');
  expect(text).toMatch(/^corosync_up 0$/m);
  expect(text).not.toMatch(/^corosync_(quorum|membership)_(quorate|provider|member|ring)/m);
  expect(text).not.toMatch(/^corosync_cpg_exporter_peers/m);
  expect(text).toMatch(/^corosync_quorum_transitions_total\{to="inquorate"\} 1$/m);
  expect(text).toMatch(/^corosync_node_info\{node_id="3",node="node3",local="false"\} 1$/m);
});

test('a member that the nodelist lacks is shown without a name', () => {
  const quorum = { quorate: true, provider: false, ringId: { nodeid: undefined, seq: 2n ** 63n }, members: [1, 9] };
  const collector = collectors.find(({ name }) => name === 'quorum');
  const rendered = families(collector?.collect({ ...healthy, quorum }, build) ?? []);
  const values = (name: string) => rendered.find((family) => family.name === name)?.values;
  expect(values('corosync_quorum_member')?.at(-1)).toMatchObject({ sharedLabels: { node_id: 9, node: '' }, value: 1 });
  expect(values('corosync_quorum_ring_representative_node_id')).toBeUndefined();
  expect(values('corosync_quorum_ring_sequence')).toMatchObject([{ value: 2 ** 63 }]);
});

test('of very many groups all are counted and the first are named', () => {
  const groups = Array.from({ length: 300 }, (_, i) => ({ name: `g${String(i).padStart(3, '0')}`, members: { 1: 1 } }));
  const staleMembers = groups.map(({ name }, i) => ({ group: name, nodeid: 1, count: i === 299 ? 1 : 0 }));
  const collector = collectors.find(({ name }) => name === 'cpg_groups');
  const snapshot = { ...healthy, areas: { groups: { seconds: 0, value: groups } }, staleMembers };
  const rendered = families(collector?.collect(snapshot, build) ?? []);
  const values = (name: string) => rendered.find((family) => family.name === name)?.values ?? [];
  expect(values('corosync_cpg_groups')).toMatchObject([{ value: 300 }]);
  expect(values('corosync_cpg_group_members')).toHaveLength(256);
  expect(values('corosync_cpg_stale_members').at(-1)).toMatchObject({ sharedLabels: { group: 'g299' }, value: 1 });
});

test('pauses that were never read are not told as none', () => {
  const pauses = { count: 0, last: undefined, since: undefined };
  const collector = collectors.find(({ name }) => name === 'scheduling');
  expect([...(collector?.collect({ ...healthy, pauses }, build) ?? [])]).toEqual([]);
});
