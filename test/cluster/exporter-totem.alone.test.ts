import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ExporterOnNode, exportersOnAll, isUp, type Scrape } from './exporter-on-node.ts';
import { Lab } from './lab.ts';

// Alone: traffic over a network that loses packets keeps these corosyncs, which run in real time, so busy that those of
// another lab are held up.
const cpgTraffic = fileURLToPath(new URL('cpg-traffic.mjs', import.meta.url));
const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

const received = (message: string) => `corosync_totem_messages_received_total{message="${message}"}`;
const retransmits = 'corosync_totem_multicast_retransmits_total';
const tokenLosses = ['operational', 'gather', 'commit', 'recovery'].map(
  (state) => `corosync_totem_token_losses_total{state="${state}"}`,
);

/** The sum of the statistics whose name is this, as corosync-cmapctl lists them. */
const ofCorosync = (listed: string, name: string) =>
  [...listed.matchAll(new RegExp(`^stats\\.srp\\.${name} .*= (\\d+)$`, 'gm'))].reduce(
    (total, [, n]) => total + Number(n),
    0,
  );

/** The sum of these series; NaN if one is absent. */
const sum = ({ value }: Scrape, names: readonly string[]) =>
  names.reduce((total, name) => total + (value(name) ?? Number.NaN), 0);

let lab: Lab;
let exporters: ExporterOnNode[];
const at = (nodeid: number) => exporters[nodeid - 1] as ExporterOnNode;

beforeAll(async () => {
  lab = await Lab.up({ nodes: 3, token: 1000, extraConf: 'totem {\n  token_coefficient: 0\n}' });
  exporters = await exportersOnAll(lab);
});
afterAll(() => lab?.down());

test('the token and its messages are counted, and the ring has room', async () => {
  const before = await at(1).scrape();
  const grown = ({ value }: Scrape) => (value(received('token')) ?? 0) > (before.value(received('token')) ?? Infinity);
  const { scrape } = await at(1).until(grown, 5_000);
  for (const message of ['multicast', 'join', 'commit_token', 'merge_detect'])
    expect(scrape.value(received(message)), message).toBeGreaterThan(0);
  for (const state of ['operational', 'gather', 'commit', 'recovery'])
    expect(scrape.value(`corosync_totem_state_entries_total{state="${state}"}`), state).toBeGreaterThan(0);
  expect(scrape.value('corosync_totem_last_token_age_seconds')).toBeLessThan(1);
  expect(scrape.value('corosync_totem_firewall_or_nic_failure')).toBe(0);
  expect(scrape.value('corosync_config_token_timeout_seconds')).toBe(1);
  expect(scrape.value('corosync_config_consensus_timeout_seconds')).toBe(1.2);
  expect(scrape.value('corosync_exporter_collector_success{collector="totem"}')).toBe(1);
});

describe('a pause of corosync', () => {
  const pauses = 'corosync_scheduling_pauses_total';
  const length = 'corosync_scheduling_last_pause_seconds';
  const timestamp = 'corosync_scheduling_last_pause_timestamp_seconds';
  /** What corosync itself says of its pauses. */
  const logged = () =>
    Array.from(
      readFileSync(lab.node(3).logFile, 'utf8').matchAll(/was not scheduled \(@(\d+)\) for ([\d.]+) ms/g),
      ([, at, delay]) => ({ at: Number(at) / 1000, delay: Number(delay) / 1000 }),
    );

  /** Longer than 0.8 of the token timeout; when it began and ended, in unix seconds. */
  async function pause(seconds: number): Promise<{ began: number; ended: number }> {
    const before = logged().length;
    const began = Date.now() / 1000;
    lab.freeze(3);
    await sleep(1000 * seconds);
    lab.thaw(3);
    const ended = Date.now() / 1000;
    await expect.poll(() => logged().length, { timeout: 5_000 }).toBeGreaterThan(before);
    await lab.waitFor(3, [1, 2, 3], { quorate: true });
    return { began, ended };
  }

  function expectLast(scrape: Scrape, { began, ended }: { began: number; ended: number }): void {
    const [delay, at] = [scrape.value(length) ?? Number.NaN, scrape.value(timestamp) ?? Number.NaN];
    console.info(
      `pause: ${delay} s of ${(ended - began).toFixed(2)} s frozen, seen ${(at - ended).toFixed(2)} s later`,
    );
    const all = logged();
    const own = all.findIndex(
      (one) => Math.abs(one.delay - (ended - began)) < 1 && one.at > ended - 0.1 && one.at - ended < 1,
    );
    expect(own).toBeGreaterThanOrEqual(0);
    expect(delay).toBeGreaterThan(0.8);
    // A stall of the machine may have been a pause since.
    const shown = all.slice(own).find((one) => one.at === at);
    expect(delay).toBeCloseTo(shown?.delay ?? Number.NaN, 3);
  }

  test('is counted as often as corosync logs it, with its length and its time', async () => {
    const before = await at(3).scrape();
    const [counted, known] = [before.value(pauses) ?? Number.NaN, logged().length];
    if (known === 0) expect(before.body).not.toMatch(/^corosync_scheduling_last/m);
    const paused = await pause(1.5);
    const grown = ({ value }: Scrape) => value(pauses) === counted + logged().length - known;
    const { scrape } = await at(3).until(grown, 5_000);
    expect(scrape.value(pauses)).toBeGreaterThan(counted);
    expectLast(scrape, paused);
    expect((await at(3).scrape()).value(pauses)).toBe(scrape.value(pauses));
  });

  test('from before the start of the exporter does not count, and is the last one all the same', async () => {
    const paused = await pause(1.2);
    await at(3).end();
    exporters[2] = new ExporterOnNode(lab, 3);
    const { scrape } = await at(3).until((scrape) => isUp(scrape) && scrape.value(length) !== undefined, 5_000);
    expect(scrape.value(pauses)).toBe(0);
    expectLast(scrape, paused);
  });
});

