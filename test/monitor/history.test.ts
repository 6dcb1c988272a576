import { expect, test } from 'vitest';
import { emptyHistory, type History, record } from '../../src/monitor/history.ts';
import type { LaneEvent } from '../../src/monitor/lane-protocol.ts';

const ringId = { nodeid: 1, seq: 13n };
const connected: LaneEvent = { kind: 'connected', library: 'quorum', provider: true };
const lost: LaneEvent = { kind: 'lost', library: 'quorum', call: 'quorum_dispatch', code: 2 };
const quorum = (quorate: boolean): LaneEvent => ({ kind: 'quorum', quorate, ringId, members: [1, 2] });
const nodelist = (joined: number[], left: number[]): LaneEvent => ({
  kind: 'nodelist',
  ringId,
  members: [1, 2],
  joined,
  left,
});

/** Event number i happens at second i. */
const fold = (events: readonly LaneEvent[], from: History = emptyHistory) =>
  events.reduce((history, event, i) => record(history, event, i), from);

test('the first notifications set the state and count nothing', () => {
  const history = fold([connected, nodelist([], []), quorum(true)]);
  expect(history.quorum).toEqual({ quorate: true, ringId, members: [1, 2] });
  expect(history.membership).toEqual({ ringId, members: [1, 2] });
  expect(history.quorumHistory).toEqual(emptyHistory.quorumHistory);
  expect(history.membershipHistory).toEqual(emptyHistory.membershipHistory);
});

test('a loss and a return of quorum are two transitions, and the last one has its time', () => {
  const { quorumHistory } = fold([connected, quorum(true), quorum(false), quorum(false), quorum(true)]);
  expect(quorumHistory).toEqual({
    notifications: 3,
    transitions: { quorate: 1, inquorate: 1 },
    lastTransition: 4,
  });
});

test('a notification with an unchanged flag is no transition', () => {
  const { quorumHistory } = fold([connected, quorum(true), quorum(true)]);
  expect(quorumHistory.transitions).toEqual({ quorate: 0, inquorate: 0 });
  expect(quorumHistory.notifications).toBe(1);
});

test('a flag that differs after a reconnection counts as a transition, and no notification', () => {
  const { quorumHistory } = fold([connected, quorum(true), lost, connected, quorum(false)]);
  expect(quorumHistory).toEqual({ notifications: 0, transitions: { quorate: 0, inquorate: 1 }, lastTransition: 4 });
});

test('the nodelist after a reconnection counts nothing', () => {
  const { membershipHistory } = fold([connected, nodelist([], []), lost, connected, nodelist([1, 2], [])]);
  expect(membershipHistory).toEqual(emptyHistory.membershipHistory);
});

test('joins and leaves are counted by node; a node in both lists came and went', () => {
  const { membershipHistory } = fold([connected, nodelist([], []), nodelist([], [3]), nodelist([2, 3], [2])]);
  expect(membershipHistory).toEqual({
    changes: 2,
    joins: { 2: 1, 3: 1 },
    leaves: { 2: 1, 3: 1 },
    lastChange: 3,
  });
});

test('a lost connection takes the state away and leaves the counts', () => {
  const history = fold([connected, nodelist([], []), quorum(true), quorum(false), lost]);
  expect(history.quorum).toBeUndefined();
  expect(history.membership).toBeUndefined();
  expect(history.quorumHistory.transitions.inquorate).toBe(1);
  expect(history.libraries.quorum).toMatchObject({ connected: false, error: { call: 'quorum_dispatch', code: 2 } });
});

test('a connection that went with its lane is closed, and no error of corosync', () => {
  const history = fold([connected, quorum(true), { kind: 'closed', library: 'quorum' }]);
  expect(history.quorum).toBeUndefined();
  expect(history.libraries.quorum).toMatchObject({ connected: false, error: undefined });
});

test('facts of the configuration survive a lost connection, what else was read of the map does not', () => {
  const keys = { 'totem.cluster_name': 'lab', 'runtime.members.1.join_count': 1 };
  const history = fold([
    { kind: 'configuration', configuration: { keys, digest: 1 } },
    { kind: 'lost', library: 'cmap', call: 'cmap_dispatch', code: 2 },
  ]);
  expect(history.cluster?.name).toBe('lab');
  expect(history.configuration).toBeUndefined();
});

test('dispatches are counted with their code, their callbacks and their time', () => {
  const dispatched = (code: number, callbacks: Record<string, number>): LaneEvent => ({
    kind: 'dispatched',
    library: 'quorum',
    code,
    count: 2,
    seconds: 0.5,
    callbacks,
  });
  const { history } = fold([dispatched(1, { quorum: 1, nodelist: 1 }), dispatched(1, { quorum: 2 }), dispatched(2, {})])
    .libraries.quorum;
  expect(history).toMatchObject({
    dispatches: 6,
    dispatchSeconds: 1.5,
    lastDispatchCode: 2,
    dispatchErrors: { CS_ERR_LIBRARY: 1 },
    callbacks: { quorum: 3, nodelist: 1 },
  });
});

test('connection attempts and failed calls are counted by code', () => {
  const { history } = fold([
    { kind: 'refused', library: 'quorum', call: 'quorum_model_initialize', code: 11 },
    { kind: 'refused', library: 'quorum', call: 'quorum_model_initialize', code: 11 },
    connected,
    { kind: 'call-failed', library: 'quorum', call: 'quorum_getquorate', code: 4711 },
  ]).libraries.quorum;
  expect(history).toMatchObject({
    connects: 1,
    connectErrors: { CS_ERR_ACCESS: 2 },
    callErrors: { quorum_getquorate: { CS_ERR_4711: 1 } },
  });
});

test('confchg reasons are counted, but not those of our own join', () => {
  const self = { nodeid: 1, pid: 7, reason: 1 };
  const other = { nodeid: 2, pid: 8, reason: 5 };
  const confchg = (members: object[], joined: object[], left: object[]) =>
    ({ kind: 'confchg', members, joined, left }) as LaneEvent;
  const history = fold([confchg([self], [self], []), confchg([self, other], [{ ...other, reason: 1 }], [])]);
  expect(history.cpg.confchg).toEqual({ join: 1 });
  expect(history.cpgPeers).toBe(2);
  expect(fold([confchg([self], [], [other])], history).cpg.confchg).toEqual({ join: 1, procdown: 1 });
});

test('a round trip falls into the bucket whose bound it does not exceed, and a long one above all', () => {
  const { roundTrip } = fold([0.0005, 0.0006, 100].map((seconds) => ({ kind: 'round-trip', seconds }))).cpg;
  expect(roundTrip.counts.slice(0, 2)).toEqual([1, 1]);
  expect(roundTrip.counts.at(-1)).toBe(1);
  expect(roundTrip).toMatchObject({ count: 3, sum: 100.0011 });
});

test('since when a group has a stranger is not told by the clock of the wall', () => {
  const known = fold([connected, nodelist([], [])]);
  const groups: LaneEvent = { kind: 'area', area: 'groups', seconds: 0, value: [{ name: 'crmd', members: { 9: 1 } }] };
  expect(record(known, groups, 1_795_000_000, 12).strangers).toEqual({ '9 crmd': 12 });
});
