import { afterAll, beforeAll, expect, test } from 'vitest';
import { endure } from '../../bench/endurance/endure.ts';
import { shortPlan } from '../../bench/endurance/plan.ts';
import { evaluate } from '../../bench/endurance/result.ts';
import { Run } from '../../bench/endurance/run.ts';
import { verdicts } from '../../bench/endurance/verdicts.ts';

let run: Run;
beforeAll(async () => {
  run = await Run.up();
});
afterAll(() => run?.down());

test('two restarts and a flap under constant scrapes leave nothing behind, and no transition is missed', async () => {
  const result = evaluate(await endure(run, shortPlan), shortPlan);
  const all = verdicts(result);
  console.info(all.map(({ what, found }) => `${what}: ${found}`).join('\n'));
  expect(all.filter(({ good }) => !good)).toEqual([]);
  // there was something to be seen; how much of it before the exporter was connected again depends on the machine
  expect(result.memberships.memberships.expected + result.memberships.before).toBeGreaterThan(0);
  expect(result.links.lasting).toBeGreaterThan(0);
});
