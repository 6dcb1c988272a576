import { expect, test } from 'vitest';
import type { Probed } from '../../src/monitor/assemble.ts';
import { livenessOf } from '../../src/monitor/changes.ts';
import { emptyHistory, record } from '../../src/monitor/history.ts';
import type { LaneEvent } from '../../src/monitor/lane-protocol.ts';

const connected: readonly LaneEvent[] = [
  { kind: 'connected', library: 'quorum', provider: true },
  { kind: 'connected', library: 'votequorum' },
  { kind: 'dispatched', library: 'quorum', code: 1, count: 1, seconds: 0, callbacks: {} },
];
const withoutProvider: readonly LaneEvent[] = [{ kind: 'connected', library: 'quorum', provider: false }];
const answer = { at: 5_000, seconds: 0.001, quorate: true };

/** Two connections of which corosync holds one or both for so many seconds, and what it answered since. */
function probed(services: number, votequorum: number, answers: Probed['answers'], events = connected): Probed {
  return {
    since: 4_000,
    probeTimeout: 1,
    history: events.reduce((history, event) => record(history, event, 0), emptyHistory),
    answers,
    ended: false,
    lanes: [
      { name: 'services', heldSeconds: services, restarts: 0 },
      { name: 'votequorum', heldSeconds: votequorum, restarts: 0 },
    ],
  };
}

test.each([
  ['both answer', probed(0, 0, { quorum: answer, votequorum: answer }), 'answering'],
  ['libquorum answers, votequorum is not told of', probed(0, 0, { quorum: answer }), 'answering'],
  ['libquorum is held for a moment', probed(0.9, 0, {}), 'unknown'],
  ['libquorum is held and votequorum answers', probed(1.1, 0, { votequorum: answer }), 'syncing'],
  ['libquorum is held and votequorum has not been asked yet', probed(1.1, 0, {}), 'unknown'],
  ['libquorum is held and votequorum is being asked', probed(1.1, 0.001, {}), 'unknown'],
  ['both are held', probed(1.1, 0.2, {}), 'frozen'],
  ['libquorum is held and votequorum is not connected yet', probed(1.1, 0, {}, connected.slice(0, 1)), 'unknown'],
  ['libquorum is held, and votequorum is not asked for long', probed(3.6, 0, {}), 'frozen'],
  ['libquorum is held and there is no provider', probed(1.1, 0, {}, withoutProvider), 'frozen'],
  ['the answers are old', probed(1.1, 0.2, { quorum: { ...answer, at: 3_999 } }), 'frozen'],
  ['libquorum is held of a corosync that is gone', { ...probed(9, 0, { votequorum: answer }), ended: true }, 'unknown'],
  ['so is it, and there is no provider', { ...probed(9, 0, {}, withoutProvider), ended: true }, 'unknown'],
])('%s', (_, findings, liveness) => {
  expect(livenessOf(findings)).toBe(liveness);
});
