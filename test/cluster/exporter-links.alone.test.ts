import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ExporterOnNode, isUp, type Scrape } from './exporter-on-node.ts';
import { Lab } from './lab.ts';

const to = (nodeid: number) => `node_id="${nodeid}",node="node${nodeid}"`;
const link = (name: string, nodeid: number, number: number) => `corosync_link_${name}{${to(nodeid)},link="${number}"}`;
const reachable = (nodeid: number) => `corosync_node_reachable{${to(nodeid)}}`;
const succeeded = (collector: string) => `corosync_exporter_collector_success{collector="${collector}"}`;

/** The lines of these metrics. */
const series = ({ body }: Scrape, names: RegExp) => body.split('\n').filter((line) => names.test(line));

describe('a cluster of three nodes with two links', () => {
  let lab: Lab;
  let full: ExporterOnNode;
  let without: ExporterOnNode;
  let limited: ExporterOnNode;

  const pairs = [2, 3].flatMap((nodeid) => [0, 1].map((number) => [nodeid, number] as const));

  beforeAll(async () => {
    // knet takes about twice the token timeout to give up a link, and corosync adds to that by the node.
    lab = await Lab.up({ nodes: 3, links: 2, token: 1000, extraConf: 'totem {\n  token_coefficient: 0\n}' });
    const config = join(dirname(lab.node(3).configFile), 'exporter.yml');
    writeFileSync(config, 'links:\n  traffic_limit: 1\n');
    // What is read of totem depends on when the last membership was formed, and requests are counted here.
    const args = ['--no-collector.totem'];
    full = new ExporterOnNode(lab, 1, { args });
    without = new ExporterOnNode(lab, 2, { args: [...args, '--no-collector.link_traffic'] });
    limited = new ExporterOnNode(lab, 3, { args: [...args, `--config.file=${config}`] });
    for (const exporter of [full, without, limited]) await exporter.until(isUp, 10_000);
  });
  afterAll(() => lab?.down());

  test('each link to each other node is up, with a believable latency and MTU', async () => {
    // knet begins with an MTU of 522 and looks for the real one.
    const measured = (scrape: Scrape) =>
      pairs.every(
        ([nodeid, number]) =>
          (scrape.value(link('latency_seconds', nodeid, number)) ?? 0) > 0 &&
          (scrape.value(link('mtu_bytes', nodeid, number)) ?? 0) > 1_000,
      );
    const { scrape } = await full.until(measured, 20_000);
    for (const [nodeid, number] of pairs) {
      const value = (name: string) => scrape.value(link(name, nodeid, number));
      expect(value('enabled')).toBe(1);
      expect(value('connected')).toBe(1);
      expect(value('latency_seconds')).toBeLessThan(1);
      // knet's headers take less than 100 bytes of an Ethernet packet.
      expect(value('mtu_bytes')).toBeGreaterThan(1_400);
      expect(value('mtu_bytes')).toBeLessThan(1_500);
      expect(scrape.value(reachable(nodeid))).toBe(1);
    }
    // A moving mean of microseconds: no more than the order can be compared, and it may move while it is.
    const listed = async () => {
      const key = 'stats.knet.node2.link0.latency_ave';
      return Number((await lab.exec(1, 'corosync-cmapctl', ['-m', 'stats', '-g', key])).stdout.split('= ')[1]) / 1e6;
    };
    const [earlier, { value: shown }, later] = [await listed(), await full.scrape(), await listed()];
    const ratios = [earlier, later].map((one) => (shown(link('latency_seconds', 2, 0)) ?? Number.NaN) / one);
    expect(ratios).toContainEqual(expect.toSatisfy((ratio: number) => ratio > 0.05 && ratio < 20));
    expect(series(scrape, /^corosync_link_connected/)).toHaveLength(pairs.length);
    expect(scrape.value('corosync_config_link_ping_interval_seconds{link="1"}')).toBeGreaterThan(0);
    expect(scrape.value('corosync_config_link_ping_timeout_seconds{link="1"}')).toBeGreaterThan(0);
    console.info(series(scrape, /^corosync_link_(latency|mtu)/).join('\n'));
  });

  test('the loopback link to the node itself is in no series', async () => {
    const ofLinks = /^corosync_(link_|node_reachable|node_onwire)/;
    for (const exporter of [full, without, limited]) {
      const scrape = await exporter.scrape();
      expect(series(scrape, ofLinks).length).toBeGreaterThan(0);
      expect(series(scrape, ofLinks).filter((line) => line.includes(to(exporter.nodeid)))).toEqual([]);
    }
  });

  // Again: a stall of the machine of 0.3 s drops other links too.
  test('a link that is cut is down within 3 s, and nothing else is', { retry: 2 }, async () => {
    await lab.linkUp(2, 1); // it may have failed while it was cut
    await full.until(({ value }) => pairs.every((pair) => value(link('connected', ...pair)) === 1), 20_000);
    // knet gives a link that has just come up several times as long, less with each answer.
    const answers = async () => {
      const key = 'stats.knet.node2.link1.latency_samples';
      return Number((await lab.exec(1, 'corosync-cmapctl', ['-m', 'stats', '-g', key])).stdout.split('= ')[1]);
    };
    const known = await answers();
    await expect.poll(answers, { timeout: 20_000 }).toBeGreaterThanOrEqual(known + 15);
    const before = await full.scrape();
    const cut = Date.now();
    await lab.linkDown(2, 1);
    const { scrape, after } = await full.until(({ value }) => value(link('connected', 2, 1)) === 0, 10_000);
    expect(after).toBeLessThan(3_000);
    await expect.poll(() => givenUp(2, 1), { timeout: 2_000 }).toBeGreaterThan(cut);
    const corosync = (givenUp(2, 1) ?? Number.NaN) - cut;
    console.info(`link cut: down in corosync after ${corosync} ms, in a scrape after ${after} ms`);
    expect(after - corosync).toBeLessThan(2_000);
    for (const [nodeid, number] of pairs) {
      expect(scrape.value(link('connected', nodeid, number))).toBe(nodeid === 2 && number === 1 ? 0 : 1);
      expect(scrape.value(link('enabled', nodeid, number))).toBe(1);
      expect(scrape.value(reachable(nodeid))).toBe(1);
    }
    const untouched = /^corosync_(quorum_(quorate|members|ring|transitions)|membership_(members|ring|changes))/;
    expect(series(scrape, untouched)).toEqual(series(before, untouched));
    expect(series(scrape, untouched).length).toBeGreaterThan(6);
    // The node itself has lost its link to everybody.
    await without.until(({ value }) => value(link('connected', 1, 1)) === 0, 3_000);
    await without.until(({ value }) => value(link('connected', 3, 1)) === 0, 3_000);

    await lab.linkUp(2, 1);
    const back = await full.until(({ value }) => value(link('connected', 2, 1)) === 1, 10_000);
    console.info(`link back: seen after ${back.after} ms`);
    for (const [nodeid, number] of pairs) {
      for (const counter of ['ups_total', 'downs_total']) {
        const name = link(counter, nodeid, number);
        const grown = nodeid === 2 && number === 1 ? 1 : 0;
        expect((back.scrape.value(name) ?? Number.NaN) - (before.value(name) ?? Number.NaN), name).toBe(grown);
      }
    }
  });

  test('the bytes on a link grow from scrape to scrape', async () => {
    const bytes = (way: string, nodeid: number, number: number, kind: string) =>
      `corosync_link_${way}_bytes_total{${to(nodeid)},link="${number}",kind="${kind}"}`;
    // The token comes from the one neighbour in the ring and goes to the other, over the first link.
    const names = [bytes('transmit', 2, 0, 'data'), bytes('receive', 3, 0, 'data')];
    for (const [nodeid, number] of pairs) {
      for (const kind of ['ping', 'pong']) {
        names.push(bytes('transmit', nodeid, number, kind), bytes('receive', nodeid, number, kind));
      }
    }
    const before = await full.scrape();
    const growth = ({ value }: Scrape, name: string) =>
      (value(name) ?? Number.NaN) - (before.value(name) ?? Number.NaN);
    const { scrape } = await full.until((scrape) => names.every((name) => growth(scrape, name) > 0), 5_000);
    // Tens of pings at most.
    for (const name of names.slice(2)) expect(growth(scrape, name), name).toBeLessThan(5_000);
  });

  test('the traffic of a link is that which corosync counts', async () => {
    const listed = async () => {
      const { stdout } = await lab.exec(1, 'corosync-cmapctl', ['-m', 'stats', 'stats.knet.node3.link0']);
      return new Map(
        [...stdout.matchAll(/link0\.(\w+) .*= (\d+)$/gm)].map(([, field, count]) => [field, Number(count)]),
      );
    };
    const [earlier, scrape, later] = [await listed(), await full.scrape(), await listed()];
    for (const kind of ['data', 'ping', 'pong', 'pmtu']) {
      const labels = `{${to(3)},link="0",kind="${kind}"}`;
      for (const [name, field] of [
        ['transmit_bytes', `tx_${kind}_bytes`],
        ['receive_bytes', `rx_${kind}_bytes`],
        ['transmit_errors', `tx_${kind}_errors`],
        ['transmit_retries', `tx_${kind}_retries`],
      ] as const) {
        const shown = scrape.value(`corosync_link_${name}_total${labels}`);
        expect(shown, field).toBeGreaterThanOrEqual(earlier.get(field) ?? Infinity);
        expect(shown, field).toBeLessThanOrEqual(later.get(field) ?? -1);
      }
    }
  });

  test('the traffic is shown of as many links as the limit allows, and how many are left out', async () => {
    const bytes = /^corosync_link_transmit_bytes_total/;
    const kinds = 4;
    const omitted = 'corosync_exporter_links_without_traffic';
    const [all, one] = [await full.scrape(), await limited.scrape()];
    expect(series(all, bytes)).toHaveLength(pairs.length * kinds);
    expect(all.value(omitted)).toBe(0);
    expect(series(one, bytes)).toHaveLength(kinds);
    expect(one.value(omitted)).toBe(3);
    expect(series(one, /^corosync_link_connected/)).toHaveLength(pairs.length);
  });

  test('traffic that is switched off is neither shown nor read', async () => {
    const scrape = await without.scrape();
    const names = /^corosync_(link_(transmit|receive)_|exporter_links_without)|collector="link_traffic"/;
    expect(series(await full.scrape(), names).length).toBeGreaterThan(0);
    expect(series(scrape, names)).toEqual([]);
    expect(series(scrape, /^corosync_link_connected/)).toHaveLength(pairs.length);
    const [all, one, none] = [await costOf(full), await costOf(limited), await costOf(without)];
    console.info(`requests to cmap by scrape: ${all} with all traffic, ${one} with that of a link, ${none} without`);
    // Eight counters of bytes a link, and the sums of its errors and retries: these do not change here.
    expect(all - none).toBeGreaterThan(4 * 10 - 8);
    expect(all - none).toBeLessThan(4 * 10 + 8);
    expect(one - none).toBeGreaterThan(10 - 8);
    expect(one - none).toBeLessThan(10 + 8);
  });

  /** When corosync on the first node last said that it gave up a link, in milliseconds. */
  function givenUp(nodeid: number, number: number): number | undefined {
    const line = new RegExp(`^(\\w+ +\\d+) ([\\d:.]+) .*link: host: ${nodeid} link: ${number} is down`, 'gm');
    const [, day, time] = [...readFileSync(lab.node(1).logFile, 'utf8').matchAll(line)].at(-1) ?? [];
    return day === undefined ? undefined : Date.parse(`${day} ${new Date().getFullYear()} ${time}`);
  }

  /** How many requests a scrape makes to cmap, as corosync counts them; the least of some. */
  async function costOf(exporter: ExporterOnNode): Promise<number> {
    const requests = async () => {
      const { stdout } = await lab.exec(exporter.nodeid, 'corosync-cmapctl', ['-m', 'stats', 'stats.ipcs.service0']);
      const own = new RegExp(`service0\\.${exporter.process.pid}\\.\\S+\\.requests .*= (\\d+)`, 'g');
      return [...stdout.matchAll(own)].reduce((sum, [, count]) => sum + Number(count), 0);
    };
    const costs: number[] = [];
    for (let i = 0; i < 3; i += 1) {
      const before = await requests();
      await exporter.scrape();
      costs.push((await requests()) - before);
    }
    return Math.min(...costs);
  }
});

