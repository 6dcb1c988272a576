import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { CsError, DispatchMode, Quorum, type QuorumEvent, TrackFlags } from '../../src/corosync/index.ts';
import { Clients, failure, gather, listen } from '../corosync/clients.ts';
import { Lab } from './lab.ts';

const { CS_TRACK_CURRENT, CS_TRACK_CHANGES, CS_TRACK_CHANGES_ONLY } = TrackFlags;
const { CS_DISPATCH_ALL } = DispatchMode;

let lab: Lab;
let clients: Clients;
beforeAll(async () => {
  lab = await Lab.up({ nodes: 3 });
  clients = new Clients(lab);
});
afterAll(() => lab?.down());
afterEach(() => clients.closeAll());

const connect = (options?: { model: 0 | 1 }) => clients.open(1, () => Quorum.connect(options));

function tracking(flags: number, options?: { model: 0 | 1 }): { quorum: Quorum; events: readonly QuorumEvent[] } {
  const quorum = connect(options);
  quorum.trackstart(flags);
  return { quorum, events: quorum.dispatch(CS_DISPATCH_ALL).events };
}

const ringId = { nodeid: 1, seq: expect.any(BigInt) };
const firstPair = [
  { kind: 'nodelist', ringId, members: [1, 2, 3], joined: [], left: [] },
  { kind: 'quorum', quorate: true, ringId, members: [1, 2, 3] },
];
const isChange = (event: QuorumEvent) => event.kind === 'nodelist' && event.joined.length + event.left.length > 0;

/** The changes of the nodelist, and whether this partition is quorate after them. */
function summary(events: readonly QuorumEvent[]) {
  const changes = events.filter(isChange);
  const quorate = events.filter((event) => event.kind === 'quorum').at(-1)?.quorate;
  const sets = ['joined', 'left'] as const;
  const [joined, left] = sets.map((set) => {
    const nodeids = changes.flatMap((event) => (event.kind === 'nodelist' ? event[set] : []));
    return [...new Set(nodeids)].sort();
  });
  return { joined, left, quorate };
}

describe('trackstart', () => {
  test.each([
    ['CS_TRACK_CURRENT', CS_TRACK_CURRENT],
    ['CS_TRACK_CHANGES', CS_TRACK_CHANGES],
    ['both', CS_TRACK_CURRENT | CS_TRACK_CHANGES],
  ])('with %s the nodelist and then the quorum are due at once, with nobody joined or left', (_, flags) => {
    expect(tracking(flags).events).toEqual(firstPair);
  });

  test('with CS_TRACK_CHANGES_ONLY nothing is due', () => {
    expect(tracking(CS_TRACK_CHANGES_ONLY).events).toEqual([]);
  });

  test('a second time it is CS_ERR_EXIST, and the same two are due again', () => {
    const { quorum } = tracking(CS_TRACK_CHANGES);
    expect(failure(() => quorum.trackstart(CS_TRACK_CHANGES))).toBe('quorum_trackstart: CS_ERR_EXIST');
    expect(quorum.dispatch(CS_DISPATCH_ALL).events).toEqual(firstPair);
  });

  test('without it nothing comes, and trackstop has nothing to do', () => {
    const quorum = connect();
    expect(quorum.dispatch(CS_DISPATCH_ALL)).toEqual({ code: CsError.CS_OK, events: [] });
    expect(failure(() => quorum.trackstop())).toBe('CS_OK');
  });

  test('the descriptor is readable while something is due', () => {
    const quorum = connect();
    expect(quorum.waitReadable(0)).toBe(false);
    quorum.trackstart(CS_TRACK_CHANGES);
    expect(quorum.waitReadable(1000)).toBe(true);
    quorum.dispatch(CS_DISPATCH_ALL);
    expect(quorum.waitReadable(0)).toBe(false);
  });
});

describe('model 0', () => {
  test('has quorum notifications only, without the representative', () => {
    const { quorum, events } = tracking(CS_TRACK_CHANGES, { model: 0 });
    expect(quorum).toMatchObject({ model: 0, provider: true });
    expect(events).toEqual([
      { kind: 'quorum', quorate: true, ringId: { nodeid: undefined, seq: expect.any(BigInt) }, members: [1, 2, 3] },
    ]);
  });
});

test('a partition and its end are told in both models; who did not track or stopped hears nothing', async () => {
  const { quorum } = tracking(CS_TRACK_CHANGES);
  const { quorum: changesOnly } = tracking(CS_TRACK_CHANGES_ONLY);
  const { quorum: old } = tracking(CS_TRACK_CHANGES, { model: 0 });
  const { quorum: stopped } = tracking(CS_TRACK_CHANGES);
  stopped.trackstop();
  const { quorum: current } = tracking(CS_TRACK_CURRENT);
  const settled = (quorate: boolean) => (events: readonly QuorumEvent[]) =>
    events.some((event) => event.kind === 'quorum' && event.quorate === quorate);

  await lab.partition([[1], [2, 3]]);
  expect(summary(await gather(quorum, settled(false)))).toEqual({ joined: [], left: [2, 3], quorate: false });
  expect(quorum.getquorate()).toBe(false);
  await lab.heal();
  const back = await gather(quorum, settled(true));
  expect(summary(back)).toEqual({ joined: [2, 3], left: [], quorate: true });
  expect(back.at(-1)).toMatchObject({ members: [1, 2, 3] });
  expect(quorum.getquorate()).toBe(true);

  expect(summary(await listen(changesOnly, 200))).toEqual({ joined: [2, 3], left: [2, 3], quorate: true });
  const olds = await listen(old, 0);
  expect(olds.map(({ kind }) => kind)).toEqual(olds.map(() => 'quorum'));
  expect(olds.map((event) => event.kind === 'quorum' && event.quorate)).toEqual(expect.arrayContaining([false, true]));
  expect(await listen(stopped, 0)).toEqual([]);
  expect(await listen(current, 0)).toEqual([]);
});

test('the lists of a restarted node have it in joined, and it was in left before', async () => {
  const { quorum } = tracking(CS_TRACK_CHANGES);
  await lab.kill(3);
  const gone = await gather(quorum, (events) => events.some(isChange));
  expect(summary(gone)).toMatchObject({ joined: [], left: [3] });
  await lab.start(3);
  const back = await gather(quorum, (events) => events.some(isChange));
  expect(summary(back)).toMatchObject({ joined: [3], left: [] });
  await lab.waitFor(3, [1, 2, 3], { quorate: true });
});

test.each([0n, 1n, 0xffffffffn, 2n ** 53n + 1n, 2n ** 64n - 1n])(
  'the context %d is kept with the handle',
  (context) => {
    const quorum = connect();
    quorum.contextSet(context);
    expect(quorum.contextGet()).toBe(context);
  },
);

test('the library is told with the features it has', () => {
  expect(Quorum.load()).toEqual({ soname: 'libquorum.so.5', features: ['quorum_model_v1'] });
});
