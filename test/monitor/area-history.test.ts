import { expect, test } from 'vitest';
import { recordPauses } from '../../src/monitor/pause-history.ts';
import type { PauseHistory } from '../../src/monitor/snapshot.ts';
import { findStrangers, staleMembers } from '../../src/monitor/strangers.ts';

const none: PauseHistory = { count: 0, last: undefined, since: undefined };
const at = (...timestamps: number[]) => timestamps.map((timestamp) => ({ timestamp, delay: 0.5 }));

test('pauses from before the first read do not count, but are told', () => {
  expect(recordPauses(none, at(20, 10))).toEqual({ count: 0, last: { timestamp: 20, delay: 0.5 }, since: 20 });
});

test('each pause counts once, also the first ever', () => {
  const quiet = recordPauses(none, []);
  expect(quiet).toEqual({ count: 0, last: undefined, since: 0 });
  const one = recordPauses(quiet, at(10));
  expect(one).toMatchObject({ count: 1, since: 10 });
  expect(recordPauses(one, at(10))).toMatchObject({ count: 1 });
  expect(recordPauses(one, at(30, 20, 10))).toMatchObject({ count: 3, last: { timestamp: 30 } });
});

test('a pause counts also where the clock was set back before it', () => {
  const one = recordPauses(recordPauses(none, []), at(1_000));
  expect(recordPauses(one, at(20, 10, 1_000))).toMatchObject({ count: 3, last: { timestamp: 20 } });
});

test('pauses that corosync has forgotten stay counted', () => {
  const one = recordPauses(recordPauses(none, []), at(10));
  expect(recordPauses(one, [])).toEqual(one);
});

const groups = [
  { name: 'crmd', members: { 1: 1, 2: 2 } },
  { name: 'cib', members: { 1: 1 } },
];

test('processes on a node that is not in the membership are stale after a second', () => {
  const first = findStrangers({}, groups, [1], 100);
  const stale = (strangers: typeof first, now: number) =>
    staleMembers(groups, strangers, now).map(({ group, nodeid, count }) => [group, nodeid, count]);
  const ofOthers = [
    ['crmd', 1, 0],
    ['cib', 1, 0],
  ];
  expect(stale(first, 100.9)).toEqual([ofOthers[0], ['crmd', 2, 0], ofOthers[1]]);
  const second = findStrangers(first, groups, [1], 101);
  expect(second).toEqual(first);
  expect(stale(second, 101)).toEqual([ofOthers[0], ['crmd', 2, 2], ofOthers[1]]);
  expect(findStrangers(second, groups, [1, 2], 102)).toEqual({});
});

test('while the membership is not known nobody is a stranger', () => {
  expect(findStrangers({ '2 crmd': 1 }, groups, undefined, 100)).toEqual({});
});
