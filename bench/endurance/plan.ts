import { setTimeout as sleep } from 'node:timers/promises';
import type { Run } from './run.ts';

/** Something that is done to the cluster, at a time in its cycle. */
export interface Step {
  /** Seconds from the start of the cycle. */
  readonly at: number;
  readonly what: string;
  act(run: Run): Promise<void>;
}

/** How long everything takes. */
export interface Plan {
  readonly cycles: number;
  /** Seconds of a cycle; corosync of node 1 is restarted in each. */
  readonly cycle: number;
  /** Scrapes a second. */
  readonly rate: number;
  /** Seconds between two looks at what the exporter holds. */
  readonly sampleEvery: number;
  /** Seconds of rest before and after. */
  readonly rest: number;
  /** Seconds that do not count for growth, and of which window the median counts. */
  readonly warmUp: number;
  readonly window: number;
  steps(cycle: number): readonly Step[];
}

/** A minute a cycle: a restart of corosync on node 1 and of another, and links that flap between. */
export function longPlan(minutes: number): Plan {
  return {
    cycles: minutes,
    cycle: 60,
    rate: 14,
    sampleEvery: minutes < 10 ? 5 : 30,
    rest: 10,
    warmUp: Math.min(600, 12 * minutes),
    window: Math.min(600, 12 * minutes),
    steps: (cycle) => [
      restart(3, 1, cycle % 10 === 9 ? 'SIGKILL' : 'SIGTERM'),
      restart(16, 2 + (cycle % 2), 'SIGTERM'),
      ...flap(28, 2, cycle % 2, 6),
      ...(cycle % 5 === 1 ? split(42, [[1, 2], [3]], 7) : []),
      ...(cycle % 5 === 3 ? split(42, [[1], [2, 3]], 7) : []),
      ...(cycle % 5 === 0 || cycle % 5 === 2 || cycle % 5 === 4 ? flap(43, 3, cycle % 2, 5) : []),
    ],
  };
}

/** Two restarts, one of them a kill, and one flap within 25 seconds. */
export const shortPlan: Plan = {
  cycles: 2,
  cycle: 10,
  rate: 15,
  sampleEvery: 2,
  rest: 1,
  warmUp: 0,
  window: 5,
  steps: (cycle) => (cycle === 0 ? [restart(0.5, 1, 'SIGTERM'), ...flap(4.5, 2, 1, 4)] : [restart(1, 1, 'SIGKILL')]),
};

function restart(at: number, node: number, signal: 'SIGTERM' | 'SIGKILL'): Step {
  return {
    at,
    what: `${signal === 'SIGKILL' ? 'kill' : 'restart'} of corosync on node ${node}`,
    act: (run) => run.restart(node, signal),
  };
}

function flap(at: number, node: number, link: number, seconds: number): Step[] {
  const what = `link ${link} of node ${node}`;
  return [
    { at, what: `${what} down`, act: (run) => run.lab.linkDown(node, link) },
    { at: at + seconds, what: `${what} up`, act: (run) => run.lab.linkUp(node, link) },
  ];
}

function split(at: number, groups: number[][], seconds: number): Step[] {
  return [
    {
      at,
      what: `partition ${groups.map((group) => group.join(',')).join(' / ')}`,
      act: (run) => run.lab.partition(groups),
    },
    { at: at + seconds, what: 'healed', act: (run) => run.lab.heal() },
  ];
}

/** Runs the plan to its end or until `stopped`; what goes wrong is kept, and the next step follows. */
export async function follow(plan: Plan, run: Run, eachCycle: (cycle: number) => void): Promise<void> {
  const begin = performance.now();
  for (let cycle = 0; cycle < plan.cycles && !run.stopped; cycle += 1) {
    const until = (seconds: number) => run.pause(begin + 1000 * (cycle * plan.cycle + seconds) - performance.now());
    for (const step of plan.steps(cycle).toSorted((a, b) => a.at - b.at)) {
      await until(step.at);
      if (run.stopped) break;
      await Promise.race([step.act(run), sleep(40_000, 'late', { ref: false })]).then(
        (outcome) => outcome === 'late' && run.problem(`${step.what}: not done within 40 s`),
        (error: unknown) => run.problem(`${step.what}: ${String(error).split('\n')[0]}`),
      );
      run.done(step.what);
    }
    await until(plan.cycle);
    eachCycle(cycle);
  }
}
