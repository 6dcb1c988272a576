import { expect, test } from 'vitest';
import type { Bindings } from '../../src/corosync/bindings.ts';
import { DispatchMode, type QuorumEvent } from '../../src/corosync/types.ts';
import { createBindings } from '../../src/simulation/bindings.ts';
import { simulate } from './simulate.ts';

const { CS_DISPATCH_ALL, CS_DISPATCH_BLOCKING, CS_DISPATCH_ONE, CS_DISPATCH_ONE_NONBLOCKING } = DispatchMode;
const group = 'corosync-exporter';

/** One whose clock runs from `seconds` on. */
function simulateFrom(nodeid: number, seconds: number) {
  return createBindings({ nodeid, startedAt: Date.now() - seconds * 1000 });
}

function duration(act: () => unknown): number {
  const start = performance.now();
  act();
  return performance.now() - start;
}

function failure(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
}

test('it says that it is simulated, and knows only its three nodes', () => {
  expect(simulate(1).simulated).toBe(true);
  expect(simulate(1).quorum.load()).toEqual({ soname: 'simulated', features: ['quorum_model_v1'] });
  expect(() => simulate(4)).toThrow('The simulated cluster has the nodes 1, 2, 3, not 4');
});

test('trackstart sends the nodelist without joined and left, then quorum', () => {
  const quorum = simulate(2).quorum.connect();
  const ringId = { nodeid: 1, seq: 0x4b8n };
  quorum.trackstart(3);
  const { code, events } = quorum.dispatch(CS_DISPATCH_ALL);
  expect(code).toBe(1);
  expect(events).toEqual([
    { kind: 'nodelist', ringId, members: [1, 2, 3], joined: [], left: [] },
    { kind: 'quorum', quorate: true, ringId, members: [1, 2, 3] },
  ]);
  expect(quorum.dispatch(CS_DISPATCH_ALL)).toEqual({ code: 1, events: [] });
});

test('a second trackstart fails with CS_ERR_EXIST and sends the present state again', () => {
  const quorum = simulate(1).quorum.connect();
  quorum.trackstart(3);
  expect(failure(() => quorum.trackstart(3))).toMatchObject({ call: 'quorum_trackstart', code: 14 });
  expect(quorum.dispatch(CS_DISPATCH_ALL).events).toHaveLength(4);
});

test('changes between two dispatches are all told, one by one where one is asked for', () => {
  const { clock, quorum } = simulate(3);
  clock.seconds = 60;
  const tracked = quorum.connect();
  tracked.trackstart(6);
  clock.seconds = 100;
  const told: QuorumEvent[] = [];
  for (let i = 0; i < 3; i++) told.push(...tracked.dispatch(CS_DISPATCH_ONE_NONBLOCKING).events);
  told.push(...tracked.dispatch(CS_DISPATCH_ALL).events);
  expect(told.slice(2)).toMatchObject([
    { kind: 'nodelist', members: [3], left: [1, 2] },
    { kind: 'quorum', quorate: false },
    { kind: 'nodelist', members: [1, 2, 3], joined: [1, 2] },
    { kind: 'quorum', quorate: true },
  ]);
  expect(tracked.dispatch(CS_DISPATCH_ONE_NONBLOCKING)).toEqual({ code: 6, events: [] });
  expect(tracked.dispatch(CS_DISPATCH_BLOCKING).code).toBe(19);
});

