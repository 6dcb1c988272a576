import { afterAll, beforeAll, expect, test } from 'vitest';
import { traces } from '../cluster/traces.ts';
import { faults } from './faults.ts';
import { Site } from './site.ts';
import { attempt } from './trial.ts';

// The short form of `npm run drill`.
const scale = 12;
const watch = 60;

let site: Site;
beforeAll(async () => {
  site = await Site.up('plain');
});
afterAll(() => site?.down());

test.each(['minority-partition', 'corosync-frozen'])('%s: what it is to alert arrives, and no more', async (name) => {
  const fault = faults.find((fault) => fault.name === name);
  if (fault === undefined) throw new Error(`There is no fault ${name}`);
  const { alerts, problems } = await attempt(site, { ...fault, watch }, scale);
  console.info(alerts.map(({ alert, after, resolved }) => `${alert}: ${after} s, resolved ${resolved} s`).join('\n'));
  expect(problems).toEqual([]);
});

test('what runs on the station ends with the lab', async () => {
  const { pid } = site.management.spawn('sleep', ['1000'], { stdio: 'ignore' });
  const left = () => traces({ id: site.lab.id, folder: site.lab.folder, pids: [pid ?? 0] });
  expect(left()).toContain(`process ${pid}`);
  await site.down();
  expect(left()).toEqual([]);
});
