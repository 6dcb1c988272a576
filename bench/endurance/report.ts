import type { Holding } from './growth.ts';
import type { Result } from './result.ts';
import { verdicts } from './verdicts.ts';

/** docs/endurance.md */
export function report(result: Result): string {
  const rows = verdicts(result).map(({ what, found, good }) => `| ${what} | ${found} | ${good ? 'yes' : '**no**'} |`);
  const { seconds, memberships, corosyncLog } = result;
  const behind = memberships.behind.toSorted((a, b) => a - b);
  const early = result.endedEarly ? '\n**This run was ended before its time.**\n' : '';
  return `# Endurance

Written by \`npm run endurance\` (as root, on a machine that \`test/cluster/setup\` has prepared): three nodes with two links in
network namespaces of one machine, and the exporter on node 1. Each minute corosync of node 1 is restarted, each tenth
time after a SIGKILL; between, corosync of another node is restarted, links flap and the network splits and heals. The
exporter is scraped ${(result.scrapes.planned / Math.max(1, 60 * result.restarts.planned)).toFixed(0)} times a second, on a kept connection and on a new one in turns.
\`ENDURANCE_MINUTES=N\` is the one switch (default 125).

The observer is a C program (bench/endurance/observer.c) that tracks libquorum and shares nothing with the exporter. A
membership is known by its ring id: each one that the observer was told after the one in which the exporter connected
must be in the exporter's log and counters, with the same members, joins and leaves. Links are compared with
corosync's own log. What happens before the exporter has connected to a corosync that has just started it cannot know:
it connects ${at(behind, 0.5)} s after the observer in the median, ${at(behind, 1)} s at most, and ${memberships.before} changes of the membership fell into
that time.
${early}
| what | found | as it must be |
|---|---|---|
${rows.join('\n')}

It ran for ${(seconds / 60).toFixed(1)} minutes on ${result.date}: ${result.machine}; ${result.versions}. corosync's log on node 1 has
${corosyncLog.rings} rings, ${corosyncLog.notified} of them notified to the observer.
${result.remark === undefined ? '' : `\n${result.remark}\n`}
## What was done to the cluster

| step | times |
|---|---|
${Object.entries(result.steps)
  .map(([what, times]) => `| ${what} | ${times} |`)
  .join('\n')}

## What the exporter held

The heap is that of all its threads, right after V8's own full collections. Growth is a line of least squares through
the median of each ten minutes, without the first ten. In between, the descriptors include the connections of
what scrapes; a figure of 0 folders would be of a moment without corosync. RSS is anonymous memory, rings shared with
corosync and pages of files: of Node.js, of libraries.

| minutes | RSS (MB) | anonymous (MB) | rings (MB) | files (MB) | heap (MB) | descriptors | threads | callback slots | /dev/shm folders | their size (MB) |
|---|---|---|---|---|---|---|---|---|---|---|
${held(result)
  .map((one) => holdingRow(one, result.begin?.time ?? 0))
  .join('\n')}
`;
}

/** Before, each ten minutes or so, and after. */
function held({ begin, end, samples, seconds }: Result): Holding[] {
  const every = seconds < 1200 ? 60 : 600;
  const start = begin?.time ?? 0;
  const chosen = samples.filter(
    ({ time }, index) =>
      index > 0 &&
      Math.floor((time - start) / every) > Math.floor(((samples[index - 1]?.time ?? start) - start) / every),
  );
  return [begin, ...chosen, end].filter((one) => one !== undefined);
}

function holdingRow(one: Holding, begin: number): string {
  const mb = (bytes: number) => (bytes / 1e6).toFixed(1);
  const { rss, anonymous, shared, heapAfterCollection, descriptors, threads, slots, shm, shmBytes } = one;
  const minutes = ((one.time - begin) / 60).toFixed(0);
  const memory = [rss, anonymous, shared, rss - anonymous - shared, heapAfterCollection].map(mb);
  return `| ${[minutes, ...memory, descriptors, threads, slots, shm, mb(shmBytes)].join(' | ')} |`;
}

function at(sorted: readonly number[], part: number): string {
  return (sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN).toFixed(1);
}
