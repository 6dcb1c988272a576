import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Cpg, type CpgEvent, CpgIterationType, type CpgOptions, CpgReason } from '../../src/corosync/index.ts';
import { Clients, failure, gather, listen } from '../corosync/clients.ts';
import { Lab } from './lab.ts';

const { CPG_REASON_UNDEFINED, CPG_REASON_JOIN, CPG_REASON_LEAVE, CPG_REASON_NODEDOWN, CPG_REASON_NODEUP } = CpgReason;
const { CPG_REASON_PROCDOWN } = CpgReason;
const { CPG_ITERATION_NAME_ONLY, CPG_ITERATION_ONE_GROUP, CPG_ITERATION_ALL } = CpgIterationType;
const { pid } = process;

let lab: Lab;
let clients: Clients;
beforeAll(async () => {
  lab = await Lab.up({ nodes: 3 });
  clients = new Clients(lab);
});
afterAll(() => lab?.down());
afterEach(() => clients.closeAll());

const connect = (nodeid: number, options?: CpgOptions) => clients.open(nodeid, () => Cpg.connect(options));
const member = (nodeid: number) => ({ nodeid, pid, reason: CPG_REASON_UNDEFINED });
const confchgs = (events: readonly CpgEvent[]) => events.filter((event) => event.kind === 'confchg');
const some = (kind: CpgEvent['kind']) => (events: readonly CpgEvent[]) => events.some((event) => event.kind === kind);

async function joined(nodeid: number, group: string, options?: CpgOptions): Promise<Cpg> {
  const cpg = connect(nodeid, options);
  cpg.join(group);
  await gather(cpg, some('confchg'));
  return cpg;
}

describe('confchg', () => {
  test('has the reason JOIN for a join and LEAVE for a leave', async () => {
    const watcher = await joined(1, 'reasons');
    const other = await joined(2, 'reasons');
    expect(confchgs(await gather(watcher, some('confchg')))).toEqual([
      {
        kind: 'confchg',
        group: 'reasons',
        members: [member(1), member(2)],
        joined: [{ nodeid: 2, pid, reason: CPG_REASON_JOIN }],
        left: [],
      },
    ]);
    other.leave('reasons');
    expect(confchgs(await gather(watcher, some('confchg')))).toMatchObject([
      { members: [member(1)], joined: [], left: [{ nodeid: 2, pid, reason: CPG_REASON_LEAVE }] },
    ]);
  });

  test('has the reason PROCDOWN for a process that was killed, and for a connection that was closed', async () => {
    const watcher = await joined(1, 'killed');
    const child = lab.spawn(2, process.execPath, ['--import', 'tsx', 'test/corosync/child.ts', 'join', 'killed']);
    const [came] = confchgs(await gather(watcher, some('confchg')));
    expect(came?.joined).toEqual([{ nodeid: 2, pid: child.pid, reason: CPG_REASON_JOIN }]);
    child.kill('SIGKILL');
    const [went] = confchgs(await gather(watcher, some('confchg')));
    expect(went).toMatchObject({ joined: [], left: [{ nodeid: 2, pid: child.pid, reason: CPG_REASON_PROCDOWN }] });
    const closing = await joined(2, 'killed');
    await gather(watcher, some('confchg'));
    closing.close();
    expect(confchgs(await gather(watcher, some('confchg')))).toMatchObject([
      { left: [{ nodeid: 2, reason: CPG_REASON_PROCDOWN }] },
    ]);
  });

  test('has the reason NODEDOWN in a partition and NODEUP after it, each before its totem_confchg', async () => {
    const watcher = await joined(1, 'parted');
    const old = await joined(1, 'parted-old', { model: 0 });
    const outside = connect(1);
    await joined(2, 'parted');
    await gather(watcher, some('confchg'));
    await lab.partition([[1, 3], [2]]);
    const parted = await gather(watcher, some('totem_confchg'));
    expect(parted.map(({ kind }) => kind)).toEqual(['confchg', 'totem_confchg']);
    expect(parted).toMatchObject([
      { members: [member(1)], joined: [], left: [{ nodeid: 2, pid, reason: CPG_REASON_NODEDOWN }] },
      { members: [1, 3], ringId: { nodeid: 1, seq: expect.any(BigInt) } },
    ]);
    await lab.heal();
    const healed = await gather(watcher, (events) => some('totem_confchg')(events) && some('confchg')(events));
    expect(confchgs(healed)).toMatchObject([
      { members: [member(1), member(2)], joined: [{ nodeid: 2, pid, reason: CPG_REASON_NODEUP }], left: [] },
    ]);
    expect(healed.filter(({ kind }) => kind === 'totem_confchg').at(-1)).toMatchObject({ members: [1, 2, 3] });
    const totem = await listen(outside, 200);
    expect(new Set(totem.map(({ kind }) => kind))).toEqual(new Set(['totem_confchg'])); // though it joined nothing
    expect(await listen(old, 0)).toEqual([]); // model 0 knows no totem_confchg, and its group did not change
  });
});

