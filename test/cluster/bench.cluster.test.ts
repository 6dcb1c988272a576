import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

// The short form of `npm run bench`: all that it does once, on figures that nobody may quote.
test('the benchmark measures every contestant, and writes only if it is asked to', async () => {
  const env = { ...process.env, BENCH_NODES: '3', BENCH_ROUNDS: '5', BENCH_IDLE: '0', BENCH_WRITE: '0' };
  const { stdout } = await promisify(execFile)('npx', ['tsx', 'bench/bench.ts'], { env, timeout: 120_000 });
  const row = (...cells: string[]) =>
    expect(stdout, cells.join()).toMatch(new RegExp(`^\\| ${cells.join(' \\| ')} \\|`, 'm'));
  const number = '[\\d.]+';
  row('3 nodes: a scrape takes a tenth of ha_cluster_exporter’s time', `${number} times`, '.*met.*', `${number} times`);
  row('memory \\(PSS, alone\\) of at most 80 MB', `${number} MB`, '.*met.*', `${number} MB`);
  for (const who of [
    '3 nodes, 2 links \\| corosync-exporter',
    ' *\\| ha_cluster_exporter',
    ' *\\| tools of corosync',
  ]) {
    row(who, number, number, number, number, number, number);
  }
  row(' *\\| the same calls from C', number, number, number, number, number);
  row('3 nodes, 2 links', 'services', '\\d{3}', number, number, number, '.*');
  expect(stdout).not.toMatch(/NaN|undefined|Infinity/);
}, 150_000);
