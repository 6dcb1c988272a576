import { follow, type Plan } from './plan.ts';
import type { Recorded } from './result.ts';
import type { Run } from './run.ts';

/** Runs the plan, with what the exporter holds before and after it. */
export async function endure(run: Run, plan: Plan, eachCycle: (cycle: number) => void = () => {}): Promise<Recorded> {
  const rest = 1000 * plan.rest;
  await run.pause(rest);
  const begin = run.sample();
  await run.scrape(plan);
  await follow(plan, run, eachCycle);
  await run.settle(rest);
  await run.endScrapes();
  await run.settle(rest);
  const { lives, observed, told, logged, values, latencies, latenciesUp, scrapeProblems, samples } = run;
  const { steps, stopped, leftByKills, problems } = run;
  const recorded = { lives, observed, told, logged, values, latencies, latenciesUp, scrapeProblems, samples };
  return { ...recorded, steps, stopped, leftByKills, problems, begin, end: run.sample() };
}
