import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { ExporterOnNode } from './exporter-on-node.ts';
import { Lab } from './lab.ts';

const source = fileURLToPath(new URL('slow-cmap.c', import.meta.url));
const quorate = 'corosync_quorum_quorate';
let lab: Lab | undefined;
afterEach(() => lab?.down());

test('a corosync that answers slowly confirms nothing that it said in an earlier scrape', async () => {
  lab = await Lab.up({ nodes: 2 });
  const [shim, slow] = [join(lab.folder, 'slow-cmap.so'), join(lab.folder, 'slow')];
  execFileSync('gcc', ['-O2', '-shared', '-fPIC', '-o', shim, source]);
  const exporter = new ExporterOnNode(lab, 1, { env: { LD_PRELOAD: shim, SLOW: slow } });
  await exporter.until(({ value }) => value(quorate) === 1 && value('corosync_config_digest') !== undefined, 10_000);

  writeFileSync(slow, '');
  const shown: { readonly at: number; readonly quorate: number | undefined }[] = [];
  let scraping = true;
  const scraped = (async () => {
    for (; scraping; await sleep(20)) {
      const at = Date.now();
      const { value } = await exporter.scrape();
      shown.push({ at, quorate: value(quorate) });
    }
  })();
  // What is followed of the configuration is read anew, by dozens of requests, in the scrape that hears of it.
  await lab.exec(1, 'corosync-cfgtool', ['-R']);
  await lab.partition([[1], [2]]);
  await lab.waitFor(1, [1], { quorate: false });
  const lost = Date.now();
  const since = () => shown.filter(({ at }) => at > lost).map((each) => each.quorate);
  await expect.poll(() => since().length, { timeout: 15_000 }).toBeGreaterThan(1);
  scraping = false;
  await scraped;
  expect(since(), 'quorate while it is not').not.toContain(1);
  rmSync(slow);
  await exporter.until(({ value }) => value(quorate) === 0, 10_000);
}, 60_000);
