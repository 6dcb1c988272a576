import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Cfg, Cmap, CmapMap, CsError, DispatchMode, type LinkStatus } from '../../src/corosync/index.ts';
import { Clients, failure } from '../corosync/clients.ts';
import { Lab } from './lab.ts';

const { CS_OK, CS_ERR_LIBRARY, CS_ERR_TRY_AGAIN, CS_ERR_BAD_HANDLE } = CsError;
const { CS_DISPATCH_ALL, CS_DISPATCH_ONE_NONBLOCKING } = DispatchMode;

const off: LinkStatus = {
  enabled: false,
  connected: false,
  dynconnected: false,
  mtu: 0,
  source: '',
  destination: '',
};
const link = (source: string, destination: string) => ({
  enabled: true,
  connected: true,
  dynconnected: false,
  mtu: expect.toSatisfy((mtu: number) => mtu > 1000 && mtu <= 65535),
  source,
  destination,
});
const eight = (links: readonly LinkStatus[]) => [...links, ...Array<LinkStatus>(8 - links.length).fill(off)];
/** At first knet takes an MTU of 522 for granted, and finds out the real one. */
const found = { timeout: 20_000 };
const plain = { reachable: true, remote: false, external: false };

/** A lab and a way to connect to cfg on its nodes. */
function labOf(options: Parameters<typeof Lab.up>[0]) {
  const it: { lab?: Lab; clients?: Clients } = {};
  beforeAll(async () => {
    it.lab = await Lab.up(options);
    it.clients = new Clients(it.lab);
  });
  afterEach(() => it.clients?.closeAll());
  afterAll(() => it.lab?.down());
  const open: Clients['open'] = (nodeid, connect) => (it.clients as Clients).open(nodeid, connect);
  return {
    lab: () => it.lab as Lab,
    open,
    connect: (nodeid = 1) => open(nodeid, () => Cfg.connect()),
  };
}

