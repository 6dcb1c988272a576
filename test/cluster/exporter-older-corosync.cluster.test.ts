import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ExporterOnNode, isUp } from './exporter-on-node.ts';
import { Lab } from './lab.ts';

const source = fileURLToPath(new URL('older-corosync.c', import.meta.url));
let lab: Lab;
let exporter: ExporterOnNode;

beforeAll(async () => {
  lab = await Lab.up({ nodes: 2, links: 2 });
  const shim = join(lab.folder, 'older-corosync.so');
  execFileSync('gcc', ['-O2', '-shared', '-fPIC', '-o', shim, source]);
  exporter = new ExporterOnNode(lab, 1, { env: { LD_PRELOAD: shim } });
});
afterAll(() => lab?.down());

test('a corosync that is older than the libraries is asked what it knows', async () => {
  const { scrape } = await exporter.until(isUp, 10_000);
  expect(scrape.value('corosync_quorum_quorate')).toBe(1);
  expect(scrape.value('corosync_membership_members')).toBe(2);
  // Not told by it; with newer ones it is.
  expect(scrape.value('corosync_membership_ring_representative_node_id')).toBeUndefined();
  const { scrape: linked } = await exporter.until(
    ({ value }) => value('corosync_link_connected{node_id="2",node="node2",link="1"}') === 1,
    5_000,
  );
  expect(linked.body).not.toMatch(/^corosync_exporter_collector_success\{.*\} 0$/m);
});

test('and no connection is left open that it did not like', async () => {
  await lab.stop(1);
  await lab.start(1);
  await exporter.until(isUp, 15_000);
  await sleep(3_000);
  const { body } = await exporter.scrape();
  expect(body.match(/^corosync_library_connected\{.*\} 1$/gm)).toHaveLength(6);
  const folders = readdirSync('/dev/shm').filter((name) => name.includes(`-${exporter.process.pid}-`));
  expect(folders).toHaveLength(6);
});
