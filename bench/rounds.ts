import { setTimeout as sleep } from 'node:timers/promises';
import type { Account } from './accounts.ts';
import type { Contestant } from './contestants.ts';

/** After an answer, so that what is put off is counted too, in milliseconds. */
const SETTLE = 20;
/** Turns that are not counted, for the compilers and caches. */
const WARM_UP = 30;

/** What was measured of a contestant, turn by turn; seconds. */
export interface Measured {
  readonly name: string;
  readonly wall: number[];
  /** Its own processes, those that it started included. */
  readonly cpu: number[];
  /** corosync's on this node, without what it costs anyway. */
  readonly corosyncCpu: number[];
  /** The first scrape after others have come and gone. */
  readonly wallAfterOthers: number[];
  readonly bytes: number;
}

/** A contestant and where its CPU time is counted. */
export interface Entry {
  readonly contestant: Contestant;
  readonly account: Account | undefined;
}

/**
 * Lets all of them take turns, forwards and backwards by turns, so that what slows the machine for a while slows all.
 * Each asks twice and the second time counts: the first finds what the one before has left behind in corosync.
 */
export async function takeTurns(
  entries: readonly Entry[],
  corosync: Account,
  rounds: number,
  onRound: (round: number) => void,
): Promise<Measured[]> {
  const windows = new Map(entries.map(({ contestant }) => [contestant, [] as number[]]));
  const measured = new Map(
    entries.map(({ contestant: { name } }) => [
      name,
      { name, wall: [], cpu: [], corosyncCpu: [], wallAfterOthers: [], bytes: 0 } as Measured & { bytes: number },
    ]),
  );
  for (let round = -WARM_UP; round < rounds; round += 1) {
    onRound(round);
    const order = round % 2 === 0 ? entries : [...entries].reverse();
    for (const { contestant, account } of order) {
      const first = await contestant.take();
      await sleep(SETTLE / 2);
      const before = [account?.seconds ?? 0, corosync.seconds, performance.now() / 1000] as const;
      const { seconds, bytes = 0 } = await contestant.take();
      await sleep(SETTLE);
      const after = [account?.seconds ?? 0, corosync.seconds, performance.now() / 1000] as const;
      const result = measured.get(contestant.name);
      if (round < 0 || result === undefined) continue;
      result.wall.push(seconds);
      result.wallAfterOthers.push(first.seconds);
      result.cpu.push(after[0] - before[0]);
      result.corosyncCpu.push(after[1] - before[1]);
      windows.get(contestant)?.push(after[2] - before[2]);
      result.bytes = bytes;
    }
  }
  const idle = entries.find(({ account }) => account === undefined);
  const anyway =
    idle === undefined ? 0 : rate(measured.get(idle.contestant.name)?.corosyncCpu, windows.get(idle.contestant));
  for (const { contestant } of entries) {
    const corosyncCpu = measured.get(contestant.name)?.corosyncCpu ?? [];
    windows.get(contestant)?.forEach((window, turn) => {
      corosyncCpu[turn] = (corosyncCpu[turn] ?? 0) - anyway * window;
    });
  }
  return [...measured.values()];
}

function rate(cpu: readonly number[] = [], windows: readonly number[] = []): number {
  return sum(cpu) / sum(windows);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
