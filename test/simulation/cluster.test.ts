import { describe, expect, test } from 'vitest';
import {
  bootsOf,
  changeAt,
  changesUntil,
  deliverableAt,
  isQuorate,
  joinCountOf,
  processOf,
  viewOf,
} from '../../src/simulation/cluster.ts';
import { loopSeconds, nodeids, script } from '../../src/simulation/script.ts';

const loop = loopSeconds * 1000;
const seconds = (at: number) => at * 1000;
const startOf = (story: RegExp) => seconds(script.find((step) => story.test(step.story))?.at ?? Number.NaN);
const moments = Array.from({ length: (3 * loop) / 250 }, (_, i) => i * 250);
const changesOf = (nodeid: number, until: number) =>
  Array.from({ length: changesUntil(nodeid, until) }, (_, number) => changeAt(nodeid, number));
/** The changes of a node from a step of the script until so many seconds later. */
const after = (nodeid: number, story: RegExp, length: number) =>
  changesOf(nodeid, startOf(story) + seconds(length)).filter(({ at }) => at >= startOf(story));

const killed = /node 3 is killed/;
const split = /network splits/;
const freeze = /freezes/;
const restart = /restarted in order/;

describe('the script', () => {
  test('its steps are in order, and a ring has time to form before the next step and the end', () => {
    const times = [...script.map(({ at }) => at), loopSeconds];
    expect(times.slice(1).every((at, i) => at - (times[i] ?? 0) > 1.5)).toBe(true);
  });

  test('a loop ends as it began, with all nodes in one ring', () => {
    for (const nodeid of nodeids) {
      const { members, peers, ringId } = viewOf(nodeid, loop - 1);
      expect(members).toEqual(nodeids);
      expect(peers).toEqual(nodeids.filter((id) => id !== nodeid));
      expect(ringId).toEqual(viewOf(1, loop - 1).ringId);
    }
  });
});

describe('rings', () => {
  test('the sequence of a node never falls and grows with each new ring, over loops too', () => {
    for (const nodeid of nodeids) {
      const seqs = changesOf(nodeid, 3 * loop)
        .filter(({ cause }) => cause !== 'group')
        .map(({ view }) => view.ringId.seq);
      expect(seqs.length).toBeGreaterThan(20);
      expect(seqs.every((seq, i) => seq > (seqs[i - 1] ?? 0n))).toBe(true);
    }
  });

  test('the representative is the lowest member', () => {
    for (const nodeid of nodeids) {
      for (const { view } of changesOf(nodeid, loop)) expect(view.ringId.nodeid).toBe(Math.min(...view.members));
    }
  });

  test('nodes with the same ring id have the same members and each is in its own ring', () => {
    for (const time of moments) {
      const views = nodeids.map((nodeid) => ({ nodeid, ...viewOf(nodeid, time) }));
      for (const a of views) {
        expect(a.members).toContain(a.nodeid);
        for (const b of views) {
          const same = a.ringId.nodeid === b.ringId.nodeid && a.ringId.seq === b.ringId.seq;
          if (same) expect(a.members).toEqual(b.members);
        }
      }
    }
  });

  test('all running nodes of a settled partition agree', () => {
    const settled = moments.filter((time) => nodeids.every((id) => deliverableAt(id, time) === time));
    expect(settled.length).toBeGreaterThan(moments.length / 2);
    for (const time of settled) {
      const running = nodeids.filter((id) => processOf(id, time) === 'running');
      for (const id of running) {
        for (const other of viewOf(id, time).members)
          expect(viewOf(other, time).ringId).toEqual(viewOf(id, time).ringId);
      }
    }
  });

  test('the halves of a split reach the same sequence with different representatives', () => {
    const time = startOf(split) + seconds(2);
    const [a, b] = [viewOf(1, time).ringId, viewOf(3, time).ringId];
    expect(a.seq).toBe(b.seq);
    expect([a.nodeid, b.nodeid]).toEqual([1, 3]);
  });
});

