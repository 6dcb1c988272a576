import { expect, test } from 'vitest';
import type { Bindings, CmapApi, CpgApi, QuorumApi } from '../../src/corosync/bindings.ts';
import { CorosyncError } from '../../src/corosync/cs-error.ts';
import type { CmapEvent, CmapValue, CpgEvent, QuorumEvent } from '../../src/corosync/types.ts';
import { followedPrefixes } from '../../src/monitor/configuration.ts';
import { Services } from '../../src/monitor/services.ts';
import { fakeLane, fakeService } from './fake-lane.ts';

const options = {
  dispatchInterval: 1000,
  probeTimeout: 1000,
  cpg: { join: true, probeInterval: 15_000 },
  reads: {},
  trafficLimit: 10,
  pidFile: '',
};
const ringId = { nodeid: undefined, seq: 5n };

/** A corosync of plain data: what its callbacks have for us, what its map holds, and what it was asked. */
function fixture(model: 0 | 1 = 1, overrides: Partial<typeof options> = {}, provider = true) {
  const lane = fakeLane();
  const corosync = {
    connectCode: 1,
    joinCode: 1,
    dispatchCode: 1,
    quorumEvents: [] as QuorumEvent[],
    cpgEvents: [] as CpgEvent[],
    cmapEvents: [] as CmapEvent[],
    map: new Map<string, CmapValue>([
      ['totem.cluster_name', 'lab'],
      ['nodelist.local_node_pos', 0],
      ['nodelist.node.0.nodeid', 1],
      ['nodelist.node.0.name', 'node1'],
      ['nodelist.node.0.ring1_addr', '10.1.0.1'],
      ['nodelist.node.0.ring0_addr', '10.0.0.1'],
      ['runtime.members.1.join_count', 3],
    ]),
    asked: [] as string[],
  };
  const connect = <Api>(api: Api) =>
    fakeService(() => {
      if (corosync.connectCode !== 1) throw new CorosyncError('fake_initialize', corosync.connectCode);
      return api;
    });
  const ask = (call: string) => void corosync.asked.push(call);
  const quorum: QuorumApi = {
    model,
    provider,
    peerPid: () => 4711,
    fdGet: () => -1,
    trackstart: (flags) => ask(`trackstart ${flags}`),
    dispatch: () => ({ code: corosync.dispatchCode, events: corosync.quorumEvents.splice(0) }),
    getquorate: () => true,
    close: () => ask('close quorum'),
  };
  const cpg: CpgApi = {
    localGet: () => 1,
    join: (group) => {
      ask(`join ${group}`);
      if (corosync.joinCode !== 1) throw new CorosyncError('cpg_join', corosync.joinCode);
    },
    leave: (group) => ask(`leave ${group}`),
    mcastJoined: (message) => {
      corosync.cpgEvents.push({ kind: 'deliver', group: 'corosync-exporter', nodeid: 1, pid: 1, message });
      lane.time += 2;
    },
    dispatch: () => ({ code: corosync.dispatchCode, events: corosync.cpgEvents.splice(0) }),
    iterate: () => [],
    waitReadable: () => corosync.cpgEvents.length > 0,
    close: () => ask('close cpg'),
  };
  const cmap: CmapApi = {
    get: (key) => {
      ask(`get ${key}`);
      return corosync.map.get(key);
    },
    keys: (prefix) => [...corosync.map.keys()].filter((key) => key.startsWith(prefix)),
    track: (prefix) => ask(`track ${prefix}`),
    dispatch: () => ({ code: corosync.dispatchCode, events: corosync.cmapEvents.splice(0) }),
    close: () => ask('close cmap'),
  };
  const bindings = {
    simulated: true,
    quorum: connect(quorum),
    cpg: connect(cpg),
    cmap: connect(cmap),
  };
  const services = new Services(bindings as unknown as Bindings, { ...options, ...overrides }, lane);
  return { lane, corosync, services };
}

test('the first step connects, tracks, joins our own group only, and reads the configuration', () => {
  const { lane, corosync, services } = fixture();
  services.step();
  expect(corosync.asked.filter((call) => !call.startsWith('get'))).toEqual([
    'trackstart 3',
    ...followedPrefixes.map((prefix) => `track ${prefix}`),
    'join corosync-exporter',
  ]);
  const told = lane.take();
  expect(told).toContainEqual({ kind: 'local', nodeid: 1 });
  const configuration = told.find(({ kind }) => kind === 'configuration');
  expect(configuration).toMatchObject({ configuration: { keys: Object.fromEntries(corosync.map) } });
});

test('what can be remembered is not read again until corosync says that it changed', () => {
  const { corosync, services } = fixture();
  services.step();
  corosync.asked = [];
  services.step();
  expect(corosync.asked).toEqual([]);
  corosync.cmapEvents.push({ kind: 'cmap', key: 'runtime.members.1.join_count', change: 'modify' });
  services.step();
  expect(corosync.asked).toEqual(['get runtime.members.1.join_count']);
  corosync.cmapEvents.push({ kind: 'cmap', key: 'nodelist.node.1.nodeid', change: 'add' });
  services.step();
  expect(corosync.asked).toContain('get nodelist.node.0.name');
});

