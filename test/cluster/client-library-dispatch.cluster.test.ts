import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Cpg, CsError, type Dispatched, DispatchMode, Quorum, TrackFlags } from '../../src/corosync/index.ts';
import { Clients, gather } from '../corosync/clients.ts';
import { Lab } from './lab.ts';

const { CS_OK, CS_ERR_LIBRARY, CS_ERR_TRY_AGAIN, CS_ERR_INVALID_PARAM } = CsError;
const { CS_DISPATCH_ONE, CS_DISPATCH_ALL, CS_DISPATCH_BLOCKING, CS_DISPATCH_ONE_NONBLOCKING } = DispatchMode;

let lab: Lab;
let clients: Clients;
beforeAll(async () => {
  lab = await Lab.up({ nodes: 2 });
  clients = new Clients(lab);
});
afterAll(() => lab?.down());
afterEach(() => clients.closeAll());

interface Subject {
  /** A connection with the first events due. */
  due(): Promise<Quorum | Cpg>;
  /** What is due then. */
  readonly first: readonly string[];
  /** Makes corosync send something, and waits until it has. */
  provoke(client: Quorum | Cpg): Promise<void>;
  /** What that is. */
  readonly more: readonly string[];
}

let whole = true;
const subjects: Record<'quorum' | 'cpg', Subject> = {
  quorum: {
    async due() {
      const quorum = clients.open(1, () => Quorum.connect());
      quorum.trackstart(TrackFlags.CS_TRACK_CHANGES);
      return quorum;
    },
    first: ['nodelist', 'quorum'],
    async provoke() {
      whole = !whole;
      await lab.partition(whole ? [[1, 2]] : [[1], [2]]);
      await lab.waitFor(1, whole ? [1, 2] : [1], { quorate: whole });
    },
    more: ['nodelist', 'quorum'],
  },
  cpg: {
    async due() {
      const cpg = clients.open(1, () => Cpg.connect());
      cpg.join('dispatch');
      cpg.mcastJoined(Buffer.from('first'));
      cpg.localGet(); // corosync has taken the message by then
      const later = clients.open(1, () => Cpg.connect());
      later.join('later'); // comes round the ring after both
      await gather(later, (events) => events.length > 0);
      return cpg;
    },
    first: ['confchg', 'deliver'],
    async provoke(client) {
      (client as Cpg).mcastJoined(Buffer.from('more'));
    },
    more: ['deliver'],
  },
};

const kinds = (events: readonly { kind: string }[]) => events.map(({ kind }) => kind);