describe('with knet, three nodes and two links', () => {
  const { lab, open, connect } = labOf({ nodes: 3, links: 2 });

  test('the nodeid is that of the node connected to', () => {
    expect([1, 2, 3].map((nodeid) => connect(nodeid).localGet())).toEqual([1, 2, 3]);
  });

  test('the status of another node has each link with its two addresses', async () => {
    for (const [local, other] of [
      [1, 2],
      [3, 1],
    ] as const) {
      const cfg = connect(local);
      await expect
        .poll(() => cfg.nodeStatusGet(other), found)
        .toMatchObject({
          nodeid: other,
          ...plain,
          links: eight([
            link(`10.10.0.${local}`, `10.10.0.${other}`),
            link(`10.11.0.${local}`, `10.11.0.${other}`),
          ] as LinkStatus[]),
        });
    }
  });

  test('the status of the local node has a loopback link 0 alone, however many there are', () => {
    expect(connect(2).nodeStatusGet(2)).toMatchObject({
      nodeid: 2,
      ...plain,
      links: eight([
        { ...off, enabled: true, connected: true, mtu: 65535, source: '10.10.0.2', destination: '10.10.0.2' },
      ]),
    });
  });

  test.each([0, 9, 4294967295])(
    'the status of the node %i, which is not configured, is CS_ERR_FAILED_OPERATION',
    (node) => {
      const cfg = connect();
      expect(failure(() => cfg.nodeStatusGet(node))).toBe('corosync_cfg_node_status_get: CS_ERR_FAILED_OPERATION');
      expect(cfg.nodeStatusGet(2)).toMatchObject({ nodeid: 2, reachable: true });
    },
  );

  test('the rings are named by number and address, and have a digit a node', () => {
    expect(connect(1).ringStatusGet()).toEqual([
      { name: '0 10.10.0.1', status: 'n33' },
      { name: '1 10.11.0.1', status: 'n33' },
    ]);
    expect(
      connect(3)
        .ringStatusGet()
        .map(({ status }) => status),
    ).toEqual(['33n', '33n']);
  });

  test('the addresses of each node are known, by link, those of 0 are the local ones', () => {
    const cfg = connect();
    for (const nodeid of [1, 2, 3]) {
      expect(cfg.getNodeAddrs(nodeid)).toEqual([`10.10.0.${nodeid}`, `10.11.0.${nodeid}`]);
    }
    expect(cfg.getNodeAddrs(0)).toEqual(cfg.getNodeAddrs(1));
    expect(failure(() => cfg.getNodeAddrs(9))).toBe('corosync_cfg_get_node_addrs: CS_ERR_NOT_EXIST');
  });

  test('a link that is cut is seen within 10 s, on it alone, and so is its return', async () => {
    const cfg = connect();
    const connected = (nodeid: number) =>
      cfg
        .nodeStatusGet(nodeid)
        .links.map((each) => Number(each.connected))
        .join('');
    const until = async (wanted: string) => {
      const since = performance.now();
      await expect.poll(() => connected(2), { interval: 20, timeout: 10_000 }).toBe(wanted);
      return Math.round(performance.now() - since);
    };
    // knet gives a link that has just come up several times as long, less with each answer
    const stats = open(1, () => Cmap.connect(CmapMap.CMAP_MAP_STATS));
    const answers = () => stats.get('stats.knet.node2.link1.latency_samples');
    await expect.poll(answers, { timeout: 20_000 }).toBeGreaterThanOrEqual(15);
    await lab().linkDown(2, 1);
    const down = await until('10000000');
    expect(cfg.nodeStatusGet(2).reachable).toBe(true);
    const settled = { timeout: 10_000 };
    await expect.poll(() => cfg.nodeStatusGet(2).links[1], settled).toMatchObject({ enabled: true, connected: false });
    await expect.poll(() => connected(3), settled).toBe('11000000');
    await expect.poll(() => cfg.ringStatusGet(), settled).toMatchObject([{ status: 'n33' }, { status: 'n13' }]);
    await lab().linkUp(2, 1);
    const up = await until('11000000');
    console.info(`link cut: seen after ${down} ms, its return after ${up} ms`);
  });

  test('a node that is gone is not reachable, and its links stay enabled', async () => {
    const cfg = connect();
    await lab().kill(3);
    await expect.poll(() => cfg.nodeStatusGet(3).reachable, { timeout: 5000 }).toBe(false);
    const gone = { enabled: true, connected: false };
    expect(cfg.nodeStatusGet(3).links.slice(0, 2)).toMatchObject([gone, gone]);
    expect(cfg.getNodeAddrs(3)).toEqual(['10.10.0.3', '10.11.0.3']);
    await lab().start(3);
    await lab().waitFor(1, [1, 2, 3], { quorate: true });
  });

  test('libcfg keeps no context', () => {
    const cfg = connect();
    expect(failure(() => cfg.contextSet(1n))).toBe('context_set: CS_ERR_NOT_SUPPORTED');
    expect(failure(() => cfg.contextGet())).toBe('context_get: CS_ERR_NOT_SUPPORTED');
  });

  test('without tracking there is nothing to dispatch', () => {
    const cfg = connect();
    expect(cfg.dispatch(CS_DISPATCH_ALL)).toEqual({ code: CS_OK, events: [] });
    expect(cfg.dispatch(CS_DISPATCH_ONE_NONBLOCKING)).toEqual({ code: CS_ERR_TRY_AGAIN, events: [] });
    expect(cfg.waitReadable(0)).toBe(false);
  });

  test('the library is told with the features it has', () => {
    expect(Cfg.load()).toEqual({ soname: 'libcfg.so.7', features: ['node_status_v1'] });
  });

  test('an unprivileged user is refused', async () => {
    const child = ['--import', 'tsx', 'test/corosync/child.ts', 'connect', '1', 'every'];
    const { stdout } = await lab().exec(1, process.execPath, child, { uid: 65534, gid: 65534 });
    expect(JSON.parse(stdout).codes).toMatchObject({ cfg: 'CS_ERR_ACCESS', cmap_stats: 'CS_ERR_ACCESS' });
  });

  test('when corosync is killed every call is CS_ERR_LIBRARY, close works, and after it there is no handle', async () => {
    const cfg = connect(3);
    const calls = {
      corosync_cfg_local_get: () => cfg.localGet(),
      corosync_cfg_node_status_get: () => cfg.nodeStatusGet(1),
      corosync_cfg_ring_status_get: () => cfg.ringStatusGet(),
      corosync_cfg_get_node_addrs: () => cfg.getNodeAddrs(1),
    };
    const outcomes = () => Object.values(calls).map(failure);
    const all = (code: string) => Object.keys(calls).map((call) => `${call}: ${code}`);
    expect(outcomes()).toEqual(Object.keys(calls).map(() => 'CS_OK'));
    await lab().kill(3);
    expect(outcomes()).toEqual(all('CS_ERR_LIBRARY'));
    expect(cfg.dispatch(CS_DISPATCH_ALL)).toEqual({ code: CS_ERR_LIBRARY, events: [] });
    expect(cfg.close()).toBe(CS_OK);
    expect(cfg.close()).toBe(CS_OK);
    expect(outcomes()).toEqual(all('CS_ERR_BAD_HANDLE'));
    expect(cfg.dispatch(CS_DISPATCH_ALL)).toEqual({ code: CS_ERR_BAD_HANDLE, events: [] });
    expect(failure(() => connect(3))).toBe('corosync_cfg_initialize: CS_ERR_LIBRARY');
  });
});

