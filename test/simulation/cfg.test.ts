import { expect, test } from 'vitest';
import { CsError } from '../../src/corosync/cs-error.ts';
import { DispatchMode } from '../../src/corosync/types.ts';
import { simulate } from './simulate.ts';

/** Which links a node has to another at a moment, as the digits of corosync-cfgtool would tell: 1 for connected. */
function linksAt(seconds: number, local: number, peer: number): string {
  const { clock, cfg } = simulate(local);
  clock.seconds = seconds;
  const { links, reachable } = cfg.connect().nodeStatusGet(peer);
  const digits = links.map(({ enabled, connected }) => (enabled ? Number(connected) : '')).join('');
  expect(reachable).toBe(digits.includes('1'));
  return digits;
}

test('a healthy node has both links to the others, with the addresses of the configuration', () => {
  const { cfg, cmap } = simulate(1);
  const { links, ...node } = cfg.connect().nodeStatusGet(3);
  expect(node).toEqual({
    ...{ nodeid: 3, reachable: true, remote: true, external: false },
    ...{ onwireMin: 1, onwireMax: 1, onwireVersion: 1 },
  });
  expect(links).toHaveLength(8);
  expect(links[1]).toEqual({
    ...{ enabled: true, connected: true, dynconnected: false, mtu: 1397 },
    source: cmap.connect().get('nodelist.node.0.ring1_addr'),
    destination: cmap.connect().get('nodelist.node.2.ring1_addr'),
  });
  expect(links[2]).toMatchObject({ enabled: false, connected: false, mtu: 0 });
});

test('the local node has its loopback only', () => {
  const { links, remote, reachable } = simulate(2).cfg.connect().nodeStatusGet(2);
  expect({ remote, reachable }).toEqual({ remote: false, reachable: true });
  expect(links.map(({ enabled }) => enabled)).toEqual([true, ...Array(7).fill(false)]);
});

test('a node that is not configured is refused as corosync does it', () => {
  const cfg = simulate(1).cfg.connect();
  expect(() => cfg.nodeStatusGet(4)).toThrow(
    expect.objectContaining({ call: 'corosync_cfg_node_status_get', code: CsError.CS_ERR_FAILED_OPERATION }),
  );
});

test.each([
  ['a link alone goes down', 10, { '12': '11', '13': '10', '31': '10', '21': '11' }],
  ['it is up again', 24, { '13': '11', '31': '11' }],
  ['the fault has not been noticed yet', 25.5, { '13': '11' }],
  ['node 3 is killed', 27, { '12': '11', '13': '00', '23': '00' }],
  ['it has just been started', 50.5, { '31': '00', '13': '00' }],
  ['it is back', 52, { '13': '11', '31': '11', '32': '11' }],
  ['the network is split', 70, { '12': '11', '13': '00', '31': '00', '32': '00' }],
  ['the links of node 2 flap', 112, { '12': '00', '21': '00', '23': '00', '13': '11' }],
  ['node 2 is frozen', 140, { '12': '00', '13': '11', '32': '00' }],
  ['it has just thawed', 150.1, { '21': '00' }],
  ['it goes on', 152, { '21': '11', '12': '11' }],
  ['node 1 is being restarted', 167, { '21': '00', '23': '11' }],
])('%s', (_story, seconds, seen) => {
  const actual = Object.keys(seen).map(([local, peer]) => [
    `${local}${peer}`,
    linksAt(seconds, Number(local), Number(peer)),
  ]);
  expect(Object.fromEntries(actual)).toEqual(seen);
});

test('a link that goes down alone changes no view', () => {
  const { clock, quorum } = simulate(3);
  const tracked = quorum.connect();
  tracked.trackstart(3);
  tracked.dispatch(DispatchMode.CS_DISPATCH_ALL);
  clock.seconds = 24;
  expect(tracked.dispatch(DispatchMode.CS_DISPATCH_ALL).events).toEqual([]);
});
