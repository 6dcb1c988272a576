import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { emptyClientHistory, recordClients } from '../../src/monitor/client-history.ts';
import { ClientReader } from '../../src/monitor/read-clients.ts';
import { fakeMap } from './fake-map.ts';

const client = (key: string, name: string, requests: bigint) => ({
  [`stats.ipcs.service${key}.procname`]: name,
  [`stats.ipcs.service${key}.requests`]: requests,
  [`stats.ipcs.service${key}.sent`]: 0,
});
const global = (active: bigint, closed: bigint) => ({
  'stats.ipcs.global.active': active,
  'stats.ipcs.global.closed': closed,
});

test('clients are listed once, and anew when one came or went', () => {
  const { map, values, take } = fakeMap({ ...global(1n, 5n), ...client('2.77.0x55aa', 'pacemakerd', 4n) });
  const reader = new ClientReader();
  const first = { key: '2.77.0x55aa', pair: { service: 'cpg', process: 'pacemakerd' }, statistics: { requests: 4n } };
  expect(reader.read(map, ['requests'])).toEqual({ closed: 5n, connections: [first] });
  take();
  reader.read(map, ['requests']);
  expect(take()).toEqual([
    'stats.ipcs.global.active',
    'stats.ipcs.global.closed',
    'stats.ipcs.service2.77.0x55aa.requests',
  ]);
  for (const [key, value] of Object.entries({ ...global(2n, 5n), ...client('9.78.0x66', 'x', 1n) })) {
    values.set(key, value);
  }
  expect(reader.read(map, ['requests']).connections.map(({ pair }) => pair)).toEqual([
    { service: 'cpg', process: 'pacemakerd' },
    { service: '9', process: 'x' },
  ]);
});

test('a connection that ended since it was listed is not one', () => {
  const { map, values } = fakeMap({ ...global(1n, 0n), ...client('2.77.0x55aa', 'pacemakerd', 4n) });
  const reader = new ClientReader();
  reader.read(map, ['requests']);
  values.delete('stats.ipcs.service2.77.0x55aa.requests');
  expect(reader.read(map, ['requests']).connections).toEqual([]);
});

test('where corosync does not count its clients they are listed each time', () => {
  const { map, take } = fakeMap();
  const reader = new ClientReader();
  reader.read(map, []);
  reader.read(map, []);
  expect(take().filter((key) => key.endsWith('*'))).toHaveLength(2);
});

test('of our own connections only requests and queued events are read', () => {
  const fields = ['queued', 'requests', 'responses'];
  const of = (pid: number, name: string) => {
    const key = `2.${pid}.0x55aa`;
    const more = { [`stats.ipcs.service${key}.queued`]: 0, [`stats.ipcs.service${key}.responses`]: 4n };
    const { map } = fakeMap({ ...global(1n, 0n), ...client(key, name, 4n), ...more });
    return Object.keys(new ClientReader().read(map, fields).connections[0]?.statistics ?? {});
  };
  const own = readFileSync('/proc/self/comm', 'utf8').trimEnd();
  expect(of(process.pid, own)).toEqual(['queued', 'requests']);
  expect(of(process.pid, 'of another pid namespace')).toEqual(fields);
  expect(of(process.pid + 1, own)).toEqual(fields);
});

test('programs beyond the first two hundred are shown as one', () => {
  const many = Object.assign({}, ...Array.from({ length: 205 }, (_, i) => client(`2.${i}.0x${i}`, `program${i}`, 1n)));
  const { map } = fakeMap({ ...global(205n, 0n), ...many });
  const { connections } = new ClientReader().read(map, ['requests']);
  expect(connections.filter(({ pair }) => pair.process === '(others)')).toHaveLength(5);
});

const pair = { service: 'cpg', process: 'pacemakerd' };
const read = (...connections: [key: string, requests: bigint][]) => ({
  closed: 0n,
  connections: connections.map(([key, requests]) => ({ key, pair, statistics: { requests } })),
});
const totals = (...reads: ReturnType<typeof read>[]) =>
  reads.reduce(recordClients, emptyClientHistory).totals['cpg pacemakerd']?.totals.requests;

test('what was counted before the exporter started is not added', () => {
  expect(totals(read(['a', 10n], ['b', 5n]))).toBe(0n);
  expect(totals(read(['a', 10n]), read(['a', 12n]))).toBe(2n);
});

test('the counters of a program are summed, and never fall when a connection ends', () => {
  const none = read();
  expect(totals(none, read(['a', 10n], ['b', 5n]))).toBe(15n);
  expect(totals(none, read(['a', 10n], ['b', 5n]), read(['a', 12n]))).toBe(17n);
  expect(totals(none, read(['a', 10n], ['b', 5n]), read(['a', 12n]), read())).toBe(17n);
});

test('a counter that fell is that of a new connection', () => {
  expect(totals(read(), read(['a', 10n]), read(['a', 3n]))).toBe(13n);
  expect(totals(read(), read(['a', 10n]), read(), read(['a', 10n]))).toBe(20n);
});

test('counters beyond 2^53 stay exact', () => {
  expect(totals(read(), read(['a', 2n ** 63n]), read(['a', 2n ** 63n + 1n]))).toBe(2n ** 63n + 1n);
});
