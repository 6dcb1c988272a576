import { expect, test } from 'vitest';
import { DispatchMode } from '../../src/corosync/types.ts';
import { simulate } from './simulate.ts';

const { CS_DISPATCH_ALL } = DispatchMode;

test('cmap has the configuration and the members', () => {
  const { clock, cmap: service } = simulate(2);
  const cmap = service.connect();
  expect(cmap.get('totem.cluster_name')).toBe('demo');
  expect(cmap.get('nodelist.local_node_pos')).toBe(1);
  expect(cmap.get('nodelist.node.1.nodeid')).toBe(2);
  expect(cmap.get('no.such.key')).toBeUndefined();
  expect(cmap.keys('nodelist.node.2.')).toEqual(
    ['nodeid', 'name', 'ring0_addr', 'ring1_addr'].map((key) => `nodelist.node.2.${key}`),
  );
  cmap.track('nodelist.');
  expect(cmap.dispatch(CS_DISPATCH_ALL)).toEqual({ code: 1, events: [] });
  expect(cmap.get('runtime.members.3.status')).toBe('joined');
  clock.seconds = 27;
  expect(cmap.get('runtime.members.3.status')).toBe('left');
  clock.seconds = 60;
  expect(cmap.get('runtime.members.3.join_count')).toBe(2);
});

test('what is tracked of cmap tells what has changed since the last dispatch, once', () => {
  const { clock, cmap: service } = simulate(2);
  const cmap = service.connect();
  cmap.track('runtime.members.');
  clock.seconds = 27;
  expect(cmap.dispatch(CS_DISPATCH_ALL).events).toEqual([
    { kind: 'cmap', key: 'runtime.members.3.status', change: 'modify' },
  ]);
  expect(cmap.dispatch(CS_DISPATCH_ALL).events).toEqual([]);
  const started = simulate(3);
  started.clock.seconds = 50.5;
  const alone = started.cmap.connect();
  alone.track('runtime.members.');
  expect(alone.get('runtime.members.1.status')).toBeUndefined();
  started.clock.seconds = 52;
  expect(alone.dispatch(CS_DISPATCH_ALL).events).toContainEqual({
    ...{ kind: 'cmap', key: 'runtime.members.1.status', change: 'add' },
  });
});

test('the configuration has what corosync makes of it', () => {
  const cmap = simulate(3).cmap.connect();
  expect(cmap.get('totem.config_version')).toBe(4n);
  expect(cmap.get('runtime.members.1.config_version')).toBe(4n);
  expect(cmap.get('runtime.config.totem.token')).toBe(1650);
  expect(cmap.get('runtime.config.totem.interface.1.knet_ping_timeout')).toBe(825);
  expect(cmap.get('runtime.votequorum.this_node_id')).toBe(3);
  expect(cmap.keys('runtime.services.cpg.')).toHaveLength(15);
});

test('what all nodes are configured with is the same on each', () => {
  const common = (nodeid: number) => {
    const cmap = simulate(nodeid).cmap.connect();
    const keys = ['totem.', 'nodelist.node.', 'quorum.'].flatMap((prefix) => cmap.keys(prefix));
    return keys.filter((key) => !key.endsWith('.bindnetaddr')).map((key) => [key, cmap.get(key)]);
  };
  expect(common(2)).toEqual(common(1));
  expect(common(3)).toEqual(common(1));
});
