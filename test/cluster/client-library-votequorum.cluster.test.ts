import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  Cfg,
  Cmap,
  Cpg,
  CsError,
  DispatchMode,
  Quorum,
  TrackFlags,
  Votequorum,
  type VotequorumEvent,
  VotequorumFlag,
  VotequorumNodeState,
} from '../../src/corosync/index.ts';
import { Clients, failure, gather, listen } from '../corosync/clients.ts';
import { Lab } from './lab.ts';

const { CS_OK, CS_ERR_LIBRARY, CS_ERR_TRY_AGAIN, CS_ERR_INVALID_PARAM, CS_ERR_BAD_HANDLE } = CsError;
const { CS_DISPATCH_ONE, CS_DISPATCH_ALL, CS_DISPATCH_BLOCKING, CS_DISPATCH_ONE_NONBLOCKING } = DispatchMode;
const { CS_TRACK_CURRENT, CS_TRACK_CHANGES, CS_TRACK_CHANGES_ONLY } = TrackFlags;
const { VOTEQUORUM_NODESTATE_MEMBER: MEMBER, VOTEQUORUM_NODESTATE_DEAD: DEAD } = VotequorumNodeState;

const kinds = (events: readonly VotequorumEvent[]) => events.map(({ kind }) => kind);
const some = (kind: VotequorumEvent['kind']) => (events: readonly VotequorumEvent[]) =>
  events.some((event) => event.kind === kind);