test('a handle dies with its corosync for ever', () => {
  const { clock, quorum, cpg, cmap, votequorum } = simulate(3);
  const old = { quorum: quorum.connect(), cpg: cpg.connect(), cmap: cmap.connect(), votequorum: votequorum.connect() };
  for (clock.seconds of [30, 55, 1e6 * 180]) {
    expect(old.quorum.dispatch(CS_DISPATCH_ALL)).toEqual({ code: 2, events: [] });
    expect(old.cpg.waitReadable(0)).toBe(true);
    expect(old.cpg.dispatch(CS_DISPATCH_ONE).code).toBe(2);
    expect(failure(() => old.quorum.getquorate())).toMatchObject({ call: 'quorum_getquorate', code: 2 });
    expect(failure(() => old.cpg.mcastJoined(new Uint8Array()))).toMatchObject({ call: 'cpg_mcast_joined', code: 2 });
    expect(failure(() => old.cmap.get('totem.version'))).toMatchObject({ call: 'cmap_get', code: 2 });
    expect(failure(() => old.votequorum.getinfo(0))).toMatchObject({ call: 'votequorum_getinfo', code: 2 });
  }
  for (const handle of Object.values(old)) handle.close();
  for (const handle of Object.values(old)) handle.close();
  expect(old.quorum.dispatch(CS_DISPATCH_ALL).code).toBe(9);
});

test('without corosync nothing connects, and a new connection works after its start', () => {
  const { clock, quorum, cpg, cmap, votequorum } = simulate(3);
  clock.seconds = 30;
  expect(failure(quorum.connect)).toMatchObject({ call: 'quorum_model_initialize', code: 2 });
  expect(failure(cpg.connect)).toMatchObject({ call: 'cpg_model_initialize', code: 2 });
  expect(failure(cmap.connect)).toMatchObject({ call: 'cmap_initialize_map', code: 2 });
  expect(failure(votequorum.connect)).toMatchObject({ call: 'votequorum_initialize', code: 2 });
  clock.seconds = 50.1;
  expect(quorum.connect().getquorate()).toBe(false);
  clock.seconds = 52;
  expect(quorum.connect().getquorate()).toBe(true);
});

test.each([
  ['libquorum', (b: Bindings) => b.quorum.connect()],
  ['libcpg', (b: Bindings) => b.cpg.connect()],
  ['libcmap', (b: Bindings) => b.cmap.connect()],
  ['libvotequorum', (b: Bindings) => b.votequorum.connect()],
])('%s connects after the thaw', (_name, connect) => {
  let now = 149_990;
  connect(createBindings({ nodeid: 2, startedAt: 0 }, () => now++)); // a millisecond passes at each look
  expect(now).toBeGreaterThan(150_000);
});

test('round trips on open connections wait for the thaw', () => {
  let now = 129_000;
  const { quorum, cpg, cmap, votequorum } = createBindings({ nodeid: 2, startedAt: 0 }, () => now++);
  const open = { quorum: quorum.connect(), cpg: cpg.connect(), cmap: cmap.connect(), votequorum: votequorum.connect() };
  const calls = [
    () => open.quorum.trackstart(3),
    () => open.quorum.getquorate(),
    () => open.cpg.localGet(),
    () => open.cpg.join(group),
    () => open.cmap.get('totem.version'),
    () => open.cmap.keys('totem.'),
    () => open.cmap.track('totem.'),
    () => open.votequorum.getinfo(0),
  ];
  for (const call of calls) {
    now = 149_990;
    call();
    expect(now).toBeGreaterThan(150_000);
  }
});

test('events of a frozen corosync come after the thaw', () => {
  const { clock, quorum, cpg } = simulate(2);
  clock.seconds = 120;
  const [tracked, joined] = [quorum.connect(), cpg.connect()];
  tracked.trackstart(3);
  joined.join(group);
  tracked.dispatch(CS_DISPATCH_ALL);
  joined.dispatch(CS_DISPATCH_ALL);
  clock.seconds = 140;
  joined.mcastJoined(Uint8Array.of(1));
  expect(tracked.dispatch(CS_DISPATCH_ALL)).toEqual({ code: 1, events: [] });
  expect(joined.dispatch(CS_DISPATCH_ONE_NONBLOCKING)).toEqual({ code: 6, events: [] });
  expect(joined.waitReadable(1)).toBe(false);
  clock.seconds = 152;
  expect(tracked.dispatch(CS_DISPATCH_ALL).events).toMatchObject([
    { kind: 'nodelist', joined: [1, 3], left: [1, 3] },
    { kind: 'quorum', quorate: true },
  ]);
  expect(joined.dispatch(CS_DISPATCH_ALL).events.map(({ kind }) => kind)).toEqual([
    ...['confchg', 'confchg', 'totem_confchg', 'deliver'],
  ]);
});

