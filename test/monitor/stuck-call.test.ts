import { expect, test } from 'vitest';
import { StuckCall } from '../../src/monitor/stuck-call.ts';

/** Whether the call is stuck at each of these times; [now, held, ended]. */
function looks(...times: [number, number, boolean][]): boolean[] {
  const call = new StuckCall();
  return times.map(([now, held, ended]) => call.isStuck(held, ended, now));
}

test('a call that is outstanding 4 s after corosync has ended the connection is stuck', () => {
  expect(looks([1_000, 100, true], [5_000, 4_100, true], [5_500, 4_600, true])).toEqual([false, false, true]);
});

test('a call that a corosync holds which is there is not, however long', () => {
  expect(looks([1_000, 100, false], [1e6, 1e6, false])).toEqual([false, false]);
});

test('the time counts from the end of the connection, not from the call', () => {
  expect(looks([60_000, 60_000, false], [60_500, 60_500, true], [62_500, 62_500, true])).toEqual([false, false, false]);
});

test('calls that come back one after the other are not stuck', () => {
  expect(looks([1_000, 100, true], [3_000, 1_900, true], [5_500, 2_000, true])).toEqual([false, false, false]);
  expect(looks([1_000, 100, true], [3_000, 0, true], [5_500, 2_000, true])).toEqual([false, false, false]);
});
