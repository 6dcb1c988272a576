import { readdirSync, readFileSync } from 'node:fs';
import koffi from 'koffi';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CorosyncError, CsError, DispatchMode, TrackFlags } from '../../src/corosync/index.ts';
import { Clients } from '../corosync/clients.ts';
import { services } from '../corosync/services.ts';
import { Lab } from './lab.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await Lab.up({ nodes: 1 });
  new Clients(lab);
  lab.enter(1);
  for (const { connect } of Object.values(services)) connect().close(); // what is made once is made now
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

/** The same once corosync has removed its half of the connections that are closed. */
async function settled() {
  await expect.poll(held, { timeout: 5000 }).toMatchObject({ memory: 0, mapped: 0 });
  return held();
}

test('an open connection is seen by the measure', async () => {
  const before = await settled();
  const quorum = services.quorum.connect();
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
    ['cmap', 200],
    ['votequorum', 200],
  ] as const)('%s: after %i connections', async (name, times) => {
    const before = await settled();
    for (let i = 0; i < times; i++) expect(services[name].connect().close()).toBe(CsError.CS_OK);
    expect(await settled()).toEqual(before);
  });

  test('after connections that tracked, joined, and left events undispatched', async () => {
    const before = await settled();
    for (let i = 0; i < 100; i++) {
      const { quorum, cpg, cmap } = {
        quorum: services.quorum.connect(),
        cpg: services.cpg.connect(),
        cmap: services.cmap.connect(),
      };
      quorum.trackstart(TrackFlags.CS_TRACK_CHANGES);
      cpg.join(`group ${i}`);
      cpg.mcastJoined(Buffer.from('unread'));
      cmap.track('totem.');
      for (const client of [quorum, cpg, cmap]) client.close();
    }
    expect(await settled()).toEqual(before);
  });

  test.each(['quorum', 'cpg'] as const)('%s: after waiting dispatches that close ended', async (name) => {
    const first = services[name].connect();
    await first.dispatchAsync(DispatchMode.CS_DISPATCH_ALL); // starts the pool's threads
    first.close();
    const before = await settled();
    for (let i = 0; i < 50; i++) {
      const client = services[name].connect();
      const dispatched = client.dispatchAsync(i % 2 ? DispatchMode.CS_DISPATCH_BLOCKING : DispatchMode.CS_DISPATCH_ONE);
      if (i % 5) await new Promise(setImmediate); // else close comes before the thread has begun
      client.close();
      expect([CsError.CS_ERR_LIBRARY, CsError.CS_ERR_BAD_HANDLE]).toContain((await dispatched).code);
    }
    expect(await settled()).toEqual(before);
  });

  test('after 1,000 refused connections of an unprivileged user', async () => {
    const script = ['--import', 'tsx', 'test/corosync/child.ts', 'connect', '250'];
    const { stdout } = await lab.exec(1, process.execPath, script, { uid: 65534, gid: 65534, timeoutMs: 60_000 });
    const { codes, before, after } = JSON.parse(stdout);
    expect(codes).toMatchObject({ quorum: 'CS_ERR_ACCESS', cpg: 'CS_ERR_ACCESS' });
    expect(after).toEqual(before);
  });

  test('after connections that corosync ended, and 1,000 failed ones', async () => {
    const before = await settled();
    const open = Object.values(services).map(({ connect }) => connect());
    await lab.kill(1);
    for (let i = 0; i < 250; i++) {
      for (const { connect } of Object.values(services)) expect(connect).toThrow(CorosyncError);
    }
    for (const client of open) client.close();
    // the files of the connections that were open stay: libqb leaves them when its server is killed
    expect(held()).toEqual({ ...before, memory: open.length });
  });
});
