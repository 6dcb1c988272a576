import { describe, expect, test } from 'vitest';
import { CorosyncError } from '../../src/corosync/cs-error.ts';
import { LibraryError } from '../../src/corosync/library.ts';
import { Connector } from '../../src/monitor/connector.ts';
import { fakeLane, fakeService } from './fake-lane.ts';

function fixture() {
  const lane = fakeLane();
  const corosync = { code: 1, dispatchCode: 1, connects: 0, closes: 0 };
  const answer = () => {
    if (corosync.code !== 1) throw new CorosyncError('fake_call', corosync.code);
    return 'answer';
  };
  const service = fakeService(() => {
    corosync.connects += 1;
    answer();
    return {
      answer,
      dispatch: () => ({ code: corosync.dispatchCode, events: [{ kind: 'quorum' }] }),
      close: () => {
        corosync.closes += 1;
      },
    };
  });
  return { lane, corosync, connector: new Connector('quorum', service, lane, () => ({})) };
}

/** When attempts are made in the first `seconds`, in seconds. */
function attempts(code: number, seconds: number): number[] {
  const { lane, corosync, connector } = fixture();
  corosync.code = code;
  const times: number[] = [];
  const start = lane.time;
  for (let before = 0; lane.time - start <= seconds * 1000; lane.time += 100) {
    connector.open();
    if (corosync.connects > before) times.push((lane.time - start) / 1000);
    before = corosync.connects;
  }
  return times;
}

test('while corosync is not there, attempts come after 0.5 s, 1 s and then every 2 s', () => {
  expect(attempts(2, 8)).toEqual([0, 0.5, 1.5, 3.5, 5.5, 7.5]);
});

test('while corosync refuses us, attempts come every 30 s', () => {
  expect(attempts(11, 65)).toEqual([0, 30, 60]);
});

test('while libcmap has no second map, attempts come every 30 s', () => {
  expect(attempts(19, 65)).toEqual([0, 30, 60]);
});

test('of several round trips in one call each is marked by itself', () => {
  const { lane, connector } = fixture();
  connector.open();
  const begun: number[] = [];
  const begin = lane.held.begin.bind(lane.held);
  lane.held.begin = () => {
    begin();
    begun.push(lane.time);
  };
  connector.call((api) => {
    lane.time += 500;
    api.answer();
    lane.time += 500;
    api.answer();
  });
  expect(begun).toEqual([1_000, 1_500, 2_000]);
  expect(lane.held.seconds()).toBe(0);
});

describe('a read', () => {
  test('marks each of its calls by itself, and nothing after it', () => {
    const { lane, connector } = fixture();
    connector.open();
    const marks: number[] = [];
    const begin = lane.held.begin.bind(lane.held);
    lane.held.begin = () => {
      marks.push(lane.time);
      begin();
    };
    expect(
      connector.read((api) => {
        lane.time += 5;
        api.answer();
        lane.time += 5;
        return api.answer();
      }),
    ).toBe('answer');
    expect(marks).toEqual([1_005, 1_010]);
    expect(lane.held.seconds()).toBe(0);
  });

  test('makes no more calls when the time for it is over', () => {
    const { lane, connector } = fixture();
    connector.open();
    lane.readUntil = lane.time + 10;
    let calls = 0;
    const read = () =>
      connector.read((api) => {
        for (;;) {
          api.answer();
          calls += 1;
          lane.time += 4;
        }
      });
    expect(read).toThrow('too slowly');
    expect(calls).toBe(3);
    expect(lane.held.seconds()).toBe(0);
  });

  test('throws what fails, and leaves it to the drain to find out that the connection is dead', () => {
    const { lane, corosync, connector } = fixture();
    connector.open();
    lane.take();
    corosync.code = 2;
    expect(() => connector.read((api) => api.answer())).toThrow('CS_ERR_LIBRARY');
    expect(connector.connected).toBe(true);
    corosync.dispatchCode = 2;
    connector.drain();
    expect(connector.connected).toBe(false);
    expect(connector.read((api) => api.answer())).toBeUndefined();
  });
});

test('a connection is told once, with its library', () => {
  const { lane, connector } = fixture();
  connector.open();
  connector.open();
  expect(lane.take()).toEqual([
    { kind: 'loaded', library: 'quorum', soname: 'libfake.so.1', features: [] },
    { kind: 'connected', library: 'quorum' },
  ]);
});

test('a connection that cannot be made ready is closed again', () => {
  const lane = fakeLane();
  let closes = 0;
  const service = fakeService(() => ({ close: () => (closes += 1) }));
  const connector = new Connector('cpg', service, lane, () => {
    throw new CorosyncError('cpg_local_get', 6);
  });
  connector.open();
  expect(closes).toBe(1);
  expect(connector.connected).toBe(false);
  expect(lane.take().at(-1)).toEqual({ kind: 'refused', library: 'cpg', call: 'cpg_local_get', code: 6 });
});

