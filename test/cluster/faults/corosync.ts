import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { libraryNames } from '../../../src/monitor/snapshot.ts';
import type { Scrape } from '../exporter-on-node.ts';
import { type Fault, seconds } from './fault.ts';
import { isConnected, isHealthy } from './site.ts';
import { deadline, growth, lines, slowest, watch } from './watch.ts';

/** What corosync alone may tell: none of it may be there while corosync does not answer. */
const claims = /^corosync_(quorum_(quorate|members?|ring_\w+)|membership_(members?|ring_\w+))[ {]/;
const joins = 'corosync_membership_node_joins_total{node_id="1",node="node1"}';
const isDown = ({ value }: Scrape) => value('corosync_up') === 0;

const killed: Fault = {
  name: 'corosync killed',
  injected: 'SIGKILL to corosync on node 4; started again 3 s later',
  suite: 'exporter-faults',
  async run(site) {
    const { lab } = site;
    const exporter = site.at(4);
    await lab.kill(4);
    const { after } = await exporter.until(isDown, deadline);
    const scrapes = await watch(exporter, 3_000);
    for (const scrape of scrapes) {
      assert.equal(scrape.value('corosync_up'), 0);
      assert.deepEqual(lines(scrape, claims), []);
    }
    await lab.start(4);
    const up = await exporter.until((scrape) => isHealthy(scrape, 4), 20_000);
    return {
      seen: `\`corosync_up\` 0 after ${seconds(after)}; nothing is said of quorum and membership; slowest of ${scrapes.length} scrapes ${seconds(slowest(scrapes))}`,
      recovered: `all connections, all members ${seconds(up.after)} after corosync took clients again`,
    };
  },
};

const frozen: Fault = {
  name: 'corosync frozen',
  injected: 'SIGSTOP to corosync on node 4 for 8 s: the others go on without it',
  suite: 'exporter-faults',
  async run(site) {
    const { lab } = site;
    const exporter = site.at(4);
    const before = await exporter.scrape();
    lab.freeze(4);
    const { after } = await exporter.until(isDown, deadline);
    const scrapes = await watch(exporter, 8_000 - after);
    for (const scrape of scrapes) {
      assert.equal(scrape.value('corosync_up'), 0);
      assert.deepEqual(lines(scrape, claims), []);
    }
    const held = scrapes.at(-1)?.value('corosync_exporter_lane_held_seconds{lane="services"}') ?? 0;
    assert.ok(held > 5);
    lab.thaw(4);
    const again = await exporter.until((scrape) => scrape.value('corosync_up') === 1, 5_000);
    // What it says at once is from before it stood still; that the others were without it, it learns now.
    const up = await exporter.until((scrape) => isHealthy(scrape, 4) && growth(before, scrape, joins) > 0, 20_000);
    assert.equal(growth(before, up.scrape, 'corosync_library_connects_total{library="quorum"}'), 0);
    return {
      seen: `\`corosync_up\` 0 after ${seconds(after)}; \`corosync_exporter_lane_held_seconds\` ${held.toFixed(1)}; slowest of ${scrapes.length} scrapes ${seconds(slowest(scrapes))}`,
      recovered: `\`corosync_up\` 1 ${seconds(again.after)} after SIGCONT, on the same connections; back with the others, and their joining counted, ${seconds(again.after + up.after)} after it`,
    };
  },
};

const rounds = 20;

const restarted: Fault = {
  name: `corosync restarted ${rounds} times in a row`,
  injected: `${rounds} times SIGKILL to corosync on node 4, and started again as soon as the loss is shown`,
  suite: 'exporter-faults (ten times)',
  async run(site) {
    const { lab } = site;
    const exporter = site.at(4);
    const before = await exporter.scrape();
    const times: number[] = [];
    const descriptors: number[] = [];
    for (let i = 0; i < rounds; i += 1) {
      await lab.kill(4);
      await exporter.until(isDown, 2 * deadline);
      await lab.start(4);
      times.push((await exporter.until(isConnected, 30_000)).after);
      descriptors.push(exporter.descriptors);
    }
    await site.healthy();
    const after = await exporter.scrape();
    for (const library of libraryNames) {
      assert.equal(growth(before, after, `corosync_library_connects_total{library="${library}"}`), rounds, library);
    }
    const half = rounds / 2;
    assert.ok(Math.max(...descriptors.slice(half)) <= Math.max(...descriptors.slice(0, half)) + 1, descriptors.join());
    for (const lane of ['services', 'votequorum'])
      assert.equal(after.value(`corosync_exporter_lane_restarts_total{lane="${lane}"}`), 0);
    const sorted = times.toSorted((a, b) => a - b);
    return {
      seen: `each is counted: \`corosync_library_connects_total\` grows by ${rounds} for each library; descriptors ${descriptors[0]} after the first, ${descriptors.at(-1)} after the last`,
      recovered: `all connections within ${seconds(sorted[half] ?? 0)} (median), ${seconds(sorted.at(-1) ?? 0)} (slowest)`,
    };
  },
};

const late: Fault = {
  name: 'corosync started late',
  injected: 'the exporter on node 4 is started 5 s before corosync is',
  suite: 'exporter-access',
  async run(site) {
    const { lab } = site;
    await lab.stop(4);
    const exporter = await site.restartExporter(4);
    await exporter.until(isDown, 10_000);
    const scrapes = await watch(exporter, 5_000);
    assert.ok(scrapes.every(isDown));
    assert.equal((await exporter.scrape('/-/ready')).status, 503);
    await lab.start(4);
    const up = await exporter.until(isConnected, 30_000);
    assert.equal((await exporter.scrape('/-/ready')).status, 200);
    await sleep(1_000);
    const refused = exporter.lines.filter((line) => line.includes('Cannot connect to corosync'));
    return {
      seen: `\`corosync_up\` 0, \`/-/ready\` 503, slowest of ${scrapes.length} scrapes ${seconds(slowest(scrapes))}; lines in the log about it: ${refused.length}`,
      recovered: `all connections ${seconds(up.after)} after corosync took clients; \`/-/ready\` 200`,
    };
  },
};

/** Corosync itself goes, stands still, or comes late. */
export const corosyncFaults: readonly Fault[] = [killed, frozen, restarted, late];
