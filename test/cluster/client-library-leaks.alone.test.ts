import { readdirSync, readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import koffi from 'koffi';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lazily, openLibrary } from '../../src/corosync/ffi.ts';
import { type Cfg, CorosyncError, CsError, DispatchMode, TrackFlags } from '../../src/corosync/index.ts';
import { Clients } from '../corosync/clients.ts';
import { everyService } from '../corosync/services.ts';
import { Lab } from './lab.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

let lab: Lab;
beforeAll(async () => {
  lab = await Lab.up({ nodes: 1 });
  new Clients(lab);
  lab.enter(1);
  for (const { connect } of Object.values(everyService)) connect().close(); // what is made once is made now
});
afterAll(() => lab?.down());

/** What this process holds of koffi's slots, descriptors and shared memory. */
function held() {
  const mine = (text: string) => new RegExp(`qb-\\d+-${process.pid}-`).test(text);
  return {
    callbacks: koffi.stats().callbacks,
    descriptors: readdirSync('/proc/self/fd').length,
    memory: readdirSync('/dev/shm').filter(mine).length,
    mapped: readFileSync('/proc/self/maps', 'utf8').split('\n').filter(mine).length,
  };
}

/** The bytes that C has allocated and not freed: mallinfo(3). */
function allocated(): number {
  const { uordblks, hblkhd } = mallinfo()();
  return uordblks + hblkhd;
}

const mallinfo = lazily(() => {
  const counters = ['arena', 'ordblks', 'smblks', 'hblks', 'hblkhd', 'usmblks', 'fsmblks', 'uordblks', 'fordblks'];
  const info = koffi.struct(Object.fromEntries([...counters, 'keepcost'].map((name) => [name, 'size_t'])));
  return openLibrary(null).func('mallinfo2', info, []) as () => Record<'uordblks' | 'hblkhd', number>;
});

/**
 * By how many KiB the memory in use grows with 10,000 calls, in the best of three rounds: what is forgotten shows in every
 * round, what V8 does meanwhile only in some.
 */
async function growth(call: () => unknown): Promise<{ allocated: number; resident: number }> {
  const after = async () => {
    for (let i = 0; i < 10_000; i++) call();
    collectGarbage();
    await new Promise(setImmediate); // finalizers run when the loop turns
    collectGarbage();
    return { allocated: allocated(), resident: process.memoryUsage.rss() };
  };
  let before = await after(); // what is made once is made now
  const rounds: { allocated: number; resident: number }[] = [];
  for (let round = 0; round < 3; round++) {
    const now = await after();
    rounds.push({ allocated: now.allocated - before.allocated, resident: now.resident - before.resident });
    before = now;
  }
  const least = (what: 'allocated' | 'resident') => Math.min(...rounds.map((grown) => grown[what])) >> 10;
  return { allocated: least('allocated'), resident: least('resident') };
}

/** The same once corosync has removed its half of the connections that are closed. */
async function settled() {
  await expect.poll(held, { timeout: 5000 }).toMatchObject({ memory: 0, mapped: 0 });
  return held();
}

test('an open connection is seen by the measure', async () => {
  const before = await settled();
  const quorum = everyService.quorum.connect();
  const during = held();
  expect(during.callbacks).toBe(before.callbacks + 2);
  expect(during.descriptors).toBeGreaterThan(before.descriptors);
  expect(during.memory).toBe(1);
  expect(during.mapped).toBeGreaterThan(0);
  quorum.close();
  expect(await settled()).toEqual(before);
});