describe('on three nodes with two links', () => {
  let lab: Lab;
  let clients: Clients;
  beforeAll(async () => {
    lab = await Lab.up({ nodes: 3, links: 2 });
    clients = new Clients(lab);
  });
  afterAll(() => lab?.down());
  afterEach(() => clients.closeAll());

  const connect = (nodeid = 1) => clients.open(nodeid, () => Votequorum.connect());
  const expectVotes = (votes: number) => lab.exec(2, 'corosync-quorumtool', ['-e', String(votes)]);

  function due(flags: number = CS_TRACK_CHANGES): Votequorum {
    const votequorum = connect();
    votequorum.trackstart(flags);
    return votequorum;
  }

  async function idle(): Promise<Votequorum> {
    const votequorum = due();
    await gather(votequorum, (events) => events.length === 2);
    return votequorum;
  }

  const nodelist = (members: number[]) => ({
    kind: 'nodelist',
    ringId: { nodeid: 1, seq: expect.any(BigInt) },
    members,
  });
  /** A quorum notification; corosync sends the nodes in the order in which it got to know them. */
  const quorum = (quorate: boolean, states: number[]) => ({
    kind: 'quorum',
    quorate,
    nodes: expect.toSatisfy((nodes: { nodeid: number; state: number }[]) => {
      const sorted = nodes.toSorted((a, b) => a.nodeid - b.nodeid);
      expect(sorted).toEqual(states.map((state, i) => ({ nodeid: i + 1, state })));
      return true;
    }),
  });
  const firstPair = [nodelist([1, 2, 3]), quorum(true, [MEMBER, MEMBER, MEMBER])];

  test('getinfo tells of each node, of 0 the local one, and knows no other', () => {
    for (const local of [1, 3]) {
      const votequorum = connect(local);
      for (const nodeid of [1, 2, 3]) {
        expect(votequorum.getinfo(nodeid)).toEqual({
          nodeid,
          nodeState: MEMBER,
          nodeVotes: 1,
          nodeExpectedVotes: 3,
          highestExpected: 3,
          totalVotes: 3,
          quorum: 2,
          flags: VotequorumFlag.VOTEQUORUM_INFO_QUORATE,
          qdeviceVotes: 0,
          qdeviceName: '',
        });
      }
      expect(votequorum.getinfo(0)).toEqual(votequorum.getinfo(local));
      for (const unknown of [4, 4294967295]) {
        expect(failure(() => votequorum.getinfo(unknown))).toBe('votequorum_getinfo: CS_ERR_NOT_EXIST');
      }
    }
  });

  describe('trackstart and trackstop', () => {
    test.each([
      ['CS_TRACK_CURRENT', CS_TRACK_CURRENT],
      ['CS_TRACK_CHANGES', CS_TRACK_CHANGES],
    ])('with %s the nodelist and then the quorum are due at once; CS_DISPATCH_ALL returns both', (_, flags) => {
      const votequorum = due(flags);
      expect(votequorum.dispatch(CS_DISPATCH_ALL)).toEqual({ code: CS_OK, events: firstPair });
      expect(votequorum.dispatch(CS_DISPATCH_ALL)).toEqual({ code: CS_OK, events: [] });
    });

    test('with CS_TRACK_CHANGES_ONLY nothing is due', () => {
      expect(due(CS_TRACK_CHANGES_ONLY).dispatch(CS_DISPATCH_ALL)).toEqual({ code: CS_OK, events: [] });
    });

    test('a second trackstart is CS_ERR_EXIST, and the same two are due again', async () => {
      const votequorum = await idle();
      expect(failure(() => votequorum.trackstart(CS_TRACK_CHANGES))).toBe('votequorum_trackstart: CS_ERR_EXIST');
      expect(votequorum.dispatch(CS_DISPATCH_ALL).events).toEqual(firstPair);
    });

    test('trackstop where nothing is tracked is CS_ERR_NOT_EXIST', () => {
      const votequorum = connect();
      expect(failure(() => votequorum.trackstop())).toBe('votequorum_trackstop: CS_ERR_NOT_EXIST');
      votequorum.trackstart(CS_TRACK_CHANGES);
      expect(failure(() => votequorum.trackstop())).toBe('CS_OK');
      expect(failure(() => votequorum.trackstop())).toBe('votequorum_trackstop: CS_ERR_NOT_EXIST');
    });

    test('new expected votes come as expectedvotes alone, to all that track', async () => {
      const tracking = [await idle(), due(CS_TRACK_CHANGES_ONLY)];
      const current = due(CS_TRACK_CURRENT);
      await gather(current, some('quorum'));
      for (const expectedVotes of [4, 3]) {
        expect(await expectVotes(expectedVotes)).toMatchObject({ code: 0 });
        for (const votequorum of tracking) {
          expect(await gather(votequorum, some('expectedvotes'))).toEqual([{ kind: 'expectedvotes', expectedVotes }]);
        }
        expect(tracking[0]?.getinfo(0)).toMatchObject({ highestExpected: expectedVotes });
      }
      expect(current.dispatch(CS_DISPATCH_ALL)).toEqual({ code: CS_OK, events: [] });
    });

    test('a node that is lost is dead, first out of the nodelist, and a member again when it is back', async () => {
      const [votequorum, stopped] = [await idle(), await idle()];
      stopped.trackstop();
      await lab.kill(3);
      const lost = await gather(votequorum, some('quorum'));
      expect(lost).toEqual([nodelist([1, 2]), quorum(true, [MEMBER, MEMBER, DEAD])]);
      expect(votequorum.getinfo(3)).toMatchObject({ nodeState: DEAD, totalVotes: 2, highestExpected: 3 });
      await lab.partition([[1], [2, 3]]);
      const alone = await gather(votequorum, some('quorum'));
      expect(alone).toEqual([nodelist([1]), quorum(false, [MEMBER, DEAD, DEAD])]);
      await lab.heal();
      await lab.start(3);
      const back = await gather(votequorum, (events) =>
        events.some((event) => event.kind === 'quorum' && event.nodes.every(({ state }) => state === MEMBER)),
      );
      expect(back.at(-1)).toEqual(quorum(true, [MEMBER, MEMBER, MEMBER]));
      expect(back.filter(({ kind }) => kind === 'nodelist').at(-1)).toEqual(nodelist([1, 2, 3]));
      expect(await listen(stopped, 100)).toEqual([]);
      await lab.waitFor(3, [1, 2, 3], { quorate: true });
    });
  });

  describe('dispatch', () => {
    test('CS_DISPATCH_ONE_NONBLOCKING returns one event at a time, then CS_ERR_TRY_AGAIN', () => {
      const votequorum = due();
      for (const kind of ['nodelist', 'quorum']) {
        expect(votequorum.dispatch(CS_DISPATCH_ONE_NONBLOCKING)).toMatchObject({ code: CS_OK, events: [{ kind }] });
      }
      expect(votequorum.dispatch(CS_DISPATCH_ONE_NONBLOCKING)).toEqual({ code: CS_ERR_TRY_AGAIN, events: [] });
    });

    test('CS_DISPATCH_ONE returns one event of those that are due, and as a promise waits for the next', async () => {
      const votequorum = due();
      for (const kind of ['nodelist', 'quorum']) {
        expect(votequorum.dispatch(CS_DISPATCH_ONE)).toMatchObject({ code: CS_OK, events: [{ kind }] });
      }
      const dispatched = votequorum.dispatchAsync(CS_DISPATCH_ONE);
      expect(await Promise.race([dispatched, sleep(300, 'waits')])).toBe('waits');
      await expectVotes(4);
      expect(await dispatched).toEqual({ code: CS_OK, events: [{ kind: 'expectedvotes', expectedVotes: 4 }] });
      await expectVotes(3);
    });

    test('CS_DISPATCH_BLOCKING hands on events as they come until endDispatch, which needs none', async () => {
      const votequorum = due();
      const seen: VotequorumEvent[] = [];
      const dispatched = votequorum.dispatchAsync(CS_DISPATCH_BLOCKING, (event) => seen.push(event));
      await expect.poll(() => kinds(seen), { timeout: 10_000 }).toEqual(['nodelist', 'quorum']);
      for (const expectedVotes of [4, 3]) {
        await expectVotes(expectedVotes);
        await expect.poll(() => seen.at(-1), { timeout: 10_000 }).toEqual({ kind: 'expectedvotes', expectedVotes });
      }
      expect(await Promise.race([dispatched, sleep(300, 'waits')])).toBe('waits');
      const ended = performance.now();
      votequorum.endDispatch();
      expect(await dispatched).toEqual({ code: CS_ERR_LIBRARY, events: [] });
      expect(performance.now() - ended).toBeLessThan(1_000);
    });

    test.each([0, 5, 99])('the mode %i is CS_ERR_INVALID_PARAM and leaves the connection as it was', async (mode) => {
      const votequorum = due();
      const refused = { code: CS_ERR_INVALID_PARAM, events: [] };
      expect(votequorum.dispatch(mode as DispatchMode)).toEqual(refused);
      expect(await votequorum.dispatchAsync(mode as DispatchMode)).toEqual(refused);
      expect(kinds(votequorum.dispatch(CS_DISPATCH_ALL).events)).toEqual(['nodelist', 'quorum']);
    });
  });

  test('a context is kept with the handle', () => {
    const votequorum = connect();
    votequorum.contextSet(2n ** 63n + 1n);
    expect(votequorum.contextGet()).toBe(2n ** 63n + 1n);
  });

  test('the library is told with its soname', () => {
    expect(Votequorum.load()).toEqual({ soname: 'libvotequorum.so.8', features: [] });
  });

  test('when corosync is killed every call is CS_ERR_LIBRARY, and close works', async () => {
    const votequorum = clients.open(3, () => Votequorum.connect());
    votequorum.trackstart(CS_TRACK_CHANGES);
    await lab.kill(3);
    expect(failure(() => votequorum.getinfo(0))).toBe('votequorum_getinfo: CS_ERR_LIBRARY');
    expect(failure(() => votequorum.trackstart(CS_TRACK_CHANGES))).toBe('votequorum_trackstart: CS_ERR_LIBRARY');
    expect(failure(() => votequorum.trackstop())).toBe('votequorum_trackstop: CS_ERR_LIBRARY');
    expect(votequorum.dispatch(CS_DISPATCH_ALL)).toMatchObject({ code: CS_ERR_LIBRARY });
    expect(votequorum.close()).toBe(CS_OK);
    expect(votequorum.dispatch(CS_DISPATCH_ALL)).toEqual({ code: CS_ERR_BAD_HANDLE, events: [] });
  });
});

