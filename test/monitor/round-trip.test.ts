import { expect, test } from 'vitest';
import type { CpgApi } from '../../src/corosync/bindings.ts';
import { CorosyncError } from '../../src/corosync/cs-error.ts';
import { RoundTrip } from '../../src/monitor/round-trip.ts';

function fixture(code = 1) {
  const clock = { time: 0 };
  const sent: Uint8Array[] = [];
  const cpg = {
    mcastJoined: (message: Uint8Array) => {
      if (code !== 1) throw new CorosyncError('cpg_mcast_joined', code);
      sent.push(message);
    },
  } as CpgApi;
  const roundTrip = new RoundTrip(15_000, () => clock.time);
  const deliver = (message: Uint8Array) =>
    roundTrip.delivered({ kind: 'deliver', group: 'corosync-exporter', nodeid: 1, pid: 1, message });
  return { clock, sent, cpg, roundTrip, deliver };
}

test('a message that does not come back within 5 s has failed, and is not recognised later', () => {
  const { clock, sent, cpg, roundTrip, deliver } = fixture();
  roundTrip.step(cpg);
  clock.time = 4_999;
  expect(roundTrip.step(cpg)).toBeUndefined();
  clock.time = 5_000;
  expect(roundTrip.step(cpg)).toEqual({ kind: 'round-trip-failed', reason: 'timeout' });
  expect(deliver(sent[0] as Uint8Array)).toBeUndefined();
});

test('a message that corosync refuses has failed with its code', () => {
  const { cpg, roundTrip } = fixture(6);
  expect(roundTrip.step(cpg)).toEqual({ kind: 'round-trip-failed', reason: 'CS_ERR_TRY_AGAIN' });
  expect(roundTrip.pending).toBe(false);
});

test('the messages of another exporter are not ours', () => {
  const [ours, theirs] = [fixture(), fixture()];
  ours.roundTrip.step(ours.cpg);
  theirs.roundTrip.step(theirs.cpg);
  expect(ours.deliver(theirs.sent[0] as Uint8Array)).toBeUndefined();
  ours.clock.time = 3;
  expect(ours.deliver(ours.sent[0] as Uint8Array)).toEqual({ kind: 'round-trip', seconds: 0.003 });
});
