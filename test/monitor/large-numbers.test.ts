import { expect, test } from 'vitest';
import { counter, sample } from '../../exporter/collectors/metric.ts';
import { families } from '../../exporter/family.ts';
import { formatRingId } from '../../src/monitor/changes.ts';
import { emptyClientHistory, recordClients } from '../../src/monitor/client-history.ts';
import { emptyHistory, record } from '../../src/monitor/history.ts';

/** The first whole number that a double does not hold. */
const beyond = 2n ** 53n + 1n;
const last = 2 ** 32 - 1;

test('what clients count is added up to the last bit', () => {
  const connection = (key: string, requests: bigint) => ({
    key,
    pair: { service: 'cpg', process: 'crmd' },
    statistics: { requests },
  });
  const clients = (...requests: bigint[]) => ({
    closed: 0n,
    connections: requests.map((count, i) => connection(`2.1.${i}`, count)),
  });
  const history = [clients(), clients(beyond, beyond), clients(beyond + 1n, beyond)].reduce(
    recordClients,
    emptyClientHistory,
  );
  expect(history.totals['cpg crmd']?.totals).toEqual({ requests: 2n * beyond + 1n });
});

test('a counter is shown as the double that is nearest', () => {
  const metric = counter('corosync_large_total', 'A large number.', []);
  const shown = (value: bigint) => families([sample(metric, value)])[0]?.values[0]?.value;
  expect(shown(beyond - 1n)).toBe(2 ** 53);
  expect(shown(beyond + 1n)).toBe(2 ** 53 + 2);
  expect(shown(2n ** 64n - 1n)).toBe(2 ** 64);
});

test('the largest nodeid joins and leaves as any other', () => {
  const nodelist = (joined: number[], left: number[]) =>
    ({ kind: 'nodelist', ringId: { nodeid: last, seq: beyond }, members: [1, last], joined, left }) as const;
  const events = [nodelist([], []), nodelist([], [last]), nodelist([last], [])];
  const { membership, membershipHistory } = events.reduce((history, event) => record(history, event, 0), emptyHistory);
  expect(membershipHistory).toMatchObject({ joins: { [last]: 1 }, leaves: { [last]: 1 } });
  expect(membership && formatRingId(membership.ringId)).toBe('ffffffff.20000000000001');
});