describe('nothing is kept', () => {
  test.each([
    ['quorum', 1000],
    ['cpg', 1000],
    ['cmap', 1000],
    ['cmap_stats', 1000],
    ['votequorum', 1000],
    ['cfg', 1000],
  ] as const)('%s: after %i connections', async (name, times) => {
    const before = await settled();
    for (let i = 0; i < times; i++) expect(everyService[name].connect().close()).toBe(CsError.CS_OK);
    expect(await settled()).toEqual(before);
  });

  test('after connections that tracked, joined, and left events undispatched', async () => {
    const before = await settled();
    for (let i = 0; i < 100; i++) {
      const { quorum, votequorum, cpg, cmap, stats, cfg } = {
        quorum: everyService.quorum.connect(),
        votequorum: everyService.votequorum.connect(),
        cpg: everyService.cpg.connect(),
        cmap: everyService.cmap.connect(),
        stats: everyService.cmap_stats.connect(),
        cfg: everyService.cfg.connect(),
      };
      quorum.trackstart(TrackFlags.CS_TRACK_CHANGES);
      votequorum.trackstart(TrackFlags.CS_TRACK_CHANGES);
      cpg.join(`group ${i}`);
      cpg.mcastJoined(Buffer.from('unread'));
      cmap.track('totem.');
      stats.track('stats.ipcs.');
      expect(stats.get('stats.srp.operational_entered')).toEqual(expect.any(BigInt));
      expect(cfg.nodeStatusGet(1).nodeid).toBe(1);
      for (const client of [quorum, votequorum, cpg, cmap, stats, cfg]) client.close();
    }
    expect(await settled()).toEqual(before);
  });

  test.each(['quorum', 'cpg', 'votequorum'] as const)('%s: after waiting dispatches that close ended', async (name) => {
    const first = everyService[name].connect();
    await first.dispatchAsync(DispatchMode.CS_DISPATCH_ALL); // starts the pool's threads
    first.close();
    const before = await settled();
    for (let i = 0; i < 50; i++) {
      const client = everyService[name].connect();
      const dispatched = client.dispatchAsync(i % 2 ? DispatchMode.CS_DISPATCH_BLOCKING : DispatchMode.CS_DISPATCH_ONE);
      if (i % 5) await new Promise(setImmediate); // else close comes before the thread has begun
      client.close();
      expect([CsError.CS_ERR_LIBRARY, CsError.CS_ERR_BAD_HANDLE]).toContain((await dispatched).code);
    }
    expect(await settled()).toEqual(before);
  });

  test.each([
    ['ringStatusGet', (cfg: Cfg) => cfg.ringStatusGet()],
    ['getNodeAddrs', (cfg: Cfg) => cfg.getNodeAddrs(1)],
    ['nodeStatusGet', (cfg: Cfg) => cfg.nodeStatusGet(1)],
  ] as const)('after 10,000 calls of %s', async (name, call) => {
    const cfg = everyService.cfg.connect();
    const least = await growth(() => call(cfg));
    cfg.close();
    console.info(`10,000 calls of ${name}: ${least.allocated} KiB allocated, ${least.resident} KiB resident more`);
    expect(least.allocated).toBeLessThan(100); // one forgotten string a call would be 312
    expect(least.resident).toBeLessThan(1024);
  });

  test('after 10,000 messages that were delivered', async () => {
    const cpg = everyService.cpg.connect();
    cpg.join('leaks');
    cpg.dispatch(DispatchMode.CS_DISPATCH_ALL);
    const message = Buffer.alloc(64);
    const least = await growth(() => {
      cpg.mcastJoined(message);
      for (let delivered = 0; delivered === 0; ) {
        cpg.waitReadable(1_000);
        delivered = cpg.dispatch(DispatchMode.CS_DISPATCH_ALL).events.length;
      }
    });
    cpg.leave('leaks');
    cpg.close();
    console.info(`10,000 deliveries: ${least.allocated} KiB allocated, ${least.resident} KiB resident more`);
    expect(least.allocated).toBeLessThan(50); // a type that koffi keeps for each would be 176
  });

  test('after 1,000 refused connections of an unprivileged user', async () => {
    const script = ['--import', 'tsx', 'test/corosync/child.ts', 'connect', '170', 'every'];
    const { stdout } = await lab.exec(1, process.execPath, script, { uid: 65534, gid: 65534, timeoutMs: 60_000 });
    const { codes, before, after } = JSON.parse(stdout);
    expect(codes).toEqual(Object.fromEntries(Object.keys(everyService).map((name) => [name, 'CS_ERR_ACCESS'])));
    expect(after).toEqual(before);
  });

  test('after connections that corosync ended, and 1,000 failed ones', async () => {
    const before = await settled();
    const open = Object.values(everyService).map(({ connect }) => connect());
    await lab.kill(1);
    for (let i = 0; i < 170; i++) {
      for (const { connect } of Object.values(everyService)) expect(connect).toThrow(CorosyncError);
    }
    for (const client of open) client.close();
    // the files of the connections that were open stay: libqb leaves them when its server is killed
    expect(held()).toEqual({ ...before, memory: open.length });
  });
});
