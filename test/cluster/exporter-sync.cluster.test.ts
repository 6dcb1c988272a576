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

/** What is read by calls that corosync holds in its sync phase. */
const held =
  /^corosync_(membership_members?|link_|node_(reachable|onwire|join)|exporter_links|totem|cpg_groups?|cpg_group_|ipc_connections|ipc_queued|config_|qdevice_(configured|info))/;
/** Some of it, of each collector. */
const heldNames = [
  'corosync_link_connected',
  'corosync_link_ups_total',
  'corosync_link_transmit_bytes_total',
  'corosync_totem_messages_received_total',
  'corosync_cpg_group_members',
  'corosync_ipc_connections',
  'corosync_config_digest',
];
const totalVotes = 'corosync_votequorum_total_votes';
const state = (nodeid: number, name: string) =>
  `corosync_votequorum_node_state{node_id="${nodeid}",node="node${nodeid}",state="${name}"}`;
const heldIn = ({ body }: Scrape) => body.split('\n').filter((line) => held.test(line));

let lab: Lab;
beforeAll(async () => {
  lab = await Lab.up({ nodes: 2, links: 1, quorumConf: device });
});
afterAll(() => lab?.down());

test('in the sync phase corosync is up, says so, its votes are live, and every scrape is in time', async () => {
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

  const { scrape: before } = await exporter.until(({ value }) => value(totalVotes) === 3, 5_000);
  for (const name of heldNames) expect(before.body, name).toMatch(new RegExp(`^${name}[ {]`, 'm'));

  qdevice.kill('SIGSTOP');
  await lab.kill(2);
  const told = () => exporter.lines.filter((line) => line.includes('Corosync is in its sync phase'));
  // Nobody scrapes meanwhile.
  await expect.poll(told, { timeout: 10_000 }).toHaveLength(1);
  const inSync: Scrape[] = [];
  const { scrape } = await exporter.until(({ value }) => value('corosync_sync_in_progress') === 1, 10_000);
  inSync.push(scrape);
  for (let i = 0; i < 5; i += 1) {
    await sleep(500);
    inSync.push(await exporter.scrape());
  }
  qdevice.kill('SIGCONT');
  for (const scrape of inSync) {
    const { took, value, body } = scrape;
    expect(took).toBeLessThan(3_000);
    expect(value('corosync_up')).toBe(1);
    expect(value('corosync_sync_in_progress')).toBe(1);
    expect(value('corosync_probe_success{library="votequorum"}')).toBe(1);
    expect(value('corosync_probe_success{library="quorum"}')).toBe(0);
    // The node is missing; the qdevice, which corosync still takes for alive, is not.
    expect(value(totalVotes)).toBe(2);
    expect(value('corosync_votequorum_expected_votes')).toBe(3);
    expect(value(state(2, 'member'))).toBe(0);
    expect(value(state(2, 'dead'))).toBe(1);
    expect(value(state(1, 'member'))).toBe(1);
    expect(value('corosync_qdevice_registered{node_id="1",node="node1",local="true"}')).toBe(1);
    expect(heldIn(scrape)).toEqual([]);
    const success = [...body.matchAll(/^corosync_exporter_collector_success\{collector="(\w+)"\} (.*)/gm)];
    expect(success.length).toBeGreaterThan(10);
    expect(success.filter(([, , is]) => is !== '1')).toEqual([]);
  }
  console.info(`sync: scrapes took ${inSync.map(({ took }) => took.toFixed(0)).join(', ')} ms`);
  // A scrape that has begun in the sync phase does not wait for what is read after it.
  const whole = ({ body }: Scrape) => heldNames.every((name) => new RegExp(`^${name}[ {]`, 'm').test(body));
  const { scrape: after } = await exporter.until(
    (scrape) => scrape.value('corosync_sync_in_progress') === 0 && whole(scrape),
    15_000,
  );
  expect(after.value('corosync_membership_members')).toBe(1);
  expect(after.value('corosync_node_reachable{node_id="2",node="node2"}')).toBe(0);
  expect(told()).toHaveLength(1);
  expect(exporter.lines.filter((line) => line.includes('Corosync does not answer'))).toEqual([]);
  const again = () => exporter.lines.filter((line) => line.includes('Corosync answers again'));
  await expect.poll(again, { timeout: 3_000 }).toHaveLength(1);
});