test('a configuration that changes while it is read is read again, and not told by halves', () => {
  const { lane, corosync, services } = fixture();
  services.step();
  lane.take();
  const changed: CmapEvent = { kind: 'cmap', key: 'nodelist.local_node_pos', change: 'add' };
  let reloads = 0;
  const get = corosync.map.get.bind(corosync.map);
  corosync.map.get = (key) => {
    if (key !== changed.key || reloads === 0) return get(key);
    reloads -= 1;
    corosync.cmapEvents.push(changed);
    return undefined; // corosync takes the key away and puts it there again
  };
  const step = (times: number) => {
    reloads = times;
    corosync.cmapEvents.push(changed);
    services.step();
    return lane.take().flatMap((event) => (event.kind === 'configuration' ? [event.configuration.keys] : []));
  };
  const whole = Object.fromEntries(corosync.map);
  expect(step(1)).toEqual([whole]);
  expect(step(9)).toEqual([]);
  expect(step(0)).toEqual([whole]);
});

test('while libquorum is refused the others do not try', () => {
  const { lane, corosync, services } = fixture();
  corosync.connectCode = 11;
  services.step();
  expect(lane.take().filter(({ kind }) => kind === 'refused')).toEqual([
    { kind: 'refused', library: 'quorum', call: 'fake_initialize', code: 11 },
  ]);
  expect(services.nextStepIn).toBe(1000);
});

test('what libquorum has for a new connection is told before the others connect, which corosync may hold', () => {
  const { lane, corosync, services } = fixture();
  corosync.quorumEvents.push({ kind: 'quorum', quorate: true, ringId, members: [1] });
  services.step();
  const told = lane.take().map((event) => ('library' in event ? `${event.kind} ${event.library}` : event.kind));
  expect(told.slice(0, 4)).toEqual(['loaded quorum', 'connected quorum', 'quorum', 'loaded cpg']);
});

test('a join that the ring refuses is tried again at the next step', () => {
  const { lane, corosync, services } = fixture();
  corosync.joinCode = 6;
  services.step();
  expect(lane.take()).toContainEqual({ kind: 'call-failed', library: 'cpg', call: 'cpg_join', code: 6 });
  corosync.joinCode = 1;
  services.step();
  services.step();
  expect(corosync.asked.filter((call) => call.startsWith('join'))).toHaveLength(2);
});

test('cpg.join off joins nothing and sends nothing', () => {
  const { lane, corosync, services } = fixture(1, { cpg: { join: false, probeInterval: 15_000 } });
  services.step();
  expect(corosync.asked.some((call) => call.startsWith('join'))).toBe(false);
  expect(lane.take().some(({ kind }) => kind.startsWith('round-trip'))).toBe(false);
});

test('our own message is timed when it comes back, and sent again after the interval', () => {
  const { lane, services } = fixture();
  services.step();
  const trips = () => lane.take().filter(({ kind }) => kind === 'round-trip' || kind === 'round-trip-failed');
  expect(trips()).toEqual([{ kind: 'round-trip', seconds: 0.002 }]);
  services.step();
  expect(trips()).toEqual([]);
  lane.time += 15_000;
  services.step();
  expect(trips()).toHaveLength(1);
});

test('what corosync announced before it answered the probe is told before the answer', () => {
  const { lane, corosync, services } = fixture();
  corosync.quorumEvents.push({ kind: 'quorum', quorate: true, ringId, members: [1] });
  services.step();
  const kinds = lane.take().map(({ kind }) => kind);
  expect(kinds.filter((kind) => kind === 'quorum' || kind === 'probed')).toEqual(['quorum', 'probed']);
});

test('without nodelist notifications joins and leaves are found by comparing views', () => {
  const { lane, corosync, services } = fixture(0);
  const view = (members: number[], ring = ringId) =>
    corosync.quorumEvents.push({ kind: 'quorum', quorate: true, ringId: ring, members });
  const next = { ...ringId, seq: 6n };
  view([1, 2]);
  services.step();
  view([1, 3]);
  view([1, 3]);
  view([1, 3], next);
  services.step();
  expect(lane.take().filter(({ kind }) => kind === 'nodelist')).toEqual([
    { kind: 'nodelist', ringId, members: [1, 2], joined: [], left: [] },
    { kind: 'nodelist', ringId, members: [1, 3], joined: [3], left: [2] },
    { kind: 'nodelist', ringId: next, members: [1, 3], joined: [], left: [] },
  ]);
});

test('without nodelist notifications and without a provider there are no members to tell', () => {
  const { lane, corosync, services } = fixture(0, {}, false);
  corosync.quorumEvents.push({ kind: 'quorum', quorate: false, ringId, members: [] });
  services.step();
  expect(lane.take().filter(({ kind }) => kind === 'nodelist')).toEqual([]);
});

test('close leaves our group and ends all connections', () => {
  const { corosync, services } = fixture();
  services.step();
  services.close();
  expect(corosync.asked.slice(-4)).toEqual(['close cmap', 'leave corosync-exporter', 'close cpg', 'close quorum']);
});

test('while corosync is gone nothing is due but the next attempt to connect', () => {
  const { lane, corosync, services } = fixture();
  services.step();
  services.step();
  corosync.connectCode = 2;
  corosync.dispatchCode = 2;
  services.step();
  // Long after the next message to our own group was due.
  lane.time += 60_000;
  services.step();
  expect(services.nextStepIn).toBeGreaterThanOrEqual(500);
});
