import { afterAll, beforeAll, expect, test } from 'vitest';
import { ExporterOnNode, isUp, type Scrape } from './exporter-on-node.ts';
import { Lab } from './lab.ts';

// A qdevice that does not answer holds corosync in its sync phase until quorum.device.sync_timeout.
const device = `
  device {
    model: net
    votes: 1
    sync_timeout: 10000
    net {
      host: 10.10.0.1
      algorithm: ffsplit
      tls: off
    }
  }`;

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

let lab: Lab;
beforeAll(async () => {
  lab = await Lab.up({ nodes: 2, links: 1, quorumConf: device });
});
afterAll(() => lab?.down());

test('in the sync phase corosync is up, says so, and every scrape is in time', async () => {
  // qnetd keeps its certificates under /etc/corosync even where it uses none.
  lab.spawn(1, 'bash', ['-c', 'mkdir -p /etc/corosync/qnetd /run/corosync-qnetd; exec corosync-qnetd -f -s off'], {
    stdio: 'ignore',
  });
  await sleep(1_000);
  const qdevice = lab.spawn(1, 'bash', ['-c', 'mkdir -p /run/corosync-qdevice; exec corosync-qdevice -f'], {
    stdio: 'ignore',
  });
  const exporter = new ExporterOnNode(lab, 1);
  await exporter.until(isUp, 10_000);
  await expect
    .poll(async () => (await lab.exec(1, 'corosync-quorumtool', ['-s'])).stdout, { timeout: 15_000 })
    .toMatch(/Total votes:\s+3/);

  qdevice.kill('SIGSTOP');
  await lab.kill(2);
  const inSync: Scrape[] = [];
  const { scrape } = await exporter.until(({ value }) => value('corosync_sync_in_progress') === 1, 10_000);
  inSync.push(scrape);
  for (let i = 0; i < 5; i += 1) {
    await sleep(500);
    inSync.push(await exporter.scrape());
  }
  qdevice.kill('SIGCONT');
  for (const { took, value, body } of inSync) {
    expect(took).toBeLessThan(3_000);
    expect(value('corosync_up')).toBe(1);
    expect(value('corosync_sync_in_progress')).toBe(1);
    expect(value('corosync_probe_success{library="votequorum"}')).toBe(1);
    expect(value('corosync_probe_success{library="quorum"}')).toBe(0);
    expect(body).not.toMatch(/^corosync_membership_members/m);
  }
  console.info(`sync: scrapes took ${inSync.map(({ took }) => took.toFixed(0)).join(', ')} ms`);
  const { scrape: after } = await exporter.until(({ value }) => value('corosync_sync_in_progress') === 0, 15_000);
  expect(after.value('corosync_membership_members')).toBe(1);
  expect(exporter.lines.filter((line) => line.includes('Corosync is in its sync phase'))).toHaveLength(1);
  const again = () => exporter.lines.filter((line) => line.includes('Corosync answers again'));
  await expect.poll(again, { timeout: 3_000 }).toHaveLength(1);
});
