import { expect, test } from 'vitest';
import { votequorumCollector } from '../../exporter/collectors/votequorum.ts';
import type { CmapValue } from '../../src/corosync/types.ts';
import { build } from './fakes.ts';
import { healthy } from './snapshots.ts';

function configured(more: Readonly<Record<string, CmapValue>>): unknown {
  const nodes = { 'nodelist.node.0.nodeid': 1, 'nodelist.node.1.nodeid': 2, 'nodelist.node.2.nodeid': 3 };
  const keys = { 'quorum.provider': 'corosync_votequorum', ...nodes, ...more };
  const samples = [...votequorumCollector.collect({ ...healthy, configuration: { keys, digest: 1 } }, build)];
  return samples.find(({ metric }) => metric.name === 'corosync_config_expected_votes')?.value;
}

test.each<[string, Record<string, CmapValue>, number]>([
  ['a vote a node', {}, 3],
  ['a vote a node without a nodeid', { 'nodelist.node.3.ring0_addr': '10.0.0.4' }, 4],
  ['the votes of each node', { 'nodelist.node.1.quorum_votes': 4 }, 6],
  ['what is written', { 'quorum.expected_votes': 7 }, 7],
  ['those of the device', { 'quorum.device.model': 'net', 'quorum.device.votes': 1 }, 4],
  ['those that a device has by default', { 'quorum.device.model': 'net' }, 5],
])('the votes that corosync.conf makes up are %s', (_, keys, votes) => {
  expect(configured(keys)).toBe(votes);
});

test('without votequorum as provider there are none', () => {
  expect(configured({ 'quorum.provider': 'other' })).toBeUndefined();
});