describe('a cluster with UDPU', () => {
  let lab: Lab;
  let exporter: ExporterOnNode;

  beforeAll(async () => {
    lab = await Lab.up({ nodes: 3, transport: 'udpu' });
    exporter = new ExporterOnNode(lab, 1);
    await exporter.until(isUp, 10_000);
  });
  afterAll(() => lab?.down());

  test('each other node has one link, which is up as the node can be reached', async () => {
    const { scrape } = await exporter.until((scrape) => series(scrape, /^corosync_link_connected/).length > 0, 5_000);
    expect(series(scrape, /^corosync_link_connected/)).toEqual([
      `${link('connected', 2, 0)} 1`,
      `${link('connected', 3, 0)} 1`,
    ]);
    for (const nodeid of [2, 3]) expect(scrape.value(reachable(nodeid))).toBe(1);
    expect(scrape.body).toContain('transport="udpu"');
  });

  test('there are no statistics of knet, and no collector fails for it', async () => {
    const scrape = await exporter.scrape();
    const ofKnet = /^corosync_link_(latency|ups|downs|transmit|receive)|^corosync_node_onwire/;
    expect(series(scrape, ofKnet)).toEqual([]);
    for (const name of ['links', 'link_traffic', 'totem']) expect(scrape.value(succeeded(name)), name).toBe(1);
  });

  test('a node that is killed cannot be reached', async () => {
    await lab.kill(3);
    const { scrape, after } = await exporter.until(({ value }) => value(reachable(3)) === 0, 10_000);
    console.info(`udpu: a killed node seen after ${after} ms`);
    expect(scrape.value(link('connected', 3, 0))).toBe(0);
    expect(scrape.value(reachable(2))).toBe(1);
    expect(scrape.value(link('connected', 2, 0))).toBe(1);
  });
});
