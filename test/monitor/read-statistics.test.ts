import { expect, test } from 'vitest';
import { readPauses } from '../../src/monitor/read-pauses.ts';
import { readStatistics, TotemStatistics } from '../../src/monitor/read-statistics.ts';
import { fakeMap } from './fake-map.ts';

test('keys that corosync lacks, and what is no number, are left out', () => {
  const { map } = fakeMap({ a: 1, b: 2n ** 63n, c: 'text', d: new Uint8Array(2) });
  expect(readStatistics(map, ['a', 'b', 'c', 'd', 'e'])).toEqual({ a: 1, b: 2n ** 63n });
});

test('what corosync computes on its timer is read no more often than that', () => {
  const { map, values, take } = fakeMap({ 'stats.srp.mtt_rx_token': 10, 'stats.srp.mcast_tx': 1n });
  const keys = ['stats.srp.mtt_rx_token', 'stats.srp.mcast_tx'];
  const totem = new TotemStatistics();
  totem.read(map, keys, 0, undefined);
  values.set('stats.srp.mtt_rx_token', 20);
  values.set('stats.srp.mcast_tx', 2n);
  take();
  expect(totem.read(map, keys, 1_499, undefined)).toEqual({ 'stats.srp.mtt_rx_token': 10, 'stats.srp.mcast_tx': 2n });
  expect(take()).toEqual(['stats.srp.mcast_tx']);
  expect(totem.read(map, keys, 1_500, undefined)).toEqual({ 'stats.srp.mtt_rx_token': 20, 'stats.srp.mcast_tx': 2n });
  values.set('stats.srp.mtt_rx_token', 30);
  totem.reset();
  expect(totem.read(map, keys, 1_501, undefined)).toMatchObject({ 'stats.srp.mtt_rx_token': 30 });
});

test('the age of the token is right also where corosync takes 32 bits of its clock from all of it', () => {
  const key = 'stats.srp.time_since_token_last_received';
  const age = (value: number | bigint) =>
    new TotemStatistics().read(fakeMap({ [key]: value }).map, [key], 0, undefined)[key];
  expect(age(3 * 2 ** 32 + 250)).toBe(250);
  expect(age(BigInt(2 ** 32 + 250))).toBe(250);
  expect(age(250)).toBe(250);
});

test('what changes only while totem forms a membership is read no more once none has begun or ended for long enough', () => {
  const [gather, operational, commit] = ['gather', 'operational', 'commit'].map(
    (state) => `stats.srp.${state}_entered`,
  );
  const keys = [gather, operational, commit] as string[];
  const { map, values, take } = fakeMap(Object.fromEntries(keys.map((key) => [key, 1n])));
  const totem = new TotemStatistics();
  const asked = (now: number) => {
    take();
    const { [commit as string]: value } = totem.read(map, keys, now, 30_000);
    return [value, take().includes(commit as string)];
  };
  const set = (key: string | undefined, value: bigint) => void values.set(key as string, value);
  expect(asked(0)).toEqual([1n, true]);
  set(commit, 2n);
  expect(asked(29_999)).toEqual([2n, true]);
  set(commit, 3n);
  expect(asked(30_000)).toEqual([3n, true]);
  expect(asked(60_000)).toEqual([3n, false]);
  set(gather, 2n);
  expect(asked(60_001)).toEqual([3n, true]);
  set(commit, 4n);
  set(operational, 2n);
  expect(asked(60_002)).toEqual([4n, true]);
  expect(asked(90_002)).toEqual([4n, true]);
  expect(asked(90_003)).toEqual([4n, false]);
  totem.reset();
  expect(asked(90_004)).toEqual([4n, true]);
});

test('where corosync does not count what tells it, all is read each time', () => {
  const { map, take } = fakeMap({ 'stats.srp.commit_entered': 1n });
  const totem = new TotemStatistics();
  for (const now of [0, 30_000, 60_000]) totem.read(map, ['stats.srp.commit_entered'], now, 30_000);
  expect(take()).toHaveLength(3);
});

const pause = (i: number, timestamp: bigint, delay: number) => ({
  [`stats.schedmiss.${i}.timestamp`]: timestamp,
  [`stats.schedmiss.${i}.delay`]: delay,
});

test('scheduling pauses are read back to the last one known, and the newest always', () => {
  const { map, take } = fakeMap({ ...pause(0, 3_000n, 900), ...pause(1, 2_500n, 800), ...pause(2, 1_000n, 700) });
  const all = [
    { timestamp: 3, delay: 0.9 },
    { timestamp: 2.5, delay: 0.8 },
    { timestamp: 1, delay: 0.7 },
  ];
  expect(readPauses(map, undefined)).toEqual(all);
  expect(readPauses(map, all[1])).toEqual(all.slice(0, 2));
  take();
  expect(readPauses(map, all[0])).toEqual(all.slice(0, 1));
  expect(take()).toHaveLength(2);
  expect(readPauses(map, { timestamp: 9_000, delay: 0.7 }), 'one that was forgotten').toEqual(all);
  expect(readPauses(fakeMap().map, undefined)).toEqual([]);
});