describe('on a node that loses a fifth of the packets it is sent', () => {
  /** The latencies of all links of these nodes. */
  const latencies = (scrapes: readonly Scrape[]) =>
    scrapes.flatMap(({ body }) =>
      [...body.matchAll(/^corosync_link_latency_seconds\S+ (.*)/gm)].map(([, l]) => Number(l)),
    );
  const loss = [
    'add table inet loss',
    'add chain inet loss input { type filter hook input priority 0; }',
    'add rule inet loss input iifname "link0" numgen random mod 100 < 20 drop',
  ];

  /**
   * A scrape of every node, once all of them tell what totem counts, which they do not in the sync phase, and the latency
   * of their links, which they do not of one that is down.
   */
  async function complete(): Promise<Scrape[]> {
    const scrapes: Scrape[] = [];
    for (const exporter of exporters) {
      const { scrape } = await exporter.until(
        (each) => each.value(retransmits) !== undefined && latencies([each]).length === 2,
        20_000,
      );
      scrapes.push(scrape);
    }
    return scrapes;
  }

  test('messages are sent again, the token is lost, and the latency is another', async () => {
    const before = await complete();
    /** How much these counters have grown on all nodes that tell them. */
    const growth = (scrapes: readonly Scrape[], names: readonly string[]) =>
      scrapes.reduce(
        (grown, scrape, index) => grown + (sum(scrape, names) - sum(before[index] as Scrape, names) || 0),
        0,
      );
    const traffic = lab.spawn(1, process.execPath, [cpgTraffic], { stdio: ['ignore', 'ignore', 'inherit'] });
    expect(await lab.exec(2, 'nft', [loss.join('; ')])).toMatchObject({ code: 0 });
    const start = Date.now();
    const seen = { retransmits: 0, tokenLosses: 0 };
    while (Date.now() - start < 40_000 && (seen.retransmits === 0 || seen.tokenLosses === 0)) {
      await sleep(250);
      const scrapes: Scrape[] = [];
      for (const exporter of exporters) scrapes.push(await exporter.scrape());
      if (growth(scrapes, [retransmits]) > 0) seen.retransmits ||= Date.now() - start;
      if (growth(scrapes, tokenLosses) > 0) seen.tokenLosses ||= Date.now() - start;
    }
    traffic.kill();
    expect(await lab.exec(2, 'nft', ['delete', 'table', 'inet', 'loss'])).toMatchObject({ code: 0 });
    for (const { nodeid } of lab.nodes) await lab.waitFor(nodeid, [1, 2, 3], { quorate: true });
    const after = await complete();
    const grown = { retransmits: growth(after, [retransmits]), tokenLosses: growth(after, tokenLosses) };
    const [earlier, later] = [latencies(before), latencies(after)];
    console.info('loss:', JSON.stringify({ 'seen after ms': seen, grown, earlier, later }));
    expect(grown.retransmits).toBeGreaterThan(0);
    expect(grown.tokenLosses).toBeGreaterThan(0);
    for (const { nodeid } of lab.nodes) {
      // They may still grow.
      const listed = async () => (await lab.exec(nodeid, 'corosync-cmapctl', ['-m', 'stats', 'stats.srp'])).stdout;
      const earlier = await listed();
      const { scrape } = await at(nodeid).until(({ value }) => value(retransmits) !== undefined, 20_000);
      const later = await listed();
      for (const [names, key] of [
        [[retransmits], 'mcast_retx'],
        [tokenLosses, '\\w+_token_lost'],
      ] as const) {
        expect(sum(scrape, names), key).toBeGreaterThanOrEqual(ofCorosync(earlier, key));
        expect(sum(scrape, names), key).toBeLessThanOrEqual(ofCorosync(later, key));
      }
    }
    // Lost pings do not make the mean of the others longer: it moves because knet goes on measuring.
    expect(later).toHaveLength(6);
    expect(later).not.toEqual(earlier);
  });
});
