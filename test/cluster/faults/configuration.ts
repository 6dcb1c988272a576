import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import type { Scrape } from '../exporter-on-node.ts';
import { type Fault, seconds } from './fault.ts';
import { nodeBlock } from './node-block.ts';
import { edit, isHealthy, type Site } from './site.ts';
import { deadline, lines, slowest, watch } from './watch.ts';

const loader = fileURLToPath(new URL('scrape-load.mjs', import.meta.url));
const perSecond = 50;
const duration = 4;
/** A call that takes so long holds the exporter's lane: the shipped probe timeout, in milliseconds. */
const heldAfter = 1_000;
/** What may not change by a reload that changes nothing that it shows, and what may not be. */
const watched =
  '^(corosync_up|corosync_nodelist_nodes|corosync_config_digest|corosync_config_expected_votes|corosync_votequorum_expected_votes) .*|^corosync_node_info\\{.*|^corosync_exporter_collector_success\\{.*\\} 0$|^corosync_link_connected\\{.*';

interface Load {
  readonly times: readonly number[];
  readonly failed: number;
  readonly seen: Readonly<Record<string, number>>;
  readonly took: number;
}

const reloads: Fault = {
  name: 'config reload in mid-scrape',
  injected: `corosync-cfgtool -R on node 2 again and again for ${duration} s, each with another token timeout, under ${perSecond} scrapes a second of node 1`,
  async run(site) {
    let { count, load } = await reloadUnderLoad(site);
    // Of a machine that stalls less is told, as it must be: once it may
    if (Math.max(...load.times) > heldAfter) ({ count, load } = await reloadUnderLoad(site));
    const { times, failed, seen } = load;
    assert.equal(failed, 0);
    const total = times.length;
    const digests = Object.keys(seen).filter((line) => line.startsWith('corosync_config_digest'));
    const others = Object.entries(seen).filter(([line]) => !line.startsWith('corosync_config_digest'));
    const sometimes = others.filter(([, times]) => times !== total);
    assert.deepEqual(sometimes, []);
    assert.equal(others.length, 4 + 4 + 6);
    assert.equal(digests.length, 2);
    assert.ok((times.at(-1) ?? 0) < deadline, `${times.length} scrapes: ${times.join()}`);
    const without = total - digests.reduce((sum, line) => sum + (seen[line] ?? 0), 0);
    await site.healthy();
    return {
      seen: `${count} reloads, ${total} scrapes, all answered: median ${times[total >> 1]} ms, slowest ${times.at(-1)} ms; nodes, links and votes are the same in each; each has one of the ${digests.length} digests${without > 0 ? `, or none (${without}, in the middle of a reload)` : ''}`,
      recovered: 'nothing to recover from',
    };
  },
};

async function reloadUnderLoad(site: Site): Promise<{ count: number; load: Load }> {
  const { lab } = site;
  const running = lab.exec(1, process.execPath, [loader, String(perSecond), String(duration), watched], {
    timeoutMs: 20_000,
  });
  let ended = false;
  const result = running.finally(() => {
    ended = true;
  });
  let count = 0;
  for (; !ended; count += 1) {
    const token = count % 2 === 0 ? 1001 : 1000;
    for (const { nodeid } of lab.nodes) edit(lab, nodeid, (text) => text.replace(/token: \d+/, `token: ${token}`));
    await site.exec(2, 'corosync-cfgtool', ['-R']);
  }
  for (const { nodeid } of lab.nodes) edit(lab, nodeid, (text) => text.replace(/token: \d+/, 'token: 1002'));
  await site.exec(2, 'corosync-cfgtool', ['-R']);
  return { count, load: JSON.parse((await result).stdout) };
}

const about4 = /node_id="4"|node="node4"/;

const nodelist: Fault = {
  name: 'node removed from the nodelist and added to it at run time',
  injected:
    'corosync on node 4 is stopped, its entry taken out of the other files, corosync-cfgtool -R; then the entry is put back, -R, corosync on node 4 started',
  async run(site) {
    const { lab } = site;
    const three = [1, 2, 3];
    const block = nodeBlock(lab, 4);
    const before = new Set(lines(await site.at(1).scrape(), about4).map(nameOf));
    await lab.stop(4);
    await lab.waitFor(1, three, { quorate: true });
    for (const nodeid of three) edit(lab, nodeid, (text) => text.replace(block, ''));
    await site.exec(1, 'corosync-cfgtool', ['-R']);
    let gone = 0;
    for (const nodeid of three) {
      const { after } = await site.at(nodeid).until((scrape) => scrape.value('corosync_nodelist_nodes') === 3, 5_000);
      gone = Math.max(gone, after);
    }
    const without = await watch(site.at(1), 1_000);
    for (const scrape of without) {
      assert.deepEqual(lines(scrape, about4), []);
      assert.equal(scrape.value('corosync_votequorum_expected_votes'), 3);
      assert.equal(scrape.value('corosync_votequorum_total_votes'), 3);
      assert.equal(scrape.value('corosync_config_expected_votes'), 3);
    }

    for (const nodeid of three) edit(lab, nodeid, (text) => text.replace('nodelist {\n', `nodelist {\n${block}`));
    await site.exec(1, 'corosync-cfgtool', ['-R']);
    const listed = await site.at(1).until((scrape) => scrape.value('corosync_nodelist_nodes') === 4, 5_000);
    assert.equal(listed.scrape.value('corosync_membership_member{node_id="4",node="node4"}'), 0);
    await lab.start(4);
    const joined = await site.at(1).until((scrape) => isHealthy(scrape, 4), 15_000);
    await site.healthy();
    const up = (link: number) => `corosync_link_connected{node_id="4",node="node4",link="${link}"}`;
    const missing = (scrape: Scrape) => {
      const after = new Set(lines(scrape, about4).map(nameOf));
      return [...before].filter((name) => !after.has(name));
    };
    const { scrape } = await site
      .at(1)
      .until((scrape) => [0, 1].every((link) => scrape.value(up(link)) === 1) && missing(scrape).length === 0, 10_000);
    assert.equal(scrape.value('corosync_votequorum_node_votes{node_id="4",node="node4"}'), 1);
    assert.equal(scrape.value('corosync_votequorum_node_state{node_id="4",node="node4",state="member"}'), 1);
    assert.equal(scrape.value('corosync_votequorum_expected_votes'), 4);
    return {
      seen: `all ${before.size} metrics with series of node 4 are without them on the others ${seconds(gone)} after the reload, expected votes 3; slowest scrape ${seconds(slowest(without))}`,
      recovered: `listed ${seconds(listed.after)} after the second reload, a member ${seconds(joined.after)} after corosync on it took clients: name, votes, state, both links, the same metrics as before`,
    };
  },
};

function nameOf(line: string): string {
  return line.slice(0, line.indexOf('{'));
}

/** corosync.conf changes under way. */
export const configurationFaults: readonly Fault[] = [reloads, nodelist];
