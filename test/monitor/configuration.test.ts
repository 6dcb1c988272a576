import { expect, test } from 'vitest';
import { CorosyncError, CsError } from '../../src/corosync/cs-error.ts';
import type { CmapValue } from '../../src/corosync/types.ts';
import { clusterOf, digestOf, FollowedConfiguration, followedPrefixes } from '../../src/monitor/configuration.ts';
import { fakeMap } from './fake-map.ts';

const keys = {
  'totem.cluster_name': 'lab',
  'totem.key': 'secret',
  'totem.interface.0.bindnetaddr': '10.0.0.1',
  'nodelist.local_node_pos': 1,
  'nodelist.node.0.nodeid': 2,
  'nodelist.node.0.ring1_addr': '10.1.0.2',
  'nodelist.node.0.ring0_addr': '10.0.0.2',
  'nodelist.node.1.nodeid': 1,
  'nodelist.node.1.name': 'node1',
  'nodelist.node.1.ring0_addr': '10.0.0.1',
  'nodelist.node.2.name': 'no id',
  'quorum.provider': 'corosync_votequorum',
  'runtime.members.1.join_count': 1,
  'logging.debug': 'on',
};

test('the cluster is what the configuration says of it, nodes by nodeid, addresses by link', () => {
  expect(clusterOf(keys)).toEqual({
    name: 'lab',
    transport: 'knet',
    cryptoCipher: 'none',
    cryptoHash: 'none',
    nodes: [
      { nodeid: 1, name: 'node1', local: true, addresses: [{ link: 0, address: '10.0.0.1' }] },
      {
        nodeid: 2,
        name: '',
        local: false,
        addresses: [
          { link: 0, address: '10.0.0.2' },
          { link: 1, address: '10.1.0.2' },
        ],
      },
    ],
  });
});

const since302 = { 'runtime.config.totem.block_unlisted_ips': 'yes' };

test.each([
  ['secauth', { ...since302, 'totem.secauth': 'on' }, 'knet aes256 sha256'],
  ['secauth off', { ...since302, 'totem.secauth': 'off' }, 'knet none none'],
  ['another cipher', { ...since302, 'totem.secauth': 'on', 'totem.crypto_cipher': 'aes128' }, 'knet aes128 sha256'],
  ['secauth before 3.0.2', { 'totem.secauth': 'on' }, 'knet none none'],
  ['corosync 2', { 'runtime.totem.pg.mrp.rrp.0.faulty': 0 }, 'udp aes256 sha1'],
  ['corosync 2, secauth off', { 'runtime.totem.pg.mrp.rrp.0.faulty': 0, 'totem.secauth': 'off' }, 'udp none none'],
])('what is not written is what corosync takes for it: %s', (_, more, expected) => {
  const { transport, cryptoCipher, cryptoHash } = clusterOf({ ...keys, ...more });
  expect(`${transport} ${cryptoCipher} ${cryptoHash}`).toBe(expected);
});

test('the digest is the same on nodes that differ in what is their own only', () => {
  const own = { 'nodelist.local_node_pos': 0, 'totem.interface.0.bindnetaddr': '10.0.0.2', 'logging.debug': 'off' };
  expect(digestOf({ ...keys, ...own, 'runtime.members.1.join_count': 9 })).toBe(digestOf(keys));
  expect(digestOf(Object.fromEntries(Object.entries(keys).reverse()))).toBe(digestOf(keys));
});

test.each(['totem.token', 'nodelist.node.0.nodeid', 'quorum.two_node'])('%s is part of the digest', (key) => {
  expect(digestOf({ ...keys, [key]: 99 })).not.toBe(digestOf(keys));
});

test('the digest has 48 bits, and there is none in the middle of a reload', () => {
  expect(digestOf(keys)).toBeLessThan(2 ** 48);
  expect(digestOf({ ...keys, 'config.reload_in_progress': 1 })).toBeUndefined();
  expect(digestOf({ ...keys, 'config.reload_in_progress': 0 })).toBe(digestOf(keys));
});

test('only what changed is read again, and never the key', () => {
  const { map, values, take } = fakeMap(keys);
  const followed = new FollowedConfiguration();
  followed.follow(map);
  const { keys: read } = followed.read(map);
  const { 'totem.key': _, 'logging.debug': __, ...rest } = keys;
  expect(read).toEqual(rest);
  expect(take()).not.toContain('totem.key');
  expect(followed.stale).toBe(false);
  values.set('quorum.two_node', 1);
  followed.changed('quorum.two_node');
  expect(followed.read(map).keys).toEqual({ ...rest, 'quorum.two_node': 1 });
  expect(take()).toEqual(['quorum.*', 'quorum.provider', 'quorum.two_node']);
});

test('a read that fails is made again', () => {
  const { map } = fakeMap(keys);
  const failing = {
    ...map,
    keys(prefix: string) {
      if (prefix === 'quorum.') throw new Error('refused');
      return map.keys(prefix);
    },
  };
  const followed = new FollowedConfiguration();
  expect(() => followed.read(failing)).toThrow('refused');
  expect(followed.stale).toBe(true);
  expect(followed.read(map).keys).toHaveProperty(['quorum.provider']);
});

test('no listing comes across the key that corosync loses by it', () => {
  const { map, take } = fakeMap(keys);
  expect(new FollowedConfiguration().read(map).keys).toMatchObject({ 'nodelist.local_node_pos': 1 });
  const listed = take().filter((asked) => asked.endsWith('*'));
  expect(listed.filter((prefix) => 'nodelist.local_node_pos'.startsWith(prefix.slice(0, -1)))).toEqual([]);
});

test('after a reconnection nothing that was read before counts', () => {
  const { map, values, take } = fakeMap(keys);
  const followed = new FollowedConfiguration();
  followed.read(map);
  values.delete('quorum.provider');
  take();
  followed.follow(map);
  expect(followed.read(map).keys).not.toHaveProperty(['quorum.provider']);
  const listed = followedPrefixes.map((prefix) => (prefix === 'nodelist.' ? 'nodelist.node.*' : `${prefix}*`));
  expect(take().filter((key) => key.endsWith('*'))).toEqual(listed);
});

test('of a node that was taken out of the nodelist nothing stays that corosync remembers, unless it is a member', () => {
  const status = (nodeid: number, is: string) => ({
    [`runtime.members.${nodeid}.status`]: is,
    [`runtime.members.${nodeid}.config_version`]: 4n,
  });
  const read = (values: Record<string, CmapValue>) => {
    const configuration = new FollowedConfiguration();
    const { map } = fakeMap(values);
    configuration.follow(map);
    return Object.keys(configuration.read(map).keys).filter((key) => /^runtime\.members\.[89]\./.test(key));
  };
  const former = { ...status(8, 'joined'), ...status(9, 'left') };
  expect(read({ ...keys, ...former })).toEqual(Object.keys(status(8, 'joined')));
  expect(read({ ...keys, ...former, 'nodelist.node.3.nodeid': 9 })).toEqual(Object.keys(former));
  expect(read(former), 'without a nodelist').toEqual(Object.keys(former));
});

test('a value that is too long to be read is left out, and nothing else', () => {
  const { map } = fakeMap({ ...keys, 'totem.remark': 'x'.repeat(9_000) });
  const get = (key: string) => {
    if (key === 'totem.remark') throw new CorosyncError('cmap_get', CsError.CS_ERR_INVALID_PARAM);
    return map.get(key);
  };
  const read = new FollowedConfiguration().read({ ...map, get }).keys;
  expect(read['totem.cluster_name']).toBe('lab');
  expect(read).not.toHaveProperty('totem.remark');
});
