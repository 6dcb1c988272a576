import { expect, test } from 'vitest';
import type { CfgApi } from '../../src/corosync/bindings.ts';
import { CorosyncError, CsError } from '../../src/corosync/cs-error.ts';
import { LinkWatch } from '../../src/monitor/link-watch.ts';
import type { Cluster } from '../../src/monitor/snapshot.ts';

const nodes = [1, 2].map((nodeid) => ({
  nodeid,
  name: '',
  local: nodeid === 1,
  addresses: [0, 1].map((link) => ({ link, address: '' })),
}));
const cluster: Cluster = { name: '', transport: 'knet', cryptoCipher: '', cryptoHash: '', nodes };

function fixture() {
  const state = { connected: [true, true], code: 1, asked: 0 };
  const cfg = {
    nodeStatusGet() {
      state.asked += 1;
      if (state.code !== 1) throw new CorosyncError('corosync_cfg_node_status_get', state.code);
      return { links: state.connected.map((connected) => ({ connected })) };
    },
  } as unknown as CfgApi;
  const watch = new LinkWatch(1_000);
  const look = (now: number, of = cluster) =>
    watch.look(cfg, of, now).map(({ link, connected }) => `${link} ${connected ? 'up' : 'down'}`);
  return { state, watch, look };
}

test('links that are up are no news, those that are down are told once', () => {
  const { state, look } = fixture();
  state.connected = [true, false];
  expect(look(0)).toEqual(['1 down']);
  expect(look(1_000)).toEqual([]);
  state.connected = [false, true];
  expect(look(2_000)).toEqual(['0 down', '1 up']);
});

test('it looks no more often than it is told to', () => {
  const { state, look } = fixture();
  look(0);
  look(999);
  expect(state.asked).toBe(1);
  look(1_000);
  expect(state.asked).toBe(2);
});

test('without knet only link 0 has a state', () => {
  const { state, look } = fixture();
  state.connected = [false, false];
  expect(look(0, { ...cluster, transport: 'udpu' })).toEqual(['0 down']);
});

test('a corosync that does not tell the state brings no changes, another failure is one', () => {
  const { state, look } = fixture();
  state.code = CsError.CS_ERR_NOT_SUPPORTED;
  expect(look(0)).toEqual([]);
  state.code = CsError.CS_ERR_LIBRARY;
  expect(() => look(1_000)).toThrow('CS_ERR_LIBRARY');
});

test('after a reset it begins anew', () => {
  const { state, watch, look } = fixture();
  state.connected = [false, true];
  look(0);
  watch.reset();
  expect(look(1)).toEqual(['0 down']);
});
