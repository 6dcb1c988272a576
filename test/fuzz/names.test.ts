import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { collectors } from '../../exporter/collectors/index.ts';
import { createRender } from '../../exporter/scrape.ts';
import type { CpgApi } from '../../src/corosync/bindings.ts';
import { readGroups } from '../../src/monitor/read-groups.ts';
import type { Snapshot } from '../../src/monitor/snapshot.ts';
import { build, fakeLog } from '../exporter/fakes.ts';
import { healthy } from '../exporter/snapshots.ts';
import { group, text } from './arbitraries.ts';
import { parseExposition } from './exposition.ts';
import { holds } from './holds.ts';

const nodeid = fc.oneof(fc.nat({ max: 4 }), fc.integer({ min: 0, max: 0xffff_ffff }));
const entry = fc.record({ group, nodeid, pid: fc.nat() });

/** A snapshot with names of any kind wherever a name comes from outside. */
const named = fc
  .record({
    cluster: text,
    node: text,
    process: text,
    qdevice: text,
    address: text,
    groups: fc.array(entry, { maxLength: 300 }),
  })
  .map(({ cluster, node, process, qdevice, address, groups }): Snapshot => {
    const { areas } = healthy;
    if (healthy.cluster === undefined || areas.votes?.value === undefined) throw new Error('not healthy');
    const connection = { key: '2.1.0x1', pair: { service: 'cpg', process }, statistics: { requests: 2n ** 64n - 1n } };
    const read = readGroups({ iterate: () => groups } as unknown as CpgApi);
    return {
      ...healthy,
      cluster: {
        ...healthy.cluster,
        name: cluster,
        nodes: healthy.cluster.nodes.map((one) => ({
          ...one,
          name: node,
          addresses: one.addresses.map((at) => ({ ...at, address })),
        })),
      },
      areas: {
        ...areas,
        votes: { ...areas.votes, value: { ...areas.votes.value, qdeviceName: qdevice } },
        clients: { seconds: 0, value: { closed: 1n, connections: [connection] } },
        groups: { seconds: 0, value: read },
      },
    };
  });

const { log, lines } = fakeLog();
const renderAll = createRender({ collectors, build, log });

holds(
  'with names of any kind the exposition is as the format wants it, no collector fails, and the names are in it',
  fc.asyncProperty(named, async (snapshot) => {
    const series = parseExposition(await renderAll(snapshot, 'text'));
    expect(lines).toEqual([]);
    const shown = series.filter(({ name }) => name === 'corosync_cpg_group_members').map(({ labels }) => labels.group);
    expect(shown).toEqual(snapshot.areas.groups?.value?.slice(0, 256).map(({ name }) => name));
    expect(series.find(({ name }) => name === 'corosync_membership_member')?.labels.node).toBe(
      snapshot.cluster?.nodes[0]?.name,
    );
    expect((await renderAll(snapshot, 'openmetrics')).endsWith('\n# EOF\n')).toBe(true);
  }),
  { slower: 4 },
);

const promtool = spawnSync('promtool', ['--version']).status === 0;

test.runIf(promtool)('promtool reads what the strict parser reads', async () => {
  const all = fc.sample(named, 5);
  for (const snapshot of all) {
    const { status, stderr } = spawnSync('promtool', ['check', 'metrics'], {
      input: await renderAll(snapshot, 'text'),
      encoding: 'utf8',
    });
    expect([status, stderr.split('\n').filter((line) => /error|parse/i.test(line))]).toEqual([status, []]);
    expect(status === 0 || status === 3, stderr).toBe(true); // 3: a matter of style
  }
});
