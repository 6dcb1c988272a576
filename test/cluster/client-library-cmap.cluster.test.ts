import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Cmap, CmapMap, Votequorum, VotequorumFlag } from '../../src/corosync/index.ts';
import { Clients, failure, gather } from '../corosync/clients.ts';
import { Lab } from './lab.ts';

let lab: Lab;
let clients: Clients;
beforeAll(async () => {
  lab = await Lab.up({ nodes: 2, quorumConf: 'two_node: 1\n  wait_for_all: 0' });
  clients = new Clients(lab);
});
afterAll(() => lab?.down());
afterEach(() => clients.closeAll());

const connect = (map?: CmapMap) => clients.open(1, () => Cmap.connect(map));
const cmapctl = (...args: string[]) => lab.exec(1, 'corosync-cmapctl', args);

describe('cmap', () => {
  test.each([
    ['i8', '-5', -5],
    ['u8', '200', 200],
    ['i16', '-300', -300],
    ['u16', '60000', 60000],
    ['i32', '-70000', -70000],
    ['u32', '4294967295', 4294967295],
    ['i64', '-9007199254740993', -9007199254740993n],
    ['u64', '18446744073709551615', 18446744073709551615n],
    ['flt', '1.5', 1.5],
    ['dbl', '-0.25', -0.25],
    ['str', 'a b', 'a b'],
  ] as const)('a value of type %s', async (type, text, value) => {
    expect(await cmapctl('-s', '--', `test.${type}`, type, text)).toMatchObject({ code: 0 });
    expect(connect().get(`test.${type}`)).toStrictEqual(value);
  });

  test('a binary value, a long string and the longest name', async () => {
    const name = `test.${'n'.repeat(250)}`;
    await cmapctl('-s', 'test.bin', 'bin', '/etc/hostname');
    await cmapctl('-s', name, 'str', 'x'.repeat(4000));
    const cmap = connect();
    expect(cmap.get(name)).toBe('x'.repeat(4000));
    expect(cmap.keys('test.n')).toEqual([name]);
    expect(cmap.get('test.bin')).toBeInstanceOf(Uint8Array);
  });

  test('a value of 8192 bytes is read whole, and a longer one is an error that harms nothing', async () => {
    await cmapctl('-s', 'test.most', 'str', 'x'.repeat(8191)); // and the NUL
    await cmapctl('-s', 'test.more', 'str', 'x'.repeat(8192));
    const cmap = connect();
    expect(cmap.get('test.most')).toBe('x'.repeat(8191));
    expect(failure(() => cmap.get('test.more'))).toBe('cmap_get: CS_ERR_INVALID_PARAM');
    expect(cmap.get('test.most')).toBe('x'.repeat(8191));
    expect(cmap.get('totem.version')).toBe(2);
  });

  test('a value stays what it was when another is read', async () => {
    await cmapctl('-s', 'test.bytes', 'bin', '/etc/hostname');
    const cmap = connect();
    const bytes = cmap.get('test.bytes') as Uint8Array;
    const before = [...bytes];
    expect(cmap.get('totem.cluster_name')).toBe('lab');
    expect([...bytes]).toEqual(before);
    expect(before.length).toBeGreaterThan(0);
  });

  test('a key that is not there is undefined, and a name that is too long is an error', () => {
    const cmap = connect();
    expect(cmap.get('no.such.key')).toBeUndefined();
    expect(failure(() => cmap.get('x'.repeat(300)))).toBe('cmap_get: CS_ERR_NAME_TOO_LONG');
  });

  test('the keys of a prefix are those that start with it', () => {
    const cmap = connect();
    expect(cmap.keys('nodelist.node.').sort()).toEqual(
      [0, 1].flatMap((i) => ['name', 'nodeid', 'ring0_addr'].map((key) => `nodelist.node.${i}.${key}`)),
    );
    expect(cmap.keys('no.such.')).toEqual([]);
    expect(cmap.keys('').length).toBeGreaterThan(100);
  });

  test('a tracked prefix tells what is added, changed and deleted under it, and nothing else', async () => {
    const cmap = connect();
    cmap.track('tracked.');
    await cmapctl('-s', 'tracked.key', 'u32', '1');
    await cmapctl('-s', 'elsewhere.key', 'u32', '1');
    await cmapctl('-s', 'tracked.key', 'u32', '2');
    await cmapctl('-d', 'tracked.key');
    const changes = ['add', 'modify', 'delete'] as const;
    expect(await gather(cmap, (events) => events.length >= 3)).toEqual(
      changes.map((change) => ({ kind: 'cmap', key: 'tracked.key', change })),
    );
  });

  test('a change that corosync makes itself is told: a node that leaves and comes back', async () => {
    const cmap = connect();
    cmap.track('runtime.members.2.');
    await lab.stop(2);
    const left = await gather(cmap, (events) => events.length > 0);
    expect(left).toContainEqual({ kind: 'cmap', key: 'runtime.members.2.status', change: 'modify' });
    expect(cmap.get('runtime.members.2.status')).toBe('left');
    await lab.start(2);
    await lab.waitFor(1, [1, 2], { quorate: true });
    expect(cmap.get('runtime.members.2.status')).toBe('joined');
  });

  test('the statistics are a map of their own', () => {
    const stats = connect(CmapMap.CMAP_MAP_STATS);
    expect(stats.get('stats.srp.operational_entered')).toEqual(expect.any(BigInt));
    expect(stats.get('totem.version')).toBeUndefined();
    expect(connect().get('stats.srp.operational_entered')).toBeUndefined();
    expect(stats.keys('stats.knet.node2.link0.')).toContain('stats.knet.node2.link0.connected');
    for (const key of stats.keys('')) expect(stats.get(key)).toBeDefined(); // with short buffers corosync would fall
  });

  test('each statistic has the type that corosync gives it', () => {
    const stats = connect(CmapMap.CMAP_MAP_STATS);
    const own = stats.keys('stats.ipcs.').find((key) => key.includes(`.${process.pid}.`) && key.endsWith('.procname'));
    const client = String(own).replace(/procname$/, '');
    expect(own).toBeDefined();
    expect(stats.get(`${client}procname`)).toBe(readFileSync('/proc/self/comm', 'latin1').trim()); // str
    expect(stats.get(`${client}queued`)).toBe(0); // i32
    expect(stats.get(`${client}flow_control`)).toBe(0); // u32
    expect(stats.get(`${client}requests`)).toEqual(expect.any(BigInt)); // u64
    expect(stats.get('stats.knet.node2.link0.connected')).toBe(1); // u8
    expect(stats.get('stats.knet.node2.link0.latency_ave')).toEqual(expect.any(Number)); // u32
    expect(stats.get('stats.srp.firewall_enabled_or_nic_failure')).toBe(0); // u8
  });

  test('a statistic that is not there is undefined, as are those that are only written', () => {
    const stats = connect(CmapMap.CMAP_MAP_STATS);
    for (const key of ['stats.srp.nope', 'stats.knet.node9.link0.connected', 'stats.clear.all', 'nope']) {
      expect(stats.get(key)).toBeUndefined();
    }
    expect(stats.keys('stats.srp.nope')).toEqual([]);
  });

  test('the keys of stats. are all that the map has, those that corosync-cmapctl tells', async () => {
    const stats = connect(CmapMap.CMAP_MAP_STATS);
    const lasting = (keys: string[]) => keys.filter((key) => !/^stats\.(ipcs\.service|schedmiss)/.test(key)).sort();
    const { stdout } = await cmapctl('-m', 'stats');
    const theirs = lasting(Array.from(stdout.matchAll(/^(\S+) \(/gm), ([, key]) => key as string));
    expect(lasting(stats.keys('stats.'))).toEqual(theirs);
    expect(theirs.length).toBeGreaterThan(100);
    expect(stats.keys('stats.').sort()).toEqual(stats.keys('').sort());
  });

  test('a tracked prefix of the statistics tells of connections that come and go', async () => {
    const stats = connect(CmapMap.CMAP_MAP_STATS);
    stats.track('stats.ipcs.service0.'); // that is cmap
    clients.open(1, () => Votequorum.connect()).close();
    connect().close();
    const seen = (change: string) => (events: readonly { key: string; change: string }[]) =>
      events.some((event) => event.change === change && event.key.endsWith('.procname'));
    const events = await gather(stats, (events) => seen('add')(events) && seen('delete')(events));
    expect(new Set(events.map(({ key }) => key.split('.')[2]))).toEqual(new Set(['service0']));
  });

  test('schedmiss has no keys until corosync was late, then a time and a delay in float', async () => {
    const stats = connect(CmapMap.CMAP_MAP_STATS);
    await cmapctl('-C', 'schedmiss');
    expect(stats.keys('stats.schedmiss.')).toEqual([]);
    for (const key of ['timestamp', 'delay']) expect(stats.get(`stats.schedmiss.0.${key}`)).toBeUndefined();
    lab.freeze(1);
    await sleep(1500);
    lab.thaw(1);
    expect(stats.keys('stats.schedmiss.0.').sort()).toEqual(['stats.schedmiss.0.delay', 'stats.schedmiss.0.timestamp']);
    expect(stats.get('stats.schedmiss.0.delay')).toBeGreaterThan(1000);
    expect(stats.get('stats.schedmiss.0.delay')).toBeLessThan(5000);
    expect(Math.abs(Number(stats.get('stats.schedmiss.0.timestamp')) - Date.now())).toBeLessThan(5000);
    await lab.waitFor(1, [1, 2], { quorate: true });
  });

  test('a map that corosync does not have is CS_ERR_NOT_EXIST', () => {
    expect(failure(() => connect(7 as CmapMap))).toBe('cmap_initialize_map: CS_ERR_NOT_EXIST');
  });
});

describe('votequorum', () => {
  const { VOTEQUORUM_INFO_TWONODE, VOTEQUORUM_INFO_QUORATE } = VotequorumFlag;
  const open = () => clients.open(1, () => Votequorum.connect());

  test('tells of each node its votes, and of 0 the local ones', () => {
    const votequorum = open();
    const common = {
      nodeState: 1,
      nodeVotes: 1,
      nodeExpectedVotes: 2,
      highestExpected: 2,
      totalVotes: 2,
      quorum: 1,
      flags: VOTEQUORUM_INFO_TWONODE | VOTEQUORUM_INFO_QUORATE,
      qdeviceVotes: 0,
      qdeviceName: '',
    };
    expect(votequorum.getinfo(1)).toEqual({ nodeid: 1, ...common });
    expect(votequorum.getinfo(2)).toEqual({ nodeid: 2, ...common });
    expect(votequorum.getinfo(0)).toEqual(votequorum.getinfo(1));
  });

  test('does not know a node that is not there', () => {
    expect(failure(() => open().getinfo(9))).toBe('votequorum_getinfo: CS_ERR_NOT_EXIST');
  });

  test('tells a node that is gone as dead, and counts its votes no more', async () => {
    const votequorum = open();
    await lab.stop(2);
    await expect.poll(() => votequorum.getinfo(2).nodeState, { timeout: 20_000 }).not.toBe(1);
    expect(votequorum.getinfo(1)).toMatchObject({ totalVotes: 1, highestExpected: 2, quorum: 1 });
    await lab.start(2);
    await lab.waitFor(1, [1, 2], { quorate: true });
  });
});