describe('totem_confchg', () => {
  test('comes after the first join where it was asked for', async () => {
    const cpg = connect(1, { initialTotemConf: true });
    expect(await listen(cpg, 100)).toEqual([]);
    cpg.join('initial');
    const events = await gather(cpg, (events) => some('confchg')(events) && some('totem_confchg')(events));
    expect(events.find(({ kind }) => kind === 'totem_confchg')).toEqual({
      kind: 'totem_confchg',
      ringId: { nodeid: 1, seq: expect.any(BigInt) },
      members: [1, 2, 3],
    });
  });
});

describe('messages', () => {
  test.each([0, 1] as const)('a message goes to every member, its sender too, in model %i', async (model) => {
    const [one, two] = [await joined(1, 'chat', { model }), await joined(2, 'chat', { model })];
    const message = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    two.mcastJoined(message);
    for (const each of [one, two]) {
      const events = await gather(each, some('deliver'));
      expect(events.at(-1)).toStrictEqual({ kind: 'deliver', group: 'chat', nodeid: 2, pid, message });
    }
  });

  test.each([0, 1, 100_000, 2_500_000])('a message of %i bytes arrives whole', async (size) => {
    const cpg = await joined(1, 'sizes');
    cpg.mcastJoined(Buffer.alloc(size, 'x'));
    const [event] = await gather(cpg, some('deliver'));
    expect(event?.kind === 'deliver' && Buffer.from(event.message).equals(Buffer.alloc(size, 'x'))).toBe(true);
  });
});

describe('groups', () => {
  test('a second join of this process on the node is CS_ERR_EXIST, whatever the connection', async () => {
    const cpg = await joined(1, 'once');
    expect(failure(() => cpg.join('once'))).toBe('cpg_join: CS_ERR_EXIST');
    expect(failure(() => cpg.join('another'))).toBe('cpg_join: CS_ERR_EXIST');
    expect(failure(() => connect(1).join('once'))).toBe('cpg_join: CS_ERR_EXIST');
    expect(failure(() => connect(1).leave('once'))).toBe('cpg_leave: CS_ERR_NOT_EXIST');
  });

  test.each([
    ["Pacemaker's, with a NUL that counts", 'crmd\0'],
    ['of all 128 bytes', String.fromCharCode(...Array.from({ length: 128 }, (_, byte) => 255 - byte))],
  ])('a name goes to corosync and comes back unchanged: %s', async (_, group) => {
    const cpg = connect(1);
    cpg.join(group);
    expect(await gather(cpg, some('confchg'))).toMatchObject([{ group }]);
    expect(cpg.membershipGet(group)).toEqual([member(1)]);
    expect(cpg.iterate(CPG_ITERATION_NAME_ONLY)).toContainEqual({ group, nodeid: 0, pid: 0 });
    expect(cpg.iterate(CPG_ITERATION_ONE_GROUP, group)).toEqual([{ group, nodeid: 1, pid }]);
  });

  test('are gone through by name, one by one and all, by who joined none', async () => {
    for (const nodeid of [1, 2]) await joined(nodeid, 'a');
    await joined(3, 'b');
    const watcher = connect(1);
    const all = [['a', 1], ['a', 2], ['b', 3]].map(([group, nodeid]) => ({ group, nodeid, pid })); // biome-ignore format: a table
    const sorted = () => watcher.iterate(CPG_ITERATION_ALL).sort((a, b) => a.nodeid - b.nodeid);
    await expect.poll(sorted, { timeout: 10_000 }).toEqual(all);
    expect(
      watcher
        .iterate(CPG_ITERATION_NAME_ONLY)
        .map(({ group }) => group)
        .sort(),
    ).toEqual(['a', 'b']);
    expect(watcher.iterate(CPG_ITERATION_ONE_GROUP, 'b')).toEqual([{ group: 'b', nodeid: 3, pid }]);
    expect(watcher.iterate(CPG_ITERATION_ONE_GROUP, 'nobody')).toEqual([]);
    expect(watcher.membershipGet('a')).toEqual([member(1), member(2)]);
    expect(watcher.membershipGet('nobody')).toEqual([]);
  });

  test('an iteration of one group without its name is CS_ERR_INVALID_PARAM', () => {
    expect(failure(() => connect(1).iterate(CPG_ITERATION_ONE_GROUP))).toBe(
      'cpg_iteration_initialize: CS_ERR_INVALID_PARAM',
    );
  });
});

test('the nodeid is that of the node connected to, and a message may have a megabyte', () => {
  expect([1, 2, 3].map((nodeid) => connect(nodeid).localGet())).toEqual([1, 2, 3]);
  expect(connect(1).maxAtomicMsgsizeGet()).toBeGreaterThan(60_000);
});

test('a context is kept with the handle', () => {
  const cpg = connect(1);
  cpg.contextSet(2n ** 63n + 1n);
  expect(cpg.contextGet()).toBe(2n ** 63n + 1n);
});
