import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Cmap, Cpg, CsError, DispatchMode, Quorum, TrackFlags, Votequorum } from '../../src/corosync/index.ts';
import { type Client, Clients, failure } from '../corosync/clients.ts';
import { Lab } from './lab.ts';

const { CS_OK, CS_ERR_LIBRARY, CS_ERR_BAD_HANDLE } = CsError;
const { CS_DISPATCH_ALL, CS_DISPATCH_BLOCKING } = DispatchMode;
const nobody = { uid: 65534, gid: 65534 };
const child = ['--import', 'tsx', 'test/corosync/child.ts'];

/** How each service is opened, the call that opens it, and a round trip on it. */
const subjects = [
  ['quorum', () => Quorum.connect(), 'quorum_model_initialize', (quorum: Quorum) => quorum.getquorate()],
  ['cpg', () => Cpg.connect(), 'cpg_model_initialize', (cpg: Cpg) => cpg.localGet()],
  ['cmap', () => Cmap.connect(), 'cmap_initialize_map', (cmap: Cmap) => cmap.get('totem.version')],
  [
    'votequorum',
    () => Votequorum.connect(),
    'votequorum_initialize',
    (votequorum: Votequorum) => votequorum.getinfo(0),
  ],
] as [string, () => Client, string, (client: unknown) => unknown][];

const roundTrips = {
  quorum: 'quorum_getquorate',
  cpg: 'cpg_local_get',
  cmap: 'cmap_get',
  votequorum: 'votequorum_getinfo',
} as Record<string, string>;

describe('on a node of its own', () => {
  let lab: Lab;
  let clients: Clients;
  beforeAll(async () => {
    lab = await Lab.up({ nodes: 1 });
    clients = new Clients(lab);
  });
  afterAll(() => lab?.down());
  afterEach(() => clients.closeAll());

  test.each(subjects)(
    '%s: after close every call is CS_ERR_BAD_HANDLE, and close is CS_OK again',
    (name, connect, _, ask) => {
      const client = clients.open(1, connect);
      expect(failure(() => ask(client))).toBe('CS_OK');
      expect(client.close()).toBe(CS_OK);
      expect(client.close()).toBe(CS_OK);
      expect(failure(() => ask(client))).toBe(`${roundTrips[name]}: CS_ERR_BAD_HANDLE`);
      expect(failure(() => client.fdGet())).toBe(`${name}_fd_get: CS_ERR_BAD_HANDLE`);
      expect(client.dispatch(CS_DISPATCH_ALL)).toEqual({ code: CS_ERR_BAD_HANDLE, events: [] });
    },
  );

  test('an unprivileged user is refused by every service, and let in once granted', async () => {
    const asNobody = async () => {
      const { stdout, stderr } = await lab.exec(1, process.execPath, [...child, 'connect', '1'], nobody);
      return JSON.parse(stdout || JSON.stringify(stderr)).codes;
    };
    const all = (code: string) => Object.fromEntries(subjects.map(([name]) => [name, code]));
    expect(await asNobody()).toEqual(all('CS_ERR_ACCESS'));
    await lab.exec(1, 'corosync-cmapctl', ['-s', 'uidgid.uid.65534', 'u8', '1']);
    expect(await asNobody()).toEqual(all('CS_OK'));
  });

  test('a killed corosync is CS_ERR_LIBRARY on open connections and on new ones, until it is back', async () => {
    const before = subjects.map(([, connect]) => clients.open(1, connect));
    await lab.kill(1);
    for (const [i, [name, connect, initialize, ask]] of subjects.entries()) {
      const client = before[i] as Client;
      expect(failure(() => ask(client))).toBe(`${roundTrips[name]}: CS_ERR_LIBRARY`);
      expect(client.dispatch(CS_DISPATCH_ALL)).toEqual({ code: CS_ERR_LIBRARY, events: [] });
      expect(failure(() => clients.open(1, connect))).toBe(`${initialize}: CS_ERR_LIBRARY`);
    }
    clients.closeAll();
    await lab.start(1);
    await lab.waitFor(1, [1], { quorate: true });
    for (const [, connect, , ask] of subjects) expect(failure(() => ask(clients.open(1, connect)))).toBe('CS_OK');
  });

  test.each(['quorum', 'cpg'] as const)(
    '%s: CS_DISPATCH_BLOCKING on this thread returns when corosync is gone',
    async (name) => {
      const client = clients.open<Quorum | Cpg>(1, () => (name === 'quorum' ? Quorum.connect() : Cpg.connect()));
      if (client instanceof Quorum) client.trackstart(TrackFlags.CS_TRACK_CHANGES);
      else client.join('blocking');
      const killer = lab.spawn(1, 'sh', ['-c', `sleep 0.5; kill -9 ${lab.node(1).pid}`]);
      const exited = new Promise((resolve) => killer.on('exit', resolve));
      const { code, events } = client.dispatch(CS_DISPATCH_BLOCKING);
      const first = name === 'quorum' ? ['nodelist', 'quorum'] : ['confchg'];
      expect({ code, kinds: events.map(({ kind }) => kind).slice(0, first.length) }).toEqual({
        code: CS_ERR_LIBRARY,
        kinds: first,
      });
      await exited;
      await lab.start(1);
      await lab.waitFor(1, [1], { quorate: true });
    },
  );
});

describe('without a quorum provider', () => {
  let lab: Lab;
  let clients: Clients;
  beforeAll(async () => {
    lab = await Lab.up({ nodes: 2, votequorum: false });
    clients = new Clients(lab);
  });
  afterAll(() => lab?.down());
  afterEach(() => clients.closeAll());

  test('there is no votequorum to connect to', () => {
    expect(failure(() => clients.open(1, () => Votequorum.connect()))).toBe('votequorum_initialize: CS_ERR_LIBRARY');
  });

  test('quorum says that nobody provides it, is quorate, and tells the members in the nodelist only', () => {
    const quorum = clients.open(1, () => Quorum.connect());
    expect(quorum.provider).toBe(false);
    expect(quorum.getquorate()).toBe(true);
    quorum.trackstart(TrackFlags.CS_TRACK_CHANGES);
    expect(quorum.dispatch(CS_DISPATCH_ALL)).toMatchObject({
      code: CS_OK,
      events: [
        { kind: 'nodelist', members: [1, 2], joined: [], left: [] },
        { kind: 'quorum', quorate: true, members: [], ringId: { nodeid: 0, seq: 0n } },
      ],
    });
  });
});
