import { describe, expect, test } from 'vitest';
import { CsError } from '../../src/corosync/cs-error.ts';
import { assemble, type Findings } from '../../src/monitor/assemble.ts';
import { emptyHistory, record } from '../../src/monitor/history.ts';
import type { LaneEvent } from '../../src/monitor/lane-protocol.ts';

const ringId = { nodeid: 1, seq: 13n };
const events: LaneEvent[] = [
  { kind: 'connected', library: 'quorum', provider: true },
  { kind: 'connected', library: 'cpg' },
  { kind: 'connected', library: 'cmap' },
  { kind: 'connected', library: 'votequorum' },
  { kind: 'dispatched', library: 'quorum', code: 1, count: 1, seconds: 0, callbacks: {} },
  { kind: 'nodelist', ringId, members: [1, 2], joined: [], left: [] },
  { kind: 'quorum', quorate: true, ringId, members: [1, 2] },
  { kind: 'confchg', members: [{ nodeid: 1, pid: 1, reason: 0 }], joined: [], left: [] },
  { kind: 'configuration', configuration: { keys: {}, digest: 1 } },
];
const history = events.reduce((all, event) => record(all, event, 0), emptyHistory);
const answer = { at: 200, seconds: 0.001, quorate: true };
const idle = [
  { name: 'services', heldSeconds: 0, restarts: 0 },
  { name: 'votequorum', heldSeconds: 0, restarts: 0 },
] as const;
const servicesHeld = [{ name: 'services', heldSeconds: 1.5, restarts: 0 }, idle[1]] as const;

const healthy: Findings = {
  time: 5,
  now: 1000,
  since: 100,
  probeTimeout: 1,
  simulated: false,
  history,
  answers: { quorum: answer, votequorum: answer },
  confirmed: { quorum: 1000 },
  areas: {},
  reads: {},
  libraries: ['quorum', 'cpg', 'cmap', 'votequorum'],
  lanes: idle,
  ended: false,
  daemon: undefined,
};

test('a healthy corosync is up, not in sync, and its state is shown', () => {
  expect(assemble(healthy)).toMatchObject({
    up: true,
    syncInProgress: false,
    quorum: { quorate: true, provider: true, members: [1, 2] },
    membership: { members: [1, 2] },
    cpgPeers: 1,
    configuration: { digest: 1 },
    probes: [
      { library: 'quorum', success: true, seconds: 0.001 },
      { library: 'votequorum', success: true, seconds: 0.001 },
    ],
  });
});

test('frozen: nothing that corosync said is repeated, and the probes show their deadline', () => {
  const frozen = { ...healthy, answers: { quorum: { ...answer, at: 50 }, votequorum: { ...answer, at: 99 } } };
  expect(assemble(frozen)).toMatchObject({
    up: false,
    syncInProgress: undefined,
    quorum: undefined,
    membership: undefined,
    cpgPeers: undefined,
    configuration: undefined,
    probes: [
      { library: 'quorum', success: false, seconds: 1 },
      { library: 'votequorum', success: false, seconds: 1 },
    ],
  });
});

test('in the sync phase corosync is up, and its quorum is shown as long as votequorum confirms it', () => {
  const syncing = { ...healthy, lanes: servicesHeld, answers: { votequorum: answer } };
  expect(assemble(syncing)).toMatchObject({
    up: true,
    syncInProgress: true,
    quorum: { quorate: true },
    membership: undefined,
  });
  const contradicted = { ...syncing, answers: { votequorum: { ...answer, quorate: false } } };
  expect(assemble(contradicted)).toMatchObject({ up: true, syncInProgress: true, quorum: undefined });
});

test('of a corosync that is gone nothing is repeated, whoever answers votequorum now', () => {
  const gone = { ...healthy, lanes: servicesHeld, ended: true };
  for (const answers of [{ votequorum: answer }, healthy.answers]) {
    expect(assemble({ ...gone, answers })).toMatchObject({
      up: false,
      syncInProgress: undefined,
      quorum: undefined,
      membership: undefined,
    });
  }
});

test('a long but moving read is neither frozen nor in sync', () => {
  const slow = { ...healthy, answers: { votequorum: answer } };
  expect(assemble(slow)).toMatchObject({ up: true, syncInProgress: undefined, quorum: { quorate: true } });
});

test('an answer that took longer than the deadline confirms nothing', () => {
  const late = { ...answer, seconds: 1.1 };
  expect(assemble({ ...healthy, answers: { quorum: late, votequorum: late } })).toMatchObject({
    up: false,
    quorum: undefined,
  });
});

test('without a provider there is no probe of votequorum, and a held lane is not confirmed', () => {
  const alone = { ...healthy, history: { ...history, provider: false }, answers: { quorum: answer } };
  expect(assemble(alone)).toMatchObject({ up: true, quorum: { provider: false }, probes: [{ library: 'quorum' }] });
  expect(assemble({ ...alone, answers: {}, lanes: servicesHeld })).toMatchObject({
    up: false,
    syncInProgress: undefined,
    quorum: undefined,
  });
});