// A qdevice that does not answer holds corosync in its sync phase until quorum.device.sync_timeout.
const device = `
  device {
    model: net
    votes: 1
    sync_timeout: 10000
    net {
      host: 10.10.0.1
      algorithm: ffsplit
      tls: off
    }
  }`;

describe('with a quorum device', () => {
  const { VOTEQUORUM_INFO_QDEVICE_REGISTERED, VOTEQUORUM_INFO_QDEVICE_ALIVE, VOTEQUORUM_INFO_QDEVICE_CAST_VOTE } =
    VotequorumFlag;
  let lab: Lab;
  let clients: Clients;
  beforeAll(async () => {
    lab = await Lab.up({ nodes: 2, quorumConf: device });
    clients = new Clients(lab);
  });
  afterAll(() => lab?.down());
  afterEach(() => clients.closeAll());

  // Corosync holds back what was connected when the sync phase began, but for votequorum; what connects in it, it answers.
  test('it is the node 0, of state 0; in the sync phase getinfo and new connections are answered, open ones are not', async () => {
    const stdio = 'ignore';
    lab.spawn(1, 'bash', ['-c', 'mkdir -p /etc/corosync/qnetd; exec corosync-qnetd -f -s off'], { stdio });
    await sleep(1000);
    const qdevice = lab.spawn(1, 'corosync-qdevice', ['-f'], { stdio });
    const votequorum = clients.open(1, () => Votequorum.connect());
    await expect.poll(() => votequorum.getinfo(1).totalVotes, { timeout: 15_000 }).toBe(3);
    const { flags, qdeviceVotes, qdeviceName } = votequorum.getinfo(1);
    expect({ qdeviceVotes, qdeviceName }).toEqual({ qdeviceVotes: 1, qdeviceName: 'Qdevice' });
    const all = VOTEQUORUM_INFO_QDEVICE_REGISTERED | VOTEQUORUM_INFO_QDEVICE_ALIVE | VOTEQUORUM_INFO_QDEVICE_CAST_VOTE;
    expect(flags & all).toBe(all);
    votequorum.trackstart(CS_TRACK_CHANGES);
    expect(votequorum.dispatch(CS_DISPATCH_ALL)).toMatchObject({
      events: [{ kind: 'nodelist', members: [1, 2] }, { nodes: expect.arrayContaining([{ nodeid: 0, state: 0 }]) }],
    });

    const child = ['--import', 'tsx', 'test/corosync/child.ts', 'ask'];
    const asking = lab.spawn(1, process.execPath, child, { stdio: ['ignore', 'pipe', 'inherit'] });
    let answers = 0;
    asking.stdout?.on('data', () => answers++);
    await expect.poll(() => answers, { timeout: 10_000 }).toBeGreaterThan(0);

    qdevice.kill('SIGSTOP');
    await lab.kill(2);
    expect(await gather(votequorum, some('nodelist'))).toMatchObject([{ kind: 'nodelist', members: [1] }]);
    const started = performance.now();
    for (let i = 0; i < 100; i++) expect(votequorum.getinfo(0)).toMatchObject({ nodeid: 1, nodeState: MEMBER });
    const took = performance.now() - started;
    expect(clients.open(1, () => Quorum.connect()).getquorate()).toBe(true);
    expect(clients.open(1, () => Cpg.connect()).localGet()).toBe(1);
    expect(clients.open(1, () => Cmap.connect()).get('totem.version')).toBe(2);
    expect(clients.open(1, () => Cfg.connect()).nodeStatusGet(1).nodeid).toBe(1);
    expect(performance.now() - started).toBeLessThan(1000);
    await sleep(200); // what was answered before is read by then
    const before = answers;
    expect(await listen(votequorum, 800)).toEqual([]);
    expect(answers).toBe(before);
    console.info(`sync: 100 calls of getinfo took ${took.toFixed(1)} ms`);
    qdevice.kill('SIGCONT');
    expect(await gather(votequorum, some('quorum'))).toMatchObject([{ kind: 'quorum' }]);
    expect(votequorum.getinfo(2)).toMatchObject({ nodeState: DEAD });
    await expect.poll(() => answers, { timeout: 10_000 }).toBeGreaterThan(before);
    clients.closeAll(); // Cpg asks when it closes
    asking.kill('SIGKILL');
  });
});
