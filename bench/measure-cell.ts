import { setTimeout as sleep } from 'node:timers/promises';
import { Lab } from '../test/cluster/lab.ts';
import { Account } from './accounts.ts';
import { type Contestant, nobody, nodeid, startFloor, startOurs, startTheirs, startTools } from './contestants.ts';
import { type Memory, readMemory } from './memory.ts';
import type { Cell, Options } from './options.ts';
import type { Programs } from './programs.ts';
import { type Measured, takeTurns } from './rounds.ts';
import { type Anatomy, takeApart } from './take-apart.ts';

/** What came of one cluster. */
export interface CellResult {
  readonly cell: Cell;
  readonly ours: Measured & Exporter;
  readonly theirs: Measured & Exporter;
  readonly tools: Measured;
  readonly floor: Measured;
  readonly anatomy: Anatomy;
  /** While nobody scraped; undefined where that was not measured. */
  readonly idle: Idle | undefined;
}

interface Exporter {
  readonly series: number;
  /** In equal distances, from after the warm-up to the end. */
  readonly memory: readonly Memory[];
}

/** Parts of a core that are used while nobody scrapes. */
export interface Idle {
  readonly seconds: number;
  readonly ours: number;
  readonly theirs: number;
  readonly corosync: number;
}

const memorySamples = 20;
const idleWarmUp = 30;
/** Seconds: V8 collects what is left of the last scrapes, once. */
const settling = 45;

/** Measures on one cluster; `idleSeconds` 0: not what is not scraped. */
export async function measureCell(
  cell: Cell,
  { rounds, profiles }: Options,
  programs: Programs,
  idleSeconds: number,
): Promise<CellResult> {
  const lab = await Lab.up({ ...cell, name: 'bench' });
  const accounts: Account[] = [];
  const open = (name: string, pid: number | undefined) => {
    if (pid === undefined) return undefined;
    const account = Account.open(name);
    accounts.push(account);
    account.add(pid);
    return account;
  };
  try {
    lab.enter(nodeid);
    const corosync = open('corosync', lab.node(nodeid).pid);
    if (corosync === undefined) throw new Error('corosync does not run');
    const ours = await startOurs(lab);
    const theirs = await startTheirs(lab);
    const accountOf = { ours: open('ours', ours.pid), theirs: open('theirs', theirs.pid) };
    const idle =
      idleSeconds === 0 || accountOf.ours === undefined || accountOf.theirs === undefined
        ? undefined
        : await watchIdle(idleSeconds, [ours, theirs], [accountOf.ours, accountOf.theirs, corosync]);
    const tools = await startTools(lab, programs);
    const floor = await startFloor(lab, programs, ours.pid);
    await floor.load();
    const entries = [
      { contestant: ours, account: accountOf.ours },
      { contestant: theirs, account: accountOf.theirs },
      { contestant: tools, account: open('tools', tools.pid) },
      { contestant: floor, account: open('floor', floor.pid) },
      { contestant: nobody, account: undefined },
    ];
    const memory = { ours: [] as Memory[], theirs: [] as Memory[] };
    const measured = await takeTurns(entries, corosync, rounds, (round) => {
      if (round < 0 || round % Math.ceil(rounds / memorySamples) !== 0) return;
      memory.ours.push(readMemory(ours.pid));
      memory.theirs.push(readMemory(theirs.pid));
    });
    for (const { contestant } of entries) await contestant.end();
    const of = (contestant: Contestant) => measured.find(({ name }) => name === contestant.name) as Measured;
    const anatomy = await takeApart(lab, programs, cell, rounds, profiles);
    return {
      cell,
      ours: { ...of(ours), series: ours.series, memory: memory.ours },
      theirs: { ...of(theirs), series: theirs.series, memory: memory.theirs },
      tools: of(tools),
      floor: of(floor),
      anatomy,
      idle,
    };
  } finally {
    lab.leave();
    await lab.down();
    for (const account of accounts) account.close();
  }
}

async function watchIdle(
  seconds: number,
  exporters: readonly Contestant[],
  accounts: readonly [Account, Account, Account],
): Promise<Idle> {
  for (let turn = 0; turn < idleWarmUp; turn += 1) for (const exporter of exporters) await exporter.take();
  await sleep(1000 * settling);
  const begin = performance.now();
  const before = accounts.map((account) => account.seconds);
  await sleep(1000 * seconds);
  const elapsed = (performance.now() - begin) / 1000;
  const [ours = 0, theirs = 0, corosync = 0] = accounts.map(
    (account, index) => (account.seconds - (before[index] ?? 0)) / elapsed,
  );
  return { seconds, ours, theirs, corosync };
}
