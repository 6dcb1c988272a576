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

  test('the statistics are a map of their own', () => {
    const stats = connect(CmapMap.CMAP_MAP_STATS);
    expect(stats.get('stats.srp.operational_entered')).toEqual(expect.any(BigInt));
    expect(stats.get('totem.version')).toBeUndefined();
    expect(connect().get('stats.srp.operational_entered')).toBeUndefined();
    expect(stats.keys('stats.knet.node2.link0.')).toContain('stats.knet.node2.link0.connected');
    for (const key of stats.keys('')) expect(stats.get(key)).toBeDefined(); // with short buffers corosync would fall
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