describe('faults', () => {
  test('a split makes node 3 inquorate and leaves nodes 1 and 2 quorate', () => {
    const time = startOf(split) + seconds(2);
    expect(nodeids.map((id) => isQuorate(viewOf(id, time).members))).toEqual([true, true, false]);
  });

  test('a split has the other side in left, its end has it in joined', () => {
    expect(after(1, split, 2)).toMatchObject([{ joined: [], left: [3], groupLeft: [{ nodeid: 3, reason: 3 }] }]);
    expect(after(3, split, 2)).toMatchObject([{ joined: [], left: [1, 2] }]);
    expect(after(1, /split heals/, 2)).toMatchObject([
      { joined: [3], left: [], groupJoined: [{ nodeid: 3, reason: 4 }] },
    ]);
    expect(after(3, /split heals/, 2)).toMatchObject([{ joined: [1, 2], left: [] }]);
  });

  test('a killed node is missed after the token timeout, and its process with NODEDOWN', () => {
    expect(after(1, killed, 1)).toEqual([]);
    expect(after(1, killed, 2)).toMatchObject([{ left: [3], groupLeft: [{ nodeid: 3, reason: 3 }] }]);
    expect(after(3, killed, 20)).toEqual([]);
  });

  test('a node that starts again is alone, then in joined, and its exporter joins the group later', () => {
    expect(after(3, /started again/, 4)).toMatchObject([
      { cause: 'boot', joined: [3], view: { members: [3] } },
      { cause: 'ring', joined: [1, 2], left: [], groupJoined: [{ reason: 4 }, { reason: 4 }] },
    ]);
    expect(after(1, /started again/, 4)).toMatchObject([
      { cause: 'ring', joined: [3], left: [], groupJoined: [] },
      { cause: 'group', groupJoined: [{ nodeid: 3, reason: 1 }] },
    ]);
  });

  test('a stop in order is told at once, the process with PROCDOWN', () => {
    expect(after(2, restart, 0)).toMatchObject([
      { cause: 'group', groupLeft: [{ nodeid: 1, reason: 5 }] },
      { cause: 'ring', left: [1], groupLeft: [], view: { members: [2, 3], ringId: { nodeid: 2 } } },
    ]);
  });

  test('a frozen node keeps its view; after the thaw it has the others in both lists', () => {
    expect(viewOf(1, startOf(freeze) + seconds(2)).members).toEqual([1, 3]);
    expect(after(2, freeze, 20)).toEqual([]);
    expect(after(2, /goes on/, 2)).toMatchObject([{ joined: [1, 3], left: [1, 3], view: { members: nodeids } }]);
    expect(after(1, /goes on/, 2)).toMatchObject([{ joined: [2], left: [] }]);
  });

  test('a message on a broken ring waits for the next one', () => {
    expect(deliverableAt(1, seconds(10))).toBe(seconds(10));
    expect(deliverableAt(1, startOf(killed) + 100)).toBe(startOf(killed) + 1500);
    expect(deliverableAt(2, startOf(freeze) + 5000)).toBe(startOf(/goes on/) + 1500);
  });
});

describe('counts', () => {
  test('boots count over loops', () => {
    expect(nodeids.map((id) => bootsOf(id, loop - 1))).toEqual([1, 0, 1]);
    expect(nodeids.map((id) => bootsOf(id, 3 * loop - 1))).toEqual([3, 0, 3]);
  });

  test('join counts start again with the corosync that counts them', () => {
    expect(nodeids.map((id) => joinCountOf(2, id, 0))).toEqual([1, 1, 1]);
    expect(nodeids.map((id) => joinCountOf(2, id, loop - 1))).toEqual([4, 1, 5]);
    expect(nodeids.map((id) => joinCountOf(2, id, 10 * loop - 1))).toEqual([31, 1, 41]);
    expect(nodeids.map((id) => joinCountOf(1, id, loop - 1))).toEqual([1, 1, 1]);
    expect(nodeids.map((id) => joinCountOf(1, id, loop + 1))).toEqual([1, 1, 1]);
    expect(joinCountOf(3, 1, startOf(/started again/) + 100)).toBe(0);
  });
});
