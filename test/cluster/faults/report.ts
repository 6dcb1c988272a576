// Tries every fault on real clusters and writes docs/reliability.md; given arguments, only those whose names contain one
// of them, and writes nothing.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { commit } from '../../commit.ts';
import type { Fault } from './fault.ts';
import { clusters } from './faults.ts';
import type { Site } from './site.ts';

const output = fileURLToPath(new URL('../../../docs/reliability.md', import.meta.url));
const wanted = process.argv.slice(2);

const rows: string[] = [];
const loads: number[] = [];
for (const { up, faults } of clusters) {
  const chosen = faults.filter(({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part)));
  if (chosen.length === 0) continue;
  const site = await up();
  try {
    for (const fault of chosen) rows.push(await row(fault, site));
  } finally {
    await site.down();
  }
}
if (wanted.length === 0) writeFileSync(output, report());
process.stdout.write(`${rows.join('\n')}\n`);

async function row({ name, injected, suite = 'exporter-reliability', run }: Fault, site: Site): Promise<string> {
  const begin = performance.now();
  const { seen, recovered } = await run(site);
  loads.push(loadavg()[0] as number);
  process.stdout.write(`${name}: ${Math.round((performance.now() - begin) / 1000)} s\n`);
  return `| ${[name, injected, seen, recovered, suite].join(' | ')} |`;
}

function report(): string {
  const version = /\d+\.\d+\.\d+/.exec(execFileSync('corosync', ['-v'], { encoding: 'utf8' }))?.[0];
  const [least, most] = [Math.min(...loads), Math.max(...loads)].map((load) => load.toFixed(1));
  return `# Reliability

Written by \`npm run reliability\` (as root), which injects each fault into a real
cluster on one machine (test/cluster/faults): corosync in network namespaces, four nodes with two knet links or three with
udpu, and the built exporter on each node. All figures are as measured, once. They contain the pauses between two looks
(50 to 200 ms). A row is only written if what has to be so was so: scrapes are answered within 3 s, what corosync does not
confirm is not shown, each event is counted once, nothing has to be restarted by hand. The last column is the suite
that checks it with \`npm run test:all\`.

| fault | injected | seen | recovered | suite |
|---|---|---|---|---|
${rows.join('\n')}

## What they do not prove

- The clock is shifted for the JavaScript of the exporter, in all its threads, not for corosync and its libraries. libqb
  waits for a reply in steps of 2 s that end by the wall clock: set forward, it only begins the next step early; set back
  while corosync is frozen, and corosync then dies within that step, it notices by so much later: the thread is replaced
  then, as after a call that never comes back. That was read in its code (QB_IPC_MAX_WAIT_MS) and in a trace of system
  calls, not injected.
- The exception and the large counters come from a module that is loaded before the program (\`faulty.cjs\`): the program
  itself has no switch for them. Nodeids, the ring's sequence and config_version are corosync's own.
- A double holds whole numbers up to 2^53. Beyond it a counter is shown rounded, so \`rate()\` sees it grow in steps.
- A process that libquorum or another library of corosync takes with it (none did here) is for the service manager to
  start again.

## Measured with

- ${new Date().toISOString().slice(0, 10)}: commit ${commit()}, corosync ${version}, Node ${process.versions.node}, ${cpus().length} cores shared with other work: load average ${least} to ${most}
`;
}