test('who joins the group of exporters sees them all, itself as joined', () => {
  const cpg = simulate(1).cpg.connect();
  expect(cpg.localGet()).toBe(1);
  expect(failure(() => cpg.mcastJoined(new Uint8Array()))).toMatchObject({ code: 12 });
  cpg.join(group);
  expect(failure(() => cpg.join(group))).toMatchObject({ call: 'cpg_join', code: 14 });
  expect(cpg.dispatch(CS_DISPATCH_ALL).events).toEqual([
    {
      kind: 'confchg',
      group,
      members: [
        { nodeid: 1, pid: process.pid, reason: 0 },
        { nodeid: 2, pid: 1002, reason: 0 },
        { nodeid: 3, pid: 1003, reason: 0 },
      ],
      joined: [{ nodeid: 1, pid: process.pid, reason: 1 }],
      left: [],
    },
  ]);
});

test('a lost node is a confchg, then a totem_confchg; who has not joined gets only that', () => {
  const { clock, cpg } = simulate(1);
  const [joined, other] = [cpg.connect(), cpg.connect()];
  joined.join(group);
  joined.dispatch(CS_DISPATCH_ALL);
  clock.seconds = 27;
  expect(joined.dispatch(CS_DISPATCH_ALL).events).toMatchObject([
    { kind: 'confchg', members: [{ nodeid: 1 }, { nodeid: 2 }], left: [{ nodeid: 3, reason: 3 }], joined: [] },
    { kind: 'totem_confchg', ringId: { nodeid: 1 }, members: [1, 2] },
  ]);
  expect(other.dispatch(CS_DISPATCH_ALL).events).toMatchObject([{ kind: 'totem_confchg' }]);
});

test('a message comes back to its sender after one to three milliseconds', () => {
  const cpg = simulateFrom(1, 5).cpg.connect();
  cpg.join(group);
  cpg.dispatch(CS_DISPATCH_ALL);
  expect(cpg.waitReadable(1)).toBe(false);
  const sent = Uint8Array.of(1, 2, 3);
  cpg.mcastJoined(sent);
  sent.fill(0);
  const waited = duration(() => expect(cpg.waitReadable(1000)).toBe(true));
  expect(waited).toBeLessThan(100);
  expect(cpg.dispatch(CS_DISPATCH_ALL).events).toEqual([
    { kind: 'deliver', group, nodeid: 1, pid: process.pid, message: Uint8Array.of(1, 2, 3) },
  ]);
});

test('getinfo of votequorum agrees with the view', () => {
  const { clock, votequorum: service } = simulate(1);
  const votequorum = service.connect();
  expect(votequorum.getinfo(0)).toEqual({
    ...{ nodeid: 1, nodeState: 1, nodeVotes: 1, nodeExpectedVotes: 3 },
    ...{ highestExpected: 3, totalVotes: 3, quorum: 2, flags: 2, qdeviceVotes: 0, qdeviceName: '' },
  });
  expect(failure(() => votequorum.getinfo(4))).toMatchObject({ call: 'votequorum_getinfo', code: 12 });
  clock.seconds = 70;
  expect(votequorum.getinfo(3)).toMatchObject({ nodeid: 3, nodeState: 2, totalVotes: 2, flags: 2 });
  const cutOff = simulate(3);
  cutOff.clock.seconds = 70;
  expect(cutOff.votequorum.connect().getinfo(0)).toMatchObject({ totalVotes: 1, flags: 0 });
});
