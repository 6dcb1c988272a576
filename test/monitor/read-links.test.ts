import { expect, test } from 'vitest';
import type { CfgApi } from '../../src/corosync/bindings.ts';
import { CorosyncError, CsError } from '../../src/corosync/cs-error.ts';
import type { NodeStatus } from '../../src/corosync/types.ts';
import { linkStatus, readLinks } from '../../src/monitor/read-links.ts';
import type { Cluster, ConfiguredNode } from '../../src/monitor/snapshot.ts';
import { fakeMap } from './fake-map.ts';

function cluster(transport = 'knet', links = [0, 1]): Cluster {
  const nodes = [1, 2, 3].map((nodeid) => ({
    nodeid,
    name: `node${nodeid}`,
    local: nodeid === 1,
    addresses: links.map((link) => ({ link, address: `10.${link}.0.${nodeid}` })),
  }));
  return { name: 'lab', transport, cryptoCipher: 'none', cryptoHash: 'none', nodes };
}

/** A libcfg that sees the links of `connected`, or answers with a code. */
function fakeCfg(connected: readonly number[], code: number = CsError.CS_OK) {
  const asked: number[] = [];
  const cfg: CfgApi = {
    nodeStatusGet(nodeid) {
      asked.push(nodeid);
      if (code !== CsError.CS_OK) throw new CorosyncError('corosync_cfg_node_status_get', code);
      const links = Array.from({ length: 8 }, (_, link) => ({
        enabled: link < 2,
        connected: connected.includes(link),
        dynconnected: false,
        mtu: connected.includes(link) ? 1397 : 0,
        source: '',
        destination: '',
      }));
      const reachable = connected.length > 0;
      return { nodeid, reachable, remote: true, external: false, onwireMin: 0, onwireMax: 1, onwireVersion: 1, links };
    },
    dispatch: () => ({ code: 1, events: [] }),
    close: () => {},
  };
  return { cfg, asked };
}

const down = { link: 1, enabled: true, connected: false, mtu: undefined };

test('each remote node is asked once, and its links have state and statistics', () => {
  const { cfg, asked } = fakeCfg([0]);
  const { map } = fakeMap({ 'stats.knet.node2.link0.latency_ave': 99, 'stats.knet.node3.link1.latency_ave': 7 });
  const links = (first: object, second: object) => [
    { link: 0, enabled: true, connected: true, mtu: 1397, statistics: first },
    { ...down, statistics: second },
  ];
  expect(readLinks(cfg, map, cluster(), ['latency_ave'])).toEqual({
    nodes: [
      { nodeid: 2, reachable: true, onwireVersion: 1, links: links({ latency_ave: 99 }, {}) },
      { nodeid: 3, reachable: true, onwireVersion: 1, links: links({}, {}) },
    ],
  });
  expect(asked).toEqual([2, 3]);
});

test('of a link that is down knet keeps the last latency: it is not read, or left out', () => {
  const { map, take } = fakeMap({ 'stats.knet.node2.link1.latency_ave': 7, 'stats.knet.node2.link1.up_count': 2 });
  readLinks(fakeCfg([0]).cfg, map, cluster('knet', [1]), ['latency_ave', 'up_count']);
  expect(take()).toEqual(['stats.knet.node2.link1.up_count', 'stats.knet.node3.link1.up_count']);
  const state = { 'stats.knet.node2.link1.enabled': 1, 'stats.knet.node2.link1.connected': 0 };
  const old = fakeMap({ ...state, 'stats.knet.node2.link1.latency_ave': 7, 'stats.knet.node2.link1.up_count': 2 });
  const { nodes } = readLinks(undefined, old.map, cluster('knet', [1]), ['latency_ave', 'up_count']);
  expect(nodes[0]?.links).toEqual([{ ...down, statistics: { up_count: 2 } }]);
});

test('links with a gap between their numbers are found by number, or by position where corosync leaves none', () => {
  const status = (...sources: string[]) =>
    ({ links: sources.map((source, slot) => ({ source, mtu: slot })) }) as unknown as NodeStatus;
  const [node] = cluster('knet', [0, 2]).nodes as [ConfiguredNode];
  expect(linkStatus(status('10.0.0.1', '', '10.2.0.1', ''), node, 2)?.mtu).toBe(2);
  expect(linkStatus(status('10.0.0.1', '10.2.0.1', '', ''), node, 2)?.mtu).toBe(1);
  expect(linkStatus(status('10.0.0.1', '10.2.0.1', '', ''), node, 0)?.mtu).toBe(0);
});

test('only the fields that are asked for are read, by their keys', () => {
  const { map, take } = fakeMap();
  readLinks(fakeCfg([0]).cfg, map, cluster('knet', [1]), ['up_count']);
  expect(take()).toEqual(['stats.knet.node2.link1.up_count', 'stats.knet.node3.link1.up_count']);
});

test('without corosync_cfg_node_status_get the statistics tell the state', () => {
  const { cfg } = fakeCfg([], CsError.CS_ERR_NOT_SUPPORTED);
  const { map } = fakeMap({
    'stats.knet.node2.link0.enabled': 1,
    'stats.knet.node2.link0.connected': 0,
    'stats.knet.node2.link1.enabled': 1,
    'stats.knet.node2.link1.connected': 1,
    'stats.knet.node2.link1.mtu': 1397,
    'stats.knet.node2.link1.up_count': 4,
  });
  expect(readLinks(cfg, map, cluster(), ['up_count'])).toEqual({
    nodes: [
      {
        nodeid: 2,
        reachable: true,
        onwireVersion: undefined,
        links: [
          { link: 0, enabled: true, connected: false, mtu: undefined, statistics: {} },
          { link: 1, enabled: true, connected: true, mtu: 1397, statistics: { up_count: 4 } },
        ],
      },
    ],
  });
});

test('a transport without knet has link 0 and no statistics', () => {
  const { map, take } = fakeMap();
  const { nodes } = readLinks(fakeCfg([0]).cfg, map, cluster('udpu'), ['latency_ave']);
  expect(nodes.map(({ nodeid, links }) => [nodeid, links.length, links[0]?.statistics])).toEqual([
    [2, 1, {}],
    [3, 1, {}],
  ]);
  expect(take()).toEqual([]);
});

test('with neither source nothing is known of the links', () => {
  expect(readLinks(fakeCfg([], CsError.CS_ERR_NOT_SUPPORTED).cfg, undefined, cluster(), [])).toEqual({ nodes: [] });
});

test('a link that knet does not have is no lost connection', () => {
  const { map } = fakeMap();
  const failing = {
    ...map,
    get() {
      throw new CorosyncError('cmap_get', CsError.CS_ERR_LIBRARY);
    },
  };
  const { nodes } = readLinks(fakeCfg([0]).cfg, failing, cluster(), ['latency_ave']);
  expect(nodes).toHaveLength(2);
});

test('a node that corosync does not know is left out, another failure is one', () => {
  const { map } = fakeMap();
  const read = (code: number) => readLinks(fakeCfg([], code).cfg, map, cluster('udpu'), []);
  expect(read(CsError.CS_ERR_FAILED_OPERATION)).toEqual({ nodes: [] });
  expect(() => read(CsError.CS_ERR_TRY_AGAIN)).toThrow('CS_ERR_TRY_AGAIN');
});