test('a lost connection is not up, whatever its last answer was', () => {
  const lost = record(history, { kind: 'lost', library: 'quorum', call: 'quorum_dispatch', code: 2 }, 0);
  expect(assemble({ ...healthy, history: lost })).toMatchObject({
    up: false,
    quorum: undefined,
    membership: undefined,
    probes: [
      { library: 'quorum', success: false },
      { library: 'votequorum', success: true },
    ],
  });
});

test('a dispatch that failed without ending the connection is not up', () => {
  const failed = record(
    history,
    { kind: 'dispatched', library: 'quorum', code: 6, count: 1, seconds: 0, callbacks: {} },
    0,
  );
  expect(assemble({ ...healthy, history: failed })).toMatchObject({ up: false, quorum: undefined });
});

const groups = { seconds: 0.01, value: [{ name: 'crmd', members: { 1: 1, 9: 1 } }] };

test('an area is shown if it was read since, and so are the members that are stale', () => {
  const read = { ...healthy, areas: { groups: { ...groups, at: 150 } } };
  expect(assemble(read)).toMatchObject({
    areas: { groups },
    staleMembers: [
      { group: 'crmd', nodeid: 1, count: 0 },
      { group: 'crmd', nodeid: 9, count: 0 },
    ],
  });
  const before = { ...read, history: { ...history, strangers: { '9 crmd': 998 } } };
  expect(assemble(before).staleMembers).toContainEqual({ group: 'crmd', nodeid: 9, count: 1 });
  expect(assemble({ ...read, areas: { groups: { ...groups, at: 99 } } })).toMatchObject({
    areas: {},
    staleMembers: undefined,
  });
});

test('a read that failed is told while corosync answers, and is no news while it does not', () => {
  const failed = { links: { at: 150, seconds: 0.5, error: 'CS_ERR_TRY_AGAIN' } };
  expect(assemble({ ...healthy, areas: failed }).areas).toEqual({ links: { seconds: 0.5, error: 'CS_ERR_TRY_AGAIN' } });
  expect(assemble({ ...healthy, answers: {}, areas: failed }).areas).toEqual({});
});

test('votes are shown in the sync phase, what the other lane followed is not', () => {
  const votes = { at: 150, seconds: 0.001, value: { totalVotes: 1 } } as never;
  const syncing = { ...healthy, lanes: servicesHeld, answers: { votequorum: answer }, areas: { votes } };
  expect(assemble(syncing)).toMatchObject({ areas: { votes: { value: { totalVotes: 1 } } }, configuration: undefined });
});

test('what nodes did that are neither configured nor members any more is not shown, unless nothing is configured', () => {
  const joins = { 1: 1, 2: 2, 9: 3 };
  const membershipHistory = { ...history.membershipHistory, joins, leaves: joins };
  const shown = (...nodeids: number[]) => {
    const nodes = nodeids.map((nodeid) => ({ nodeid, name: '', local: false, addresses: [] }));
    const cluster = { name: '', transport: 'knet', cryptoCipher: '', cryptoHash: '', nodes };
    return assemble({ ...healthy, history: { ...history, membershipHistory, cluster } }).membershipHistory;
  };
  expect(shown(1)).toEqual({ ...membershipHistory, joins: { 1: 1, 2: 2 }, leaves: { 1: 1, 2: 2 } });
  expect(shown(1, 9)).toEqual(membershipHistory);
  expect(shown()).toEqual(membershipHistory);
});

describe('an area whose library is not connected', () => {
  const refused = (code: number): Findings => ({
    ...healthy,
    history: record(history, { kind: 'refused', library: 'cmap_stats', call: 'cmap_initialize_map', code }, 0),
    reads: { statistics: [] },
  });

  test('has failed where corosync answers and has no room for the connection', () => {
    const failed = { statistics: { seconds: 0, error: 'cmap_initialize_map: CS_ERR_NO_SPACE' } };
    expect(assemble(refused(CsError.CS_ERR_NO_SPACE)).areas).toEqual(failed);
    expect(assemble({ ...refused(CsError.CS_ERR_NO_SPACE), answers: {} }).areas).toEqual({});
  });

  test('has failed where the library is not installed', () => {
    const missing = record(history, { kind: 'missing', library: 'cmap_stats', message: 'libcmap.so.4: install it' }, 0);
    const { areas } = assemble({ ...healthy, history: missing, reads: { statistics: [], votes: [] } });
    expect(areas).toEqual({ statistics: { seconds: 0, error: 'libcmap.so.4: install it' } });
  });

  test.each([CsError.CS_ERR_LIBRARY, CsError.CS_ERR_TRY_AGAIN, CsError.CS_ERR_NOT_SUPPORTED])(
    'has nothing to tell while corosync starts, and where that does not exist (%i)',
    (code) => expect(assemble(refused(code)).areas).toEqual({}),
  );

  test('is the groups also without libcmap', () => {
    const { CS_ERR_NO_SPACE: code } = CsError;
    const lost = record(history, { kind: 'lost', library: 'cmap', call: 'cmap_get', code }, 0);
    expect(assemble({ ...healthy, history: lost, reads: { groups: [] } }).areas.groups?.error).toContain('NO_SPACE');
  });
});
