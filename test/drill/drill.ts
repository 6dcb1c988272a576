// Injects real faults into real clusters and holds what arrives at Alertmanager's webhook against what is expected: see
// docs/alert-drill.md, which this writes. Run it as root, after test/cluster/setup: npm run drill [-- FAULT ...]
// DRILL_SCALE=N is the one switch for time: intervals, `for` and grouping take an N-th of what is shipped (scaled.ts).
// The default is 1, as shipped: then the whole drill takes about four hours, one of them the hour of health.
import { type Fault, faults } from './faults.ts';
import { keep } from './report.ts';
import { Site } from './site.ts';
import { attempt, type Result } from './trial.ts';
import { versions } from './versions.ts';

const scale = Number(process.env.DRILL_SCALE ?? 1);
const names = process.argv.slice(2);
const unknown = names.filter((name) => !faults.some((fault) => fault.name === name));
if (!(scale >= 1) || unknown.length > 0) {
  console.error(unknown.length > 0 ? `There is no fault ${unknown.join(', ')}` : 'DRILL_SCALE is a number from 1');
  console.error(`Faults: ${faults.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}

const tools = versions();
const chosen = faults.filter(({ name }) => names.length === 0 || names.includes(name));
let wrong = 0;
for (const name of new Set(chosen.map(({ site }) => site)))
  await drill(
    name,
    chosen.filter(({ site }) => site === name),
  );
console.log(wrong === 0 ? 'All as expected.' : `${wrong} of ${chosen.length} faults: not as expected.`);
process.exitCode = wrong === 0 ? 0 : 1;

/** Faults that share a cluster; one that left its cluster ill gets the next a new one. */
async function drill(name: Fault['site'], faults: readonly Fault[]): Promise<void> {
  let site: Site | undefined;
  try {
    for (const fault of faults) {
      site ??= await Site.up(name);
      const time = Math.min(scale, fault.mostScale ?? scale);
      const result = await outcome(site, fault, time);
      if (result.broken) {
        await site.down();
        site = undefined;
      }
      tell(fault, result);
      keep(fault, { alerts: result.alerts, problems: result.problems }, time, tools);
      wrong += result.problems.length > 0 ? 1 : 0;
    }
  } finally {
    await site?.down();
  }
}

async function outcome(site: Site, fault: Fault, scale: number): Promise<Result & { broken: boolean }> {
  try {
    return { ...(await attempt(site, fault, scale)), broken: false };
  } catch (error) {
    const [problem = ''] = String(error).split('\n');
    console.error(error);
    return { alerts: [], problems: [`the trial failed: ${problem}`], broken: true };
  }
}

function tell({ name }: Fault, { alerts, problems }: Result): void {
  const arrived = alerts.map(({ alert, after, resolved }) => `${alert} ${after} s (resolved ${resolved ?? '-'} s)`);
  console.log(`${problems.length === 0 ? 'ok  ' : 'DIFF'} ${name}: ${arrived.join(', ') || 'nothing'}`);
  for (const problem of problems) console.log(`     ${problem}`);
}
