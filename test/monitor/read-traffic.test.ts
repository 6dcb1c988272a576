import { expect, test } from 'vitest';
import { TrafficReader } from '../../src/monitor/read-traffic.ts';
import type { Cluster } from '../../src/monitor/snapshot.ts';
import { fakeMap } from './fake-map.ts';

const node = (nodeid: number, links: readonly number[]) => ({
  nodeid,
  name: `node${nodeid}`,
  local: nodeid === 1,
  addresses: links.map((link) => ({ link, address: `10.${link}.0.${nodeid}` })),
});

function cluster(nodes: readonly number[], links: readonly number[], transport = 'knet'): Cluster {
  const configured = nodes.map((nodeid) => node(nodeid, links));
  return { name: 'lab', transport, cryptoCipher: 'none', cryptoHash: 'none', nodes: configured };
}

const link = 'stats.knet.node2.link0';
const fields = ['tx_data_bytes', 'tx_data_errors', 'tx_ping_errors', 'tx_data_retries'];
const counts = {
  [`${link}.tx_data_bytes`]: 5n,
  [`${link}.tx_data_errors`]: 1,
  [`${link}.tx_ping_errors`]: 0,
  [`${link}.tx_data_retries`]: 2,
};
const sums = { [`${link}.tx_total_errors`]: 1n, [`${link}.rx_total_retries`]: 2n };
const known = { tx_data_bytes: 5n, tx_data_errors: 1, tx_ping_errors: 0, tx_data_retries: 2 };

/** Reads of two nodes with a link, one after the other, each of a map with other keys: what was read and which keys. */
function reads(...maps: readonly Readonly<Record<string, number | bigint>>[]) {
  const reader = new TrafficReader();
  return maps.map((keys) => {
    const { map, take } = fakeMap(keys);
    const statistics = reader.read(map, cluster([1, 2], [0]), fields, 10).links[0]?.statistics;
    return { statistics, keys: take().map((key) => key.slice(link.length + 1)) };
  });
}

test('traffic is read of so many links, and of how many it is not is told', () => {
  const { map, take } = fakeMap({ [`${link}.tx_data_bytes`]: 5n });
  expect(new TrafficReader().read(map, cluster([1, 2, 3], [0, 1]), ['tx_data_bytes'], 3)).toEqual({
    links: [
      { nodeid: 2, link: 0, statistics: { tx_data_bytes: 5n } },
      { nodeid: 2, link: 1, statistics: {} },
      { nodeid: 3, link: 0, statistics: {} },
    ],
    omitted: 1,
  });
  expect(take()).toHaveLength(3);
});

test('a transport without knet has no traffic', () => {
  const { map, take } = fakeMap();
  const none = { links: [], omitted: 0 };
  expect(new TrafficReader().read(map, cluster([1, 2], [0], 'udpu'), ['tx_data_bytes'], 10)).toEqual(none);
  expect(take()).toEqual([]);
});

test('errors and retries by kind are read again when their sums have changed', () => {
  const changed = { [`${link}.tx_ping_errors`]: 3, [`${link}.tx_total_errors`]: 4n };
  const [first, second, third] = reads(
    { ...counts, ...sums },
    { ...counts, ...sums },
    { ...counts, ...sums, ...changed },
  );
  expect(first).toEqual({
    statistics: known,
    keys: ['tx_data_bytes', 'tx_total_errors', 'rx_total_retries', ...fields.slice(1)],
  });
  expect(second).toEqual({ statistics: known, keys: ['tx_data_bytes', 'tx_total_errors', 'rx_total_retries'] });
  expect(third?.statistics).toEqual({ ...known, tx_ping_errors: 3 });
});

test('without both sums they are read each time', () => {
  const { [`${link}.tx_total_errors`]: _, ...rest } = sums;
  const [, second] = reads({ ...counts, ...rest }, { ...counts, ...rest, [`${link}.tx_data_errors`]: 9 });
  expect(second?.statistics).toEqual({ ...known, tx_data_errors: 9 });
});

test('what another corosync told is forgotten', () => {
  const reader = new TrafficReader();
  reader.read(fakeMap({ ...counts, ...sums }).map, cluster([1, 2], [0]), fields, 10);
  reader.reset();
  const { map } = fakeMap({ ...counts, ...sums, [`${link}.tx_data_errors`]: 0 });
  expect(reader.read(map, cluster([1, 2], [0]), fields, 10).links[0]?.statistics.tx_data_errors).toBe(0);
});
