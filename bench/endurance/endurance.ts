// The exporter in a cluster that does not rest, for ENDURANCE_MINUTES minutes (default 125), 14 scrapes a second: see
// docs/endurance.md, which this writes. Run it as root, after test/cluster/setup: npm run endurance
// SIGINT or SIGTERM ends it early, with what there is by then; ENDURANCE_FOLDER is where the results go instead of docs.
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { endure } from './endure.ts';
import { longPlan } from './plan.ts';
import { report } from './report.ts';
import { evaluate } from './result.ts';
import { Run } from './run.ts';
import { verdicts } from './verdicts.ts';

const minutes = Number(process.env.ENDURANCE_MINUTES ?? 125);
if (!Number.isInteger(minutes) || minutes < 1) {
  console.error('ENDURANCE_MINUTES is a whole number from 1');
  process.exit(2);
}

const folder = process.env.ENDURANCE_FOLDER ?? fileURLToPath(new URL('../../docs', import.meta.url));
const run = await Run.up();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.removeAllListeners(signal); // the lab's own would remove it at once; it goes at exit in any case
  process.on(signal, () => run.stop());
}
try {
  const plan = longPlan(minutes);
  const recorded = await endure(run, plan, progress);
  const raw = join(tmpdir(), 'corosync-exporter-endurance.json');
  writeFileSync(raw, JSON.stringify({ recorded, plan })); // two hours are not lost on an error in what follows
  console.log(`All that was recorded: ${raw}`);
  const result = evaluate(recorded, plan);
  writeFileSync(join(folder, 'endurance.json'), `${JSON.stringify(result, null, 2)}\n`);
  writeFileSync(join(folder, 'endurance.md'), report(result));
  const all = verdicts(result);
  for (const { what, found, good } of all) console.log(`${good ? 'ok  ' : 'DIFF'} ${what}: ${found}`);
  process.exitCode = all.every(({ good }) => good) ? 0 : 1;
} finally {
  await run.down();
}

function progress(cycle: number): void {
  const last = run.samples.at(-1);
  const mb = (bytes = Number.NaN) => (bytes / 1e6).toFixed(1);
  const held = `PSS ${mb(last?.pss)} MB, heap ${mb(last?.heapAfterCollection)} MB, ${last?.descriptors} descriptors, ${last?.slots} slots`;
  const shm = `${last?.shm} and ${last?.shmLeft} left in /dev/shm`;
  const bad = `${run.scrapeProblems.length} bad answers, ${run.problems.length} problems`;
  console.log(
    `minute ${cycle + 1}: ${run.latencies.length} scrapes, ${run.lives.length - 1} restarts, ${held}, ${shm}; ${bad}`,
  );
}
