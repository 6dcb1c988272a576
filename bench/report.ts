import { execFileSync } from 'node:child_process';
import { cpus, loadavg, release } from 'node:os';
import { commit } from '../test/commit.ts';
import { tools } from './contestants.ts';
import type { CellResult } from './measure-cell.ts';
import type { Memory } from './memory.ts';
import { tables } from './tables.ts';

/** The machine before the run, as far as it explains figures. */
export function describeMachine(): string {
  const all = cpus();
  const debian = (name: string) =>
    execFileSync('dpkg-query', ['--show', `--showformat=\${Version}`, name], { encoding: 'utf8' });
  return (
    `Commit ${commit()}, corosync ${debian('corosync')}, ha_cluster_exporter ${debian('prometheus-hacluster-exporter')}, ` +
    `Node.js ${process.versions.node}, Linux ${release()}, ${all.length} cores (${all[0]?.model.trim()}), ` +
    `load before the run ${loadavg()[0]?.toFixed(2)}, ${new Date().toISOString().slice(0, 10)}.`
  );
}

/** docs/benchmark.md. */
export function page(results: readonly CellResult[], bare: Memory, machine: string, rounds: number): string {
  return `# What a scrape costs

Written by \`npm run bench\` (as root, on Debian or Ubuntu with the packages that \`test/cluster/setup\` installs). The
figures are of one machine on which all nodes of the cluster, the exporters and the client share the cores: read the
ratios, the rest is there to follow them. ${machine}

![Time and CPU of a scrape by the number of nodes](benchmark.svg)

On node 1 of a real cluster in network namespaces, in one run and in turns, forwards and backwards by turns, ${rounds} times:

- **corosync-exporter** as it is built, with its defaults, and **ha_cluster_exporter** with its corosync collector alone.
  Both are scraped as Prometheus does it: over one connection that is kept, OpenMetrics wanted, gzip accepted.
- **The tools of corosync**, one after the other, started by a small C program that reads what they print:
  ${tools.map((tool) => `\`${tool}\``).join(', ')}. Nobody makes series of it.
- **The floor**: a C program that makes on open connections the calls into corosync that a scrape of this exporter
  makes. They are recorded from this exporter's own code in the same run.

Each asks twice and the second time counts; the first, which finds in corosync what the one before has left (clients
come and gone: this exporter then lists them anew), is *after others*. CPU time is that of a control group (cgroup v2),
which includes processes that were started, until 20 ms after the answer; corosync's is that of corosync on node 1,
less what it costs while nobody asks. PSS is read of \`/proc\`, and counts the pages of Node.js in full: this benchmark
runs in Node.js too, and would share them.

${tables(results, bare)}`;
}
