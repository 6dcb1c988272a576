import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DispatchMode, Quorum, TrackFlags } from '../../src/corosync/index.ts';
import { ExporterOnNode, exportersOnAll, isUp, type Scrape } from './exporter-on-node.ts';
import { Lab } from './lab.ts';

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const to = (flag: string) => `corosync_quorum_transitions_total{to="${flag}"}`;

describe('a cluster of three nodes', () => {
  let lab: Lab;
  let exporters: ExporterOnNode[];
  const at = (nodeid: number) => exporters[nodeid - 1] as ExporterOnNode;

  beforeAll(async () => {
    lab = await Lab.up({ nodes: 3, links: 2 });
    exporters = await exportersOnAll(lab);
  });
  afterAll(() => lab?.down());

  test("a loss of quorum is known within 1.5 s of corosync's notification, without a scrape", async () => {
    const before = await at(3).scrape();
    const lost = watchForLoss(lab, 3);
    await lab.partition([[1, 2], [3]]);
    const notified = await lost;
    await sleep(2_500);
    const { value } = await at(3).scrape();
    const seen = value('corosync_quorum_last_transition_timestamp_seconds') ?? Number.NaN;
    console.info(`quorum loss: seen ${(seen - notified).toFixed(2)} s after corosync's notification`);
    expect(seen - notified).toBeLessThan(1.5);
    expect(value(to('inquorate'))).toBe((before.value(to('inquorate')) ?? 0) + 1);
    expect(value('corosync_quorum_quorate')).toBe(0);
    expect(value('corosync_up')).toBe(1);
  });

  test('in the partition everybody says who is missing, and the majority stays quorate', async () => {
    const [one, three] = [await at(1).scrape(), await at(3).scrape()];
    expect(one.value('corosync_quorum_quorate')).toBe(1);
    expect(one.value('corosync_quorum_members')).toBe(2);
    expect(one.value('corosync_quorum_member{node_id="3",node="node3"}')).toBe(0);
    expect(one.value('corosync_membership_member{node_id="3",node="node3"}')).toBe(0);
    expect(one.value('corosync_membership_node_leaves_total{node_id="3",node="node3"}')).toBe(1);
    expect(one.value('corosync_cpg_confchg_total{reason="nodedown"}')).toBe(1);
    for (const node of [1, 2]) {
      expect(three.value(`corosync_membership_member{node_id="${node}",node="node${node}"}`)).toBe(0);
    }
  });

  test('healing counts a join by node, and all are quorate again', async () => {
    await lab.heal();
    await at(3).until(({ value }) => value('corosync_quorum_members') === 3, 20_000);
    const { scrape } = await at(1).until(({ value }) => value('corosync_membership_members') === 3, 5_000);
    expect(scrape.value('corosync_membership_node_joins_total{node_id="3",node="node3"}')).toBe(1);
    expect(scrape.value('corosync_membership_node_joins_total{node_id="2",node="node2"}')).toBe(0);
    expect((await at(3).scrape()).value(to('quorate'))).toBe(1);
  });

  test('a flap between two scrapes shows in both transitions', async () => {
    const before = await at(3).scrape();
    await lab.partition([[1, 2], [3]]);
    await lab.waitFor(3, [3], { quorate: false });
    await lab.heal();
    await lab.waitFor(3, [1, 2, 3], { quorate: true });
    await sleep(1_500);
    const after = await at(3).scrape();
    for (const flag of ['quorate', 'inquorate']) {
      expect(after.value(to(flag)), flag).toBe((before.value(to(flag)) ?? 0) + 1);
    }
    expect(after.value('corosync_quorum_quorate')).toBe(1);
  });

  test('a frozen corosync is shown as down, each scrape in time, and nothing is claimed that it did not confirm', async () => {
    lab.freeze(1);
    const scrapes: Scrape[] = [];
    for (let i = 0; i < 6; i += 1) {
      scrapes.push(await at(1).scrape());
      await sleep(500);
    }
    console.info(`frozen: scrapes took ${scrapes.map(({ took }) => took.toFixed(0)).join(', ')} ms`);
    for (const { took, value, body } of scrapes) {
      expect(took).toBeLessThan(3_000);
      expect(value('corosync_up')).toBe(0);
      expect(body).not.toMatch(
        /^corosync_(quorum_(quorate|member|members|ring_\w+)|membership_(members?|ring_\w+))[ {]/m,
      );
      expect(value('corosync_probe_success{library="quorum"}')).toBe(0);
    }
    expect(scrapes.at(-1)?.value('corosync_exporter_lane_held_seconds{lane="services"}')).toBeGreaterThan(1);
    expect(scrapes.at(-1)?.body).toMatch(/^corosync_node_info\{/m);
  });

  test('an exporter that is started against a frozen corosync answers likewise, and SIGTERM ends it within 5 s', async () => {
    const late = new ExporterOnNode(lab, 1, { args: ['--web.listen-address=127.0.0.1:15406'] });
    const curl = ['-sS', '--max-time', '3', 'http://127.0.0.1:15406/metrics'];
    const ask = () => lab.exec(1, 'curl', curl);
    await expect.poll(async () => (await ask()).code, { timeout: 10_000 }).toBe(0);
    const { stdout } = await ask();
    expect(stdout).toMatch(/^corosync_up 0$/m);
    expect(stdout).not.toMatch(/^corosync_quorum_quorate/m);
    const { status, after } = await late.end('SIGTERM');
    console.info(`frozen: ended after ${after} ms with status ${status}`);
    expect(status).toBe(0);
    expect(after).toBeLessThan(5_000);
  });

  test('within 10 s of the thaw everything is back', async () => {
    lab.thaw(1);
    const { after } = await at(1).until(
      (scrape) => isUp(scrape) && scrape.value('corosync_quorum_members') === 3,
      10_000,
    );
    console.info(`thawed: back after ${after} ms`);
    await lab.waitFor(1, [1, 2, 3], { quorate: true });
  });

  test('ten kills and restarts are survived without a leak, and counted', async () => {
    const exporter = at(2);
    const { value } = await exporter.scrape();
    const errors = (library: string) => `corosync_dispatch_errors_total{library="${library}",code="CS_ERR_LIBRARY"}`;
    const connects = (library: string) => `corosync_library_connects_total{library="${library}"}`;
    const before = (series: string) => value(series) ?? 0;
    const descriptors: number[] = [];
    const times: number[] = [];
    for (let i = 0; i < 10; i += 1) {
      await lab.kill(2);
      await exporter.until((scrape) => scrape.value('corosync_up') === 0, 3_000);
      await lab.start(2);
      await exporter.until(isConnected, 15_000).then(({ after }) => times.push(after));
      descriptors.push(exporter.descriptors);
    }
    const after = await exporter.scrape();
    for (const library of ['quorum', 'cpg']) {
      const grown = (series: string) => (after.value(series) ?? 0) - before(series);
      expect(grown(connects(library))).toBe(10);
      // Dispatch finds out, unless a round trip does so at the very moment of the kill.
      expect(grown(errors(library))).toBeLessThanOrEqual(10);
      expect(grown(errors(library))).toBeGreaterThanOrEqual(8);
    }
    console.info(`restarts: up after ${times.join(', ')} ms; descriptors ${descriptors.join(', ')}`);
    expect(Math.max(...descriptors.slice(5))).toBeLessThanOrEqual(Math.max(...descriptors.slice(0, 5)) + 1);
    expect(Math.max(...times)).toBeLessThan(5_000);
    await lab.waitFor(2, [1, 2, 3], { quorate: true });
  }, 180_000);

  test('the log has one line a change, and none a scrape', async () => {
    await at(1).until(({ value }) => value('corosync_membership_members') === 3, 10_000);
    await sleep(2_000);
    const before = at(1).lines.length;
    for (let i = 0; i < 20; i += 1) await at(1).scrape();
    expect(at(1).lines.length).toBe(before);
    const frozen = at(1).lines.filter((line) => line.includes('Corosync does not answer'));
    expect(frozen).toHaveLength(1);
  });
});

const libraries = ['quorum', 'cpg', 'cmap', 'cmap_stats', 'cfg', 'votequorum'];
const isConnected = (scrape: Scrape) =>
  isUp(scrape) && libraries.every((library) => scrape.value(`corosync_library_connected{library="${library}"}`) === 1);

/** When a node's corosync announces the loss of quorum, by a connection of this thread's own: unix seconds. */
async function watchForLoss(lab: Lab, nodeid: number): Promise<number> {
  lab.enter(nodeid);
  const quorum = Quorum.connect();
  lab.leave();
  try {
    quorum.trackstart(TrackFlags.CS_TRACK_CHANGES);
    for (;;) {
      await sleep(5);
      const { events } = quorum.dispatch(DispatchMode.CS_DISPATCH_ALL);
      if (events.some((event) => event.kind === 'quorum' && !event.quorate)) return Date.now() / 1000;
    }
  } finally {
    quorum.close();
  }
}
