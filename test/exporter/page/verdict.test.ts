import { expect, test } from 'vitest';
import { stateOf } from '../../../exporter/api/state.ts';
import { marginWords, verdictOf } from '../../../exporter/page/verdict.ts';
import type { Snapshot } from '../../../src/monitor/snapshot.ts';
import { blank, down, frozen, healthy, sync } from '../snapshots.ts';
import { alone, whole } from './states.ts';

const verdict = (snapshot: Snapshot) => verdictOf(stateOf(snapshot));

test('a whole cluster is quorate, with the votes it can lose', () => {
  expect(verdict(whole)).toEqual({
    tone: 'good',
    word: 'Quorate',
    sentences: [
      'All 3 nodes of the nodelist are in the membership.',
      '5 votes of 5, 3 needed: 2 more votes may be lost.',
    ],
  });
});

test('links that are down are named, few of them', () => {
  const { tone, sentences } = verdict(healthy);
  expect(tone).toBe('warn');
  expect(sentences).toContain('Links are down: link 0 to node2 and link 1 to node2.');
  const links = Array.from({ length: 8 }, (_, link) => ({
    ...{ link, enabled: true, connected: false },
    ...{ mtu: undefined, statistics: {} },
  }));
  const value = { nodes: [{ nodeid: 2, reachable: false, onwireVersion: 1, links }] };
  const many = verdict({ ...whole, areas: { ...whole.areas, links: { seconds: 0, value } } });
  expect(many.sentences.at(-1)).toBe('Links are down: link 0 to node2, link 1 to node2, link 2 to node2 and 5 more.');
});

test('a node alone in a partition is not quorate, and who is missing has a name', () => {
  const { tone, word, sentences } = verdict(alone);
  expect([tone, word]).toEqual(['bad', 'Not quorate']);
  expect(sentences).toContain('1 of 3 nodes in the membership: node2 and node3 are missing.');
  expect(sentences).toContain('1 vote of 5, 3 needed: 2 votes missing.');
});

test('with votes enough and no quorum, wait_for_all is what it waits for', () => {
  const quorum = healthy.quorum && { ...healthy.quorum, quorate: false };
  expect(verdict({ ...healthy, quorum }).sentences.join()).toContain('wait_for_all waits until all nodes');
});

test.each([
  ['frozen', frozen, 'Corosync does not answer: it is frozen, or stuck.'],
  ['down', down, 'Corosync does not run on this node, or cannot be reached.'],
  ['blank', blank, "Corosync's client libraries are not installed on this node."],
  ['refused', refused(11), 'Corosync runs but refuses this exporter.'],
  ['not answered yet', { ...down, libraries: healthy.libraries }, 'Corosync has not answered yet.'],
])('%s is not confirmed, and says why', (_, snapshot, why) => {
  const { tone, word, sentences } = verdict(snapshot);
  expect([tone, word]).toEqual(['unknown', 'Not confirmed']);
  expect(sentences[0]).toContain(why);
});

test('in the sync phase what was announced last still holds, and it says so', () => {
  const { tone, word, sentences } = verdict(sync);
  expect([tone, word]).toEqual(['warn', 'Quorate']);
  expect(sentences[0]).toMatch(/^Corosync is in its sync phase/);
  expect(verdict({ ...sync, quorum: undefined }).word).toBe('Not confirmed');
});

test('without a quorum provider nobody is called quorate', () => {
  const quorum = whole.quorum && { ...whole.quorum, provider: false };
  expect(verdict({ ...whole, quorum })).toMatchObject({ tone: 'warn', word: 'No quorum provider' });
});

test('votes that are not read do not spoil what is confirmed', () => {
  const { tone, sentences } = verdict({ ...whole, areas: { ...whole.areas, votes: undefined } });
  expect(tone).toBe('good');
  expect(sentences).toContain('The votes are not confirmed.');
});

test('a quorum device that does not answer is trouble', () => {
  const votes = whole.areas.votes?.value;
  const nodes = votes?.nodes.map((node) => ({ ...node, qdevice: { ...node.qdevice, registered: true, alive: false } }));
  const value = votes && nodes && { ...votes, nodes };
  const { tone, sentences } = verdict({
    ...whole,
    areas: { ...whole.areas, votes: value ? { seconds: 0, value } : undefined },
  });
  expect(tone).toBe('warn');
  expect(sentences.at(-1)).toBe('The quorum device does not answer on this node.');
});

test.each([
  [-2, '2 votes missing'],
  [-1, '1 vote missing'],
  [0, 'no more vote may be lost'],
  [1, 'one more vote may be lost'],
  [3, '3 more votes may be lost'],
])('a margin of %d: %s', (margin, words) => {
  expect(marginWords(margin)).toBe(words);
});

function refused(code: number): Snapshot {
  const error = { call: 'quorum_initialize', code };
  return { ...down, libraries: down.libraries.map((library) => ({ ...library, error })) };
}
