import { expect, test } from 'vitest';
import type { Bindings } from '../../src/corosync/bindings.ts';
import { CorosyncError, CsError } from '../../src/corosync/cs-error.ts';
import { HeldMark } from '../../src/monitor/held.ts';
import type { MonitorOptions } from '../../src/monitor/options.ts';
import { VotequorumProbe } from '../../src/monitor/votequorum.ts';
import { fakeLane, fakeService } from './fake-lane.ts';

function start() {
  const servicesHeld = new HeldMark(HeldMark.allocate());
  const lane = { ...fakeLane(), servicesHeld };
  let fails = false;
  const votequorum = fakeService(() => ({
    getinfo: () => {
      if (fails) throw new CorosyncError('votequorum_getinfo', CsError.CS_ERR_TRY_AGAIN);
      return { flags: 0 };
    },
    close: () => 1,
  }));
  const options = { dispatchInterval: 1000, reads: {} } as unknown as MonitorOptions;
  const probe = new VotequorumProbe({ votequorum } as unknown as Bindings, options, lane);
  probe.allowed = true;
  probe.step();
  lane.take();
  const told = () => lane.take().map(({ kind }) => kind);
  const fail = () => {
    fails = true;
  };
  return { probe, servicesHeld, told, fail };
}

test('an answer is told with the next read', () => {
  const { probe, told } = start();
  probe.step();
  expect(told()).toEqual([]);
  probe.step();
  probe.read([]);
  expect(told()).toEqual(['probed']);
  probe.read([]);
  expect(told()).toEqual([]);
});

test('it is told at once while corosync holds the other lane', () => {
  const { probe, servicesHeld, told } = start();
  servicesHeld.begin();
  probe.step();
  expect(told()).toEqual(['probed']);
  servicesHeld.clear();
  probe.step();
  expect(told()).toEqual([]);
});

test('an answer before one that failed is not told any more', () => {
  const { probe, told, fail } = start();
  probe.step();
  fail();
  probe.step();
  expect(told()).toEqual(['call-failed']);
  probe.read([]);
  expect(told()).toEqual([]);
});
