import { expect, test } from 'vitest';
import type { Bindings, CfgApi, CpgApi } from '../../src/corosync/bindings.ts';
import { CorosyncError, CsError } from '../../src/corosync/cs-error.ts';
import type { Reads } from '../../src/monitor/areas.ts';
import { Connector } from '../../src/monitor/connector.ts';
import type { MonitorOptions } from '../../src/monitor/options.ts';
import { ServicesReader } from '../../src/monitor/services-reader.ts';
import { fakeLane, fakeService } from './fake-lane.ts';
import { fakeMap } from './fake-map.ts';

const everything: Reads = {
  links: ['latency_ave'],
  traffic: ['tx_data_bytes'],
  statistics: ['stats.srp.mcast_tx'],
  pauses: [],
  groups: [],
  clients: ['requests'],
  services: [],
};

const nodes = [1, 2].map((nodeid) => ({
  nodeid,
  name: '',
  local: nodeid === 1,
  addresses: [{ link: 0, address: '10.0.0.1' }],
}));
const cluster = { name: 'lab', transport: 'knet', cryptoCipher: 'none', cryptoHash: 'none', nodes };

/** A reader of a corosync whose connections can be refused and whose CPG service can be out of order. */
function fixture(reads: Reads, { refused = [] as string[], cpgCode = 1 } = {}) {
  const lane = fakeLane();
  const connected: string[] = [];
  const service = <Api>(name: string, api: Api) =>
    fakeService(() => {
      if (refused.includes(name)) throw new CorosyncError(`${name}_initialize`, CsError.CS_ERR_NOT_SUPPORTED);
      connected.push(name);
      return api;
    });
  const idle = { dispatch: () => ({ code: 1, events: [] }), close: () => {} };
  const stats = fakeMap({ 'stats.srp.mcast_tx': 7n, 'stats.knet.node2.link0.tx_data_bytes': 9n });
  const icmap = fakeMap({ 'runtime.services.cpg.0.rx': 1n, 'runtime.services.cpg.service_id': 2 });
  const cpg = {
    ...idle,
    iterations: 0,
    iterate() {
      cpg.iterations += 1;
      if (cpgCode !== 1) throw new CorosyncError('cpg_iteration_initialize', cpgCode);
      return [{ group: 'crmd', nodeid: 1, pid: 1 }];
    },
  };
  const status = { enabled: true, connected: true, mtu: 1397 };
  const cfg = { ...idle, nodeStatusGet: () => ({ reachable: true, onwireVersion: 0, links: [status] }) };
  const bindings = { cmap_stats: service('cmap_stats', stats.map), cfg: service('cfg', cfg as unknown as CfgApi) };
  const cpgConnector = new Connector('cpg', service('cpg', cpg as unknown as CpgApi), lane, () => ({}));
  const cmapConnector = new Connector('cmap', service('cmap', icmap.map), lane, () => ({}));
  cpgConnector.open();
  cmapConnector.open();
  connected.length = 0;
  const options = { reads, trafficLimit: 10 } as unknown as MonitorOptions;
  const reader = new ServicesReader(bindings as unknown as Bindings, options, lane, cpgConnector, cmapConnector);
  reader.open();
  lane.take();
  return { lane, reader, connected, icmap, cpg };
}

const areasOf = (lane: ReturnType<typeof fakeLane>) =>
  Object.fromEntries(lane.take().flatMap((event) => (event.kind === 'area' ? [[event.area, event]] : [])));

test('every area that is asked for is read', () => {
  const { lane, reader } = fixture(everything);
  reader.cluster = cluster;
  reader.read();
  expect(areasOf(lane)).toMatchObject({
    links: { value: { nodes: [{ nodeid: 2, reachable: true, links: [{ link: 0, connected: true, mtu: 1397 }] }] } },
    traffic: { value: { links: [{ nodeid: 2, link: 0, statistics: { tx_data_bytes: 9n } }], omitted: 0 } },
    statistics: { value: { 'stats.srp.mcast_tx': 7n } },
    pauses: { value: [] },
    groups: { value: [{ name: 'crmd', members: { 1: 1 } }] },
    clients: { value: { connections: [] } },
    services: { value: { 'runtime.services.cpg.0.rx': 1n } },
  });
});

test('one area that fails takes no other with it', () => {
  const { lane, reader } = fixture(everything, { cpgCode: CsError.CS_ERR_TRY_AGAIN });
  reader.cluster = cluster;
  reader.read();
  const { groups, ...others } = areasOf(lane);
  expect(groups).toMatchObject({ error: expect.stringContaining('CS_ERR_TRY_AGAIN') });
  expect(Object.values(others).every((event) => 'value' in event)).toBe(true);
  expect(Object.keys(others)).toHaveLength(6);
});

test('the groups are asked for only while cmap answers, which corosync ends before cpg', () => {
  const { reader, icmap, cpg } = fixture({ groups: [] });
  reader.read();
  expect(cpg.iterations).toBe(1);
  icmap.map.get = () => {
    throw new CorosyncError('cmap_get', CsError.CS_ERR_LIBRARY);
  };
  reader.read();
  expect(cpg.iterations).toBe(1);
});

test('over sockets the groups are not asked for, and it is told why', () => {
  const { lane, reader, icmap, cpg } = fixture({ groups: [] });
  icmap.values.set('system.qb_ipc_type', 'socket');
  reader.read();
  expect(areasOf(lane)).toMatchObject({ groups: { error: expect.stringContaining('system.qb_ipc_type is socket') } });
  expect(cpg.iterations).toBe(0);
});

test.each<[string, Reads, string[]]>([
  ['nothing', {}, []],
  ['groups only', { groups: [] }, []],
  ['totem only', { statistics: ['a'] }, ['cmap_stats']],
  ['links', { links: [] }, ['cfg', 'cmap_stats']],
])('for %s only what it needs is connected', (_, reads, expected) => {
  expect(fixture(reads).connected).toEqual(expected);
});

test('until the configuration was read nothing is said of links', () => {
  const { lane, reader } = fixture({ links: [], traffic: [] });
  reader.read();
  expect(areasOf(lane)).toEqual({});
});

test('without the statistics the links have their state still', () => {
  const { lane, reader } = fixture(everything, { refused: ['cmap_stats'] });
  reader.cluster = cluster;
  reader.read();
  const areas = areasOf(lane);
  expect(Object.keys(areas).sort()).toEqual(['groups', 'links', 'services']);
  expect(areas.links).toMatchObject({ value: { nodes: [{ nodeid: 2, links: [{ connected: true }] }] } });
});

test('without libcfg the statistics are asked for the state of the links', () => {
  const { lane, reader } = fixture({ links: [] }, { refused: ['cfg'] });
  reader.cluster = cluster;
  reader.read();
  expect(areasOf(lane)).toMatchObject({ links: { value: { nodes: [] } } });
});
