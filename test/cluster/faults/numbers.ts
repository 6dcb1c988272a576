import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Scrape } from '../exporter-on-node.ts';
import type { Lab } from '../lab.ts';
import { type Fault, seconds } from './fault.ts';
import { edit, isHealthy } from './site.ts';
import { growth, lines, watch } from './watch.ts';

/** The nodeids that nodes 1, 2 and 3 get: the smallest, the first that no signed number of 32 bits holds, the largest. */
const nodeids = [1, 2 ** 31, 2 ** 32 - 1];
/** The first whole number that a double does not hold is 2^53 + 1. */
const beyond = 2n ** 53n + 1n;

/** Starts the nodes again with these nodeids, and with a ring sequence and a config_version beyond 2^53. */
export async function toTheEdge(lab: Lab): Promise<void> {
  for (const { nodeid } of lab.nodes) await lab.stop(nodeid);
  for (const { nodeid: node, configFile } of lab.nodes) {
    edit(lab, node, (text) => text.replace(/nodeid: (\d)\n/g, (_, i) => `nodeid: ${nodeids[i - 1]}\n`));
    edit(lab, node, (text) => text.replace('version: 2\n', `version: 2\n  config_version: ${beyond}\n`));
    const [, stateDir = ''] = /state_dir: (.*)/.exec(readFileSync(configFile, 'utf8')) ?? [];
    const sequence = Buffer.alloc(8);
    sequence.writeBigUInt64LE(beyond + 1n); // corosync goes on from it by odd numbers
    writeFileSync(join(stateDir, `ringid_${nodeids[node - 1]}`), sequence);
  }
  await Promise.all(lab.nodes.map(({ nodeid }) => lab.start(nodeid)));
  for (const { nodeid } of lab.nodes) await lab.waitFor(nodeid, nodeids, { quorate: true });
}

const edges: Fault = {
  name: 'nodeids at the edge of 32 bits, ring sequence and config_version beyond 2^53',
  injected: `three nodes with nodeids ${nodeids.join(', ')} (with udpu: with knet corosync refuses 65536 and above), ringid files that begin at 2^53 + 2 and config_version 2^53 + 1; node 3 is killed and started`,
  async run(site) {
    const { lab } = site;
    const last = nodeids[2];
    const exporter = site.at(1);
    const before = await exporter.scrape();
    for (const [i, nodeid] of nodeids.entries()) {
      const labels = `{node_id="${nodeid}",node="node${i + 1}"`;
      for (const metric of ['corosync_membership_member', 'corosync_quorum_member', 'corosync_votequorum_node_votes'])
        assert.equal(before.value(`${metric}${labels}}`), 1, `${metric}${labels}`);
      assert.equal(before.value(`corosync_votequorum_node_state${labels},state="member"}`), 1);
      assert.equal((await site.at(i + 1).scrape()).value('corosync_local_node_id'), nodeid);
      assert.equal(
        before.value(`corosync_cpg_group_node_members{group="corosync-exporter",node_id="${nodeid}"}`) ?? 1,
        1,
      );
    }
    for (const nodeid of nodeids.slice(1)) {
      const i = nodeids.indexOf(nodeid) + 1;
      assert.equal(before.value(`corosync_node_reachable{node_id="${nodeid}",node="node${i}"}`), 1);
    }
    assert.deepEqual(failures(before), []);
    assert.equal(before.value('corosync_config_version'), Number(beyond));
    const { stdout } = await site.exec(1, 'corosync-quorumtool', ['-s']);
    const [, ring = ''] = /Ring ID:\s+\w+\.(\w+)/.exec(stdout) ?? [];
    assert.equal(before.value('corosync_membership_ring_sequence'), Number(BigInt(`0x${ring}`)));
    assert.ok(
      exporter.lines.some((line) => line.includes(`ring=1.${ring}`)),
      'the log has the whole sequence',
    );

    await lab.kill(3);
    const lost = await exporter.until((scrape) => scrape.value('corosync_membership_members') === 2, 15_000);
    const member = `{node_id="${last}",node="node3"}`;
    assert.equal(lost.scrape.value(`corosync_membership_member${member}`), 0);
    await lab.start(3);
    const back = await exporter.until((scrape) => isHealthy(scrape, 3), 15_000);
    const grown = (what: string) => growth(before, back.scrape, `corosync_membership_node_${what}_total${member}`);
    assert.deepEqual([grown('leaves'), grown('joins')], [1, 1]);
    return {
      seen: `members, votes, states, names and the own nodeid are right on all nodes; ring ${BigInt(`0x${ring}`)} as ${before.value('corosync_membership_ring_sequence')} in the metric (a double), whole in the log`,
      recovered: `the leaving and the joining of ${last} are counted for it; back ${seconds(back.after)} after corosync took clients`,
    };
  },
};

const large = 2n ** 60n;
const counters = /^corosync_(totem|link|ipc|knet)_\w+_total(\{.*\})? /;

const wide: Fault = {
  name: '64-bit counters beyond 2^53',
  injected:
    'each 64-bit statistic that the exporter on node 1 reads of corosync is 2^60 larger (a module loaded before the program adds it), then no longer, as after a restart of corosync',
  async run(site) {
    const exporter = site.at(1);
    const before = await exporter.scrape();
    site.ask({ adds: String(large) });
    const shown = await watch(exporter, 2_000);
    site.ask();
    const [first, last] = [shown[0], shown.at(-1)];
    if (first === undefined || last === undefined) throw new Error('no scrape');
    const names = lines(last, counters).map((line) => line.slice(0, line.lastIndexOf(' ')));
    const wider = names.filter((name) => (last.value(name) ?? 0) >= 2 ** 60);
    for (const name of wider) {
      const values = shown.map(({ value }) => value(name) ?? Number.NaN);
      assert.ok(
        values.every((value, i) => value >= (values[i - 1] ?? 0)),
        name,
      );
      // Those of IPC are sums over connections, which each are larger.
      if (name.startsWith('corosync_ipc_')) continue;
      const real = Number(BigInt(values[0] ?? 0) - large);
      assert.ok(Math.abs(real - (before.value(name) ?? 0)) < 1e9, name);
    }
    assert.ok(wider.length > 20, `${wider.length} of ${names.length}`);
    for (const scrape of shown) assert.deepEqual(failures(scrape), []);
    const after = await exporter.scrape();
    const ipc = names.filter((name) => /^corosync_ipc_.*process=/.test(name));
    for (const name of ipc) assert.ok((after.value(name) ?? 0) >= (last.value(name) ?? 0), name);
    const steps = wider.map((name) => growth(first, last, name)).filter((grown) => grown > 0);
    assert.ok(steps.length > 0 && steps.every((step) => step % 256 === 0), steps.join());
    return {
      seen: `${wider.length} counters are shown as the nearest double, none falls, no collector fails; their steps are multiples of 256 (${Math.min(...steps)} the smallest seen)`,
      recovered: `corosync's own counters are back as they were, the ${ipc.length} sums over IPC connections do not fall`,
    };
  },
};

function failures(scrape: Scrape): string[] {
  return lines(scrape, /^corosync_exporter_collector_success\{.*\} 0$/);
}

/** Numbers that do not fit where one would put them: the first on a cluster of its own. */
export const edgeFaults: readonly Fault[] = [edges];
export const numberFaults: readonly Fault[] = [wide];
