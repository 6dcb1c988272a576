import { afterAll, beforeAll, expect, test } from 'vitest';
import { ExporterOnNode, isUp, type Scrape } from './exporter-on-node.ts';
import { Lab } from './lab.ts';

const count = 16;
const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

let lab: Lab;
let exporters: ExporterOnNode[];

beforeAll(async () => {
  const start = Date.now();
  lab = await Lab.up({ nodes: count, links: 2 });
  console.info(`large: ${count} nodes with 2 links formed in ${((Date.now() - start) / 1000).toFixed(0)} s`);
  exporters = [1, count].map((nodeid) => new ExporterOnNode(lab, nodeid));
  for (const exporter of exporters) await exporter.until(isUp, 20_000);
}, 80_000);
afterAll(() => lab?.down(), 30_000);

test('of sixteen nodes with two links nothing is missing', async () => {
  for (const exporter of exporters) {
    const { scrape } = await exporter.until(
      ({ body }) => lines(body, /^corosync_link_connected\{.*\} 1$/gm) === 2 * (count - 1),
      20_000,
    );
    const { body, value } = scrape;
    const others = lab.nodes.filter(({ nodeid }) => nodeid !== exporter.nodeid);
    for (const { nodeid, name } of others) {
      expect(value(`corosync_node_reachable{node_id="${nodeid}",node="${name}"}`)).toBe(1);
      for (const link of [0, 1]) {
        const of = `{node_id="${nodeid}",node="${name}",link="${link}"}`;
        expect(value(`corosync_link_enabled${of}`), of).toBe(1);
        expect(value(`corosync_link_connected${of}`), of).toBe(1);
        expect(value(`corosync_link_ups_total${of}`), of).toBeGreaterThan(0);
      }
    }
    expect(lines(body, /^corosync_link_connected\{/gm)).toBe(2 * (count - 1));
    expect(lines(body, /^corosync_link_transmit_bytes_total\{.*kind="data"\}/gm)).toBe(2 * (count - 1));
    expect(value('corosync_exporter_links_without_traffic')).toBe(0);
    expect(lines(body, /^corosync_votequorum_node_votes\{.*\} 1$/gm)).toBe(count);
    expect(lines(body, /^corosync_votequorum_node_state\{.*,state="member"\} 1$/gm)).toBe(count);
    expect(value('corosync_votequorum_total_votes')).toBe(count);
    expect(value('corosync_votequorum_quorum_votes')).toBe(9);
    expect(lines(body, /^corosync_quorum_member\{.*\} 1$/gm)).toBe(count);
    expect(lines(body, /^corosync_node_config_version\{/gm)).toBe(count);
    expect(lines(body, /^corosync_exporter_collector_success\{.*\} 1$/gm)).toBeGreaterThan(10);
    expect(body).not.toMatch(/^corosync_exporter_collector_success\{.*\} 0$/m);
  }
});

test('a scrape is well within its deadline, and makes no more round trips than it has to', async () => {
  for (const exporter of exporters) {
    const times: number[] = [];
    for (let i = 0; i < 20; i += 1) times.push((await exporter.scrape()).took);
    times.sort((a, b) => a - b);

    // What the timer costs in a while without scrapes is taken off what a while with them costs.
    const idle = await cost(exporter, 0);
    const busy = await cost(exporter, 20);
    const perSecond = (idle.requests - busy.requests / 20) / idle.seconds;
    const each = (busy.requests - perSecond * busy.seconds) / 20;
    const series = lines((await exporter.scrape()).body, /^[a-z]/gm);
    const own = lines((await exporter.scrape()).body, /^corosync_/gm);
    console.info(
      `large: node ${exporter.nodeid}: p50 ${times[10]?.toFixed(1)} ms, most ${times[19]?.toFixed(1)} ms; ` +
        `${series} series, ${own} of them corosync_*; ${each.toFixed(0)} round trips a scrape ` +
        `(${Object.entries(busy.byService)
          .map(([service, requests]) => `${service} ${(requests / 20).toFixed(1)}`)
          .join(', ')} with the timer's ${perSecond.toFixed(1)} a second)`,
    );
    expect(times[10]).toBeLessThan(500);
    expect(times[19]).toBeLessThan(2_500);
    expect(each).toBeLessThan(1_000);
  }
});

/** Our own requests to corosync from one scrape to another, with `between` scrapes less one between them. */
async function cost(exporter: ExporterOnNode, between: number) {
  const first = await exporter.scrape();
  const start = performance.now();
  let last = first;
  if (between === 0) await sleep(4_000);
  for (let i = 0; i < Math.max(1, between); i += 1) last = await exporter.scrape();
  const [before, after] = [ownRequests(first), ownRequests(last)];
  const byService = Object.fromEntries(
    Object.entries(after).map(([service, requests]) => [service, requests - (before[service] ?? 0)]),
  );
  const requests = Object.values(byService).reduce((sum, each) => sum + each, 0);
  return { seconds: (performance.now() - start) / 1000, requests, byService };
}

function ownRequests({ body }: Scrape): Record<string, number> {
  const own = body.matchAll(/^corosync_ipc_requests_total\{ipc_service="(\w+)",process="corosync-export"\} (\d+)$/gm);
  return Object.fromEntries([...own].map(([, service, requests]) => [service, Number(requests)]));
}

function lines(body: string, pattern: RegExp): number {
  return body.match(pattern)?.length ?? 0;
}