describe('with knet on IPv6, and without a link 1', () => {
  const { lab, connect } = labOf({ nodes: 2, links: 2 });
  const six = (text: string) =>
    text
      .replace(/10\.(1\d)\.0\.(\d+)/g, 'fd00:$1::$2')
      .replaceAll('ring1_addr', 'ring2_addr')
      .replaceAll('linknumber: 1', 'linknumber: 2');

  beforeAll(async () => {
    for (const { nodeid, configFile } of lab().nodes) {
      await lab().stop(nodeid);
      for (const number of [0, 1]) {
        const address = `fd00:1${number}::${nodeid}/64`;
        const added = await lab().exec(nodeid, 'ip', ['addr', 'add', address, 'dev', `link${number}`, 'nodad']);
        expect(added).toMatchObject({ code: 0 });
      }
      writeFileSync(configFile, six(readFileSync(configFile, 'utf8')));
    }
    for (const { nodeid } of lab().nodes) await lab().start(nodeid);
    await lab().waitFor(1, [1, 2], { quorate: true });
  });

  test('addresses are IPv6, of the links that there are', () => {
    const cfg = connect();
    for (const nodeid of [1, 2]) expect(cfg.getNodeAddrs(nodeid)).toEqual([`fd00:10::${nodeid}`, `fd00:11::${nodeid}`]);
    expect(cfg.ringStatusGet()).toEqual([
      { name: '0 fd00:10::1', status: 'n3' },
      { name: '2 fd00:11::1', status: 'n3' },
    ]);
  });

  test('a link keeps its number, and has the scope 2 that corosync gives to every IPv6 address', async () => {
    const cfg = connect();
    const links = [link('fd00:10::1%2', 'fd00:10::2%2'), off, link('fd00:11::1%2', 'fd00:11::2%2')];
    await expect.poll(() => cfg.nodeStatusGet(2).links, found).toEqual(eight(links as LinkStatus[]));
  });
});

describe('with UDPU', () => {
  const { lab, connect } = labOf({ nodes: 2, extraConf: 'totem {\n  transport: udpu\n}' });

  test('the status of a node has link 0 alone, with the address of that node as its source', async () => {
    expect((await lab().exec(1, 'corosync-cmapctl', ['-g', 'totem.transport'])).stdout).toContain('= udpu');
    const cfg = connect();
    for (const nodeid of [1, 2]) {
      expect(cfg.nodeStatusGet(nodeid)).toMatchObject({
        nodeid,
        ...plain,
        links: eight([link(`10.10.0.${nodeid}`, '')] as LinkStatus[]),
      });
    }
    expect(cfg.getNodeAddrs(2)).toEqual(['10.10.0.2']);
    expect(cfg.ringStatusGet()).toEqual([{ name: '0 10.10.0.1', status: 'OK' }]);
  });

  test('a node that is not configured is no error, it is not reachable and has no link', () => {
    expect(connect().nodeStatusGet(9)).toMatchObject({ nodeid: 9, ...plain, reachable: false, links: eight([]) });
  });

  test('a node that is gone is not connected', async () => {
    const cfg = connect();
    await lab().kill(2);
    await expect
      .poll(() => cfg.nodeStatusGet(2), { timeout: 10_000 })
      .toMatchObject({
        reachable: false,
        links: eight([{ ...link('10.10.0.2', ''), connected: false } as LinkStatus]),
      });
  });
});