describe.each(['quorum', 'cpg'] as const)('%s', (name) => {
  const { due, first, provoke, more } = subjects[name];

  async function idle() {
    const client = await due();
    await gather(
      client as { dispatch(mode: DispatchMode): Dispatched<{ kind: string }> },
      (events) => events.length === first.length,
    );
    return client;
  }

  test('CS_DISPATCH_ALL returns all that is due in its order, then nothing', async () => {
    const client = await due();
    const { code, events } = client.dispatch(CS_DISPATCH_ALL);
    expect({ code, kinds: kinds(events) }).toEqual({ code: CS_OK, kinds: first });
    expect(client.dispatch(CS_DISPATCH_ALL)).toEqual({ code: CS_OK, events: [] });
  });

  test('CS_DISPATCH_ONE_NONBLOCKING returns one event at a time, then CS_ERR_TRY_AGAIN', async () => {
    const client = await due();
    for (const kind of first) {
      expect(client.dispatch(CS_DISPATCH_ONE_NONBLOCKING)).toMatchObject({ code: CS_OK, events: [{ kind }] });
    }
    expect(client.dispatch(CS_DISPATCH_ONE_NONBLOCKING)).toEqual({ code: CS_ERR_TRY_AGAIN, events: [] });
  });

  test('CS_DISPATCH_ONE returns one event of those that are due', async () => {
    const client = await due();
    for (const kind of first) {
      expect(client.dispatch(CS_DISPATCH_ONE)).toMatchObject({ code: CS_OK, events: [{ kind }] });
    }
  });

  test('CS_DISPATCH_ONE as a promise waits for the next event', async () => {
    const client = await idle();
    const dispatched = client.dispatchAsync(CS_DISPATCH_ONE);
    expect(await Promise.race([dispatched, sleep(300, 'waits')])).toBe('waits');
    await provoke(client);
    expect(await dispatched).toMatchObject({ code: CS_OK, events: [{ kind: more[0] }] });
  });

  test('CS_DISPATCH_BLOCKING hands on events as they come and ends without one', async () => {
    const client = await idle();
    const seen: string[] = [];
    const dispatched = client.dispatchAsync(CS_DISPATCH_BLOCKING, ({ kind }: { kind: string }) => seen.push(kind));
    for (let times = 0; times < 3; times++) {
      const before = seen.length;
      await provoke(client);
      await expect.poll(() => seen.slice(before, before + more.length), { timeout: 10_000 }).toEqual(more);
    }
    expect(await Promise.race([dispatched, sleep(300, 'waits')])).toBe('waits');
    const ended = performance.now();
    client.endDispatch();
    expect(await dispatched).toEqual({ code: CS_ERR_LIBRARY, events: [] });
    expect(performance.now() - ended).toBeLessThan(1_000);
  });

  test('CS_DISPATCH_BLOCKING without a listener keeps its events for the end', async () => {
    const client = await idle();
    const dispatched = client.dispatchAsync(CS_DISPATCH_BLOCKING);
    await provoke(client);
    await sleep(1_000);
    client.endDispatch();
    const { code, events } = await dispatched;
    expect({ code, kinds: kinds(events).slice(0, more.length) }).toEqual({ code: CS_ERR_LIBRARY, kinds: more });
  });

  test('CS_DISPATCH_BLOCKING is ended by close, and nothing is left to dispatch', async () => {
    const client = await idle();
    const dispatched = client.dispatchAsync(CS_DISPATCH_BLOCKING);
    await sleep(50);
    client.close();
    expect(await dispatched).toEqual({ code: CS_ERR_LIBRARY, events: [] });
    expect(client.dispatch(CS_DISPATCH_ALL)).toEqual({ code: CsError.CS_ERR_BAD_HANDLE, events: [] });
  });

  test('the modes that do not wait are promises as well', async () => {
    const client = await due();
    const { code, events } = await client.dispatchAsync(CS_DISPATCH_ALL);
    expect({ code, kinds: kinds(events) }).toEqual({ code: CS_OK, kinds: first });
    expect(await client.dispatchAsync(CS_DISPATCH_ONE_NONBLOCKING)).toEqual({ code: CS_ERR_TRY_AGAIN, events: [] });
  });

  test.each([0, 5, 99])('the mode %i is CS_ERR_INVALID_PARAM and leaves the connection as it was', async (mode) => {
    const client = await due();
    const refused = { code: CS_ERR_INVALID_PARAM, events: [] };
    expect(client.dispatch(mode as DispatchMode)).toEqual(refused);
    expect(await client.dispatchAsync(mode as DispatchMode)).toEqual(refused);
    expect(kinds(client.dispatch(CS_DISPATCH_ALL).events)).toEqual(first);
  });

  test('while one dispatch waits a second one is refused, and the descriptor is still known', async () => {
    const client = await idle();
    const dispatched = client.dispatchAsync(CS_DISPATCH_ONE);
    expect(() => client.dispatch(CS_DISPATCH_ALL)).toThrow('a dispatch on this connection has not ended yet');
    expect(client.fdGet()).toBeGreaterThan(2);
    client.endDispatch();
    expect(await dispatched).toEqual({ code: CS_ERR_LIBRARY, events: [] });
  });

  test('an exception of the listener rejects the promise, once the dispatch has ended', async () => {
    const client = await idle();
    const dispatched = client.dispatchAsync(CS_DISPATCH_ONE, () => {
      throw new Error('no thanks');
    });
    const rejected = expect(dispatched).rejects.toThrow('no thanks');
    await provoke(client);
    await rejected;
    expect(client.dispatch(CS_DISPATCH_ALL)).toMatchObject({ code: CS_OK });
  });
});

test('a process that ends does not wait for a dispatch that waits', async () => {
  const child = ['--import', 'tsx', 'test/corosync/child.ts', 'wait'];
  const { code, stderr } = await lab.exec(1, process.execPath, child, { timeoutMs: 10_000 });
  expect(stderr).toContain('failed while it waited');
  expect(code).toBe(1);
});
