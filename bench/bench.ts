// Measures what a scrape of this exporter costs on real clusters, against ha_cluster_exporter, corosync's own tools and
// the same calls from C, and writes docs/benchmark.md and docs/benchmark.svg. Run it as root: npm run bench
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { sweepAccounts } from './accounts.ts';
import { type CellResult, measureCell } from './measure-cell.ts';
import { readBareMemory } from './memory.ts';
import { readOptions } from './options.ts';
import { plot } from './plot.ts';
import { Programs } from './programs.ts';
import { describeMachine, page } from './report.ts';
import { tables } from './tables.ts';

const options = readOptions(process.env);
const machine = describeMachine();
sweepAccounts();
const programs = new Programs();
try {
  const bare = await readBareMemory();
  const results: CellResult[] = [];
  for (const [index, cell] of options.cells.entries()) {
    const begin = performance.now();
    results.push(await measureCell(cell, options, programs, index === 0 ? options.idleSeconds : 0));
    console.log(`${cell.nodes} nodes, ${cell.links} links: ${((performance.now() - begin) / 1000).toFixed(0)} s`);
  }
  console.log(`${machine}\n\n${tables(results, bare)}`);
  if (options.write) {
    writeFileSync(docs('benchmark.md'), page(results, bare, machine, options.rounds));
    writeFileSync(docs('benchmark.svg'), plot(results));
  }
} finally {
  programs.remove();
}

function docs(name: string): string {
  return fileURLToPath(new URL(`../docs/${name}`, import.meta.url));
}