test.each([
  [2, 500],
  [11, 30_000],
  [15, 5_000],
  [19, 30_000],
])('after a refusal with code %i the next attempt is in %i ms', (code, wait) => {
  const { lane, corosync, connector } = fixture();
  corosync.code = code;
  connector.open();
  expect(lane.take().at(-1)).toMatchObject({ kind: 'refused', code });
  expect(connector.retryIn).toBe(wait);
});

describe.each([2, 9])('a call that fails with code %i', (code) => {
  test('ends the connection, which is opened again after half a second', () => {
    const { lane, corosync, connector } = fixture();
    connector.open();
    corosync.code = code;
    lane.take();
    expect(connector.call((api) => api.answer())).toBeUndefined();
    expect(lane.take()).toEqual([{ kind: 'call-failed', library: 'quorum', call: 'fake_call', code }]);
    expect(connector.retryIn, 'the next drain is due now').toBe(0);
    connector.drain();
    expect(lane.take()).toEqual([{ kind: 'lost', library: 'quorum', call: 'fake_call', code }]);
    expect(corosync.closes).toBe(1);
    corosync.code = 1;
    expect(connector.retryIn).toBe(500);
    lane.time += 500;
    connector.open();
    expect(connector.call((api) => api.answer())).toBe('answer');
  });
});

test('what a dead connection still has to dispatch is dispatched', () => {
  const { corosync, connector } = fixture();
  connector.open();
  corosync.code = 2;
  connector.call((api) => api.answer());
  expect(
    connector.call((api) => api.answer()),
    'no second call',
  ).toBeUndefined();
  expect(connector.drain()).toEqual([{ kind: 'quorum' }]);
  expect(connector.connected).toBe(false);
});

test('a call that fails otherwise is told, and the connection stays', () => {
  const { lane, corosync, connector } = fixture();
  connector.open();
  corosync.code = 6;
  lane.take();
  connector.call((api) => api.answer());
  expect(lane.take()).toEqual([{ kind: 'call-failed', library: 'quorum', call: 'fake_call', code: 6 }]);
  expect(connector.connected).toBe(true);
});

test('a drain tells its code and counts its callbacks, and ends a dead connection', () => {
  const { lane, corosync, connector } = fixture();
  connector.open();
  expect(connector.drain()).toEqual([{ kind: 'quorum' }]);
  expect(lane.events.at(-1)).toEqual({
    kind: 'dispatched',
    library: 'quorum',
    code: 1,
    count: 1,
    seconds: 0,
    callbacks: { quorum: 1 },
  });
  corosync.dispatchCode = 2;
  connector.drain();
  expect(lane.events.at(-1)).toEqual({ kind: 'lost', library: 'quorum', call: 'quorum_dispatch', code: 2 });
  expect(connector.drain()).toEqual([]);
});

test('dispatches that bring nothing new are told together, when asked for or with the next that does', () => {
  const lane = fakeLane();
  const answer = { code: 1, events: [] as { kind: string }[] };
  const connector = new Connector(
    'quorum',
    fakeService(() => ({ dispatch: () => answer, close: () => {} })),
    lane,
    () => ({}),
  );
  const told = () => lane.events.splice(0).flatMap((event) => (event.kind === 'dispatched' ? [event] : []));
  const drain = (code: number, events: { kind: string }[] = []) => {
    Object.assign(answer, { code, events });
    connector.drain();
  };
  connector.open();
  drain(1);
  expect(told()).toMatchObject([{ code: 1, count: 1 }]); // the first says that the connection works
  drain(1);
  drain(1);
  expect(told()).toEqual([]);
  connector.tellDispatches();
  connector.tellDispatches();
  expect(told()).toMatchObject([{ code: 1, count: 2, callbacks: {} }]);
  drain(1);
  drain(1, [{ kind: 'quorum' }]);
  expect(told()).toMatchObject([{ code: 1, count: 2, callbacks: { quorum: 1 } }]);
  drain(1);
  drain(6);
  drain(6);
  expect(told()).toMatchObject([
    { code: 6, count: 2 },
    { code: 6, count: 1 },
  ]);
  drain(1);
  drain(1);
  connector.close();
  expect(told()).toMatchObject([
    { code: 1, count: 1 },
    { code: 1, count: 1 },
  ]);
});

test('a library that is not installed is told with its remedy, and looked for again', () => {
  const lane = fakeLane();
  let loads = 0;
  const service = {
    load: () => {
      loads += 1;
      throw new LibraryError('libquorum.so.5', new Error('no such file'));
    },
    connect: () => ({ close: () => {} }),
  };
  const connector = new Connector('quorum', service, lane, () => ({}));
  connector.open();
  lane.time += 30_000;
  connector.open();
  expect(loads).toBe(2);
  expect(lane.take()[0]).toMatchObject({ kind: 'missing', message: expect.stringContaining('libquorum5') });
});

test('what is not an answer of corosync is a bug, and not caught', () => {
  const { connector } = fixture();
  connector.open();
  const bug = () =>
    connector.call(() => {
      throw new TypeError('a bug');
    });
  expect(bug).toThrow('a bug');
});
