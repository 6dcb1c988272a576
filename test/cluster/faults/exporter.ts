import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Scrape } from '../exporter-on-node.ts';
import { type Fault, seconds } from './fault.ts';
import { isConnected, isHealthy, type Site } from './site.ts';
import { deadline, growth, slowest, watch } from './watch.ts';

const held = 'corosync_exporter_lane_held_seconds{lane="services"}';
const restarts = 'corosync_exporter_lane_restarts_total{lane="services"}';

const throwing: Fault = {
  name: 'a lane made to throw',
  injected:
    'quorum_getquorate of the exporter on node 1 ends in an exception (a module loaded before the program replaces it) until the lane has died twice',
  async run(site) {
    const exporter = site.at(1);
    const before = await exporter.scrape();
    const clients = await activeClients(site);
    const { descriptors } = exporter;
    site.ask({ throws: 'thrown by a test' });
    const scrapes: Scrape[] = [];
    const dead = await exporter.until((scrape) => {
      scrapes.push(scrape);
      return growth(before, scrape, restarts) === 2;
    }, 15_000);
    const { value } = dead.scrape;
    assert.equal(value('corosync_up'), 0);
    assert.equal(value('corosync_quorum_quorate'), undefined);
    assert.equal(value('corosync_probe_success{library="votequorum"}'), 1);
    site.ask();
    const up = await exporter.until((scrape) => isHealthy(scrape, 4), 15_000);
    assert.ok(slowest(scrapes) < deadline);
    const told = exporter.lines.filter((line) => line.includes('A lane died') && line.includes('thrown by a test'));
    assert.equal(told.length, growth(before, up.scrape, restarts));
    assert.equal(growth(before, up.scrape, 'corosync_exporter_lane_restarts_total{lane="votequorum"}'), 0);
    await sleep(500);
    assert.equal(await activeClients(site), clients);
    assert.ok(exporter.descriptors <= descriptors + 1);
    return {
      seen: `\`corosync_up\` 0, the other lane goes on; two deaths in ${seconds(dead.after)}, each one line in the log and one of \`corosync_exporter_lane_restarts_total\`; slowest of ${scrapes.length} scrapes ${seconds(slowest(scrapes))}`,
      recovered: `everything ${seconds(up.after)} after the exception was gone; corosync has as many connections as before (${clients})`,
    };
  },
};

const stuck: Fault = {
  name: 'a call that never comes back',
  injected:
    'corosync on node 1 stopped, a `cpg_iteration_next` sent to it, and corosync killed: of that the call never comes back; started again 1 s later',
  async run(site) {
    const exporter = site.at(1);
    const before = await exporter.scrape();
    site.dieOfGroups();
    const scrapes: Scrape[] = [];
    await exporter.until((scrape) => {
      scrapes.push(scrape);
      return site.lab.node(1).pid === undefined;
    }, 5_000);
    await sleep(1_000);
    await site.lab.start(1);
    const up = await exporter.until((scrape) => {
      scrapes.push(scrape);
      return isHealthy(scrape, 4);
    }, 15_000);
    assert.ok(slowest(scrapes) < deadline);
    const meanwhile = scrapes.filter(({ value }) => (value(held) ?? 0) > 1);
    assert.ok(meanwhile.length > 0);
    for (const { value } of meanwhile) {
      assert.equal(value('corosync_up'), 0);
      for (const claim of ['sync_in_progress', 'quorum_quorate', 'membership_members'])
        assert.equal(value(`corosync_${claim}`), undefined, claim);
    }
    assert.equal(growth(before, up.scrape, restarts), 1);
    assert.equal(exporter.lines.filter((line) => line.includes('does not come back from a call')).length, 1);
    // the thread is still there; the process ends in spite of it
    const { status, after } = await exporter.end();
    assert.equal(status, 0);
    await site.restartExporter(1);
    await site.healthy();
    return {
      seen: `\`corosync_up\` 0, nothing is said of quorum and membership, also when the next corosync is there; one line in the log and one of \`corosync_exporter_lane_restarts_total\`; slowest of ${scrapes.length} scrapes ${seconds(slowest(scrapes))}`,
      recovered: `by another thread; all connections, all members ${seconds(up.after)} after corosync took clients; the exporter then ends in ${seconds(after)}`,
    };
  },
};

const transitions = (to: string) => `corosync_quorum_transitions_total{to="${to}"}`;
const stop = 10_000;

const stopped: Fault = {
  name: 'exporter stopped and continued',
  injected: `SIGSTOP to the exporter on node 4 for ${stop / 1000} s, in which the node loses quorum by a partition and is quorate again`,
  async run(site) {
    const { lab } = site;
    const exporter = site.at(4);
    const before = await exporter.scrape();
    const lines = exporter.lines.length;
    exporter.process.kill('SIGSTOP');
    const begin = performance.now();
    await lab.partition([[1, 2, 3], [4]]);
    await lab.waitFor(4, [4], { quorate: false });
    await lab.heal();
    await lab.waitFor(4, [1, 2, 3, 4], { quorate: true });
    await sleep(Math.max(0, stop - (performance.now() - begin)));
    exporter.process.kill('SIGCONT');
    const first = await exporter.scrape();
    assert.ok(first.took < deadline);
    const up = await exporter.until((scrape) => isHealthy(scrape, 4), 5_000);
    const grown = (series: string) => growth(before, up.scrape, series);
    for (const to of ['inquorate', 'quorate']) assert.equal(grown(transitions(to)), 1, to);
    for (const node of [1, 2, 3]) {
      for (const what of ['leaves', 'joins']) {
        const series = `corosync_membership_node_${what}_total{node_id="${node}",node="node${node}"}`;
        assert.equal(grown(series), 1, series);
      }
    }
    for (const library of ['quorum', 'cpg', 'votequorum'])
      assert.equal(grown(`corosync_library_connects_total{library="${library}"}`), 0);
    const told = exporter.lines.slice(lines);
    assert.deepEqual(
      told.filter((line) => /does not answer|Lost connection|A lane died/.test(line)),
      [],
    );
    return {
      seen: `after it the loss, the return, and each node's leaving and joining are counted once: corosync had kept the notifications`,
      recovered: `first scrape after SIGCONT in ${seconds(first.took)}, with \`corosync_up\` ${first.value('corosync_up')}; all members after ${seconds(up.after)}, on the same connections`,
    };
  },
};

const jump = 3_600;
const measured = [
  'corosync_dispatch_seconds_total{library="quorum"}',
  'corosync_dispatch_seconds_total{library="cpg"}',
  'corosync_cpg_round_trip_seconds_sum',
];

const clockJump: Fault = {
  name: 'clock jump',
  injected:
    'the wall clock of the exporter on node 1 (Date in all its threads, by a module loaded before the program) an hour forward, then two hours back; corosync on it is then killed, the clock set back by another hour while the exporter waits for the next attempt, and corosync started',
  async run(site) {
    const exporter = site.at(1);
    const before = await exporter.scrape();
    const scrapes: Scrape[] = [];
    for (const clock of [jump, -jump]) {
      site.ask({ clock });
      await sleep(300);
      const seen = await watch(exporter, 1_200);
      for (const scrape of seen) followsClock(scrape, clock);
      scrapes.push(...seen);
    }
    const last = scrapes.at(-1) as Scrape;
    for (const series of measured) {
      const grown = growth(before, last, series);
      assert.ok(grown >= 0 && grown < 1, `${series} grew by ${grown}`);
    }
    await site.lab.kill(1);
    await exporter.until(({ value }) => value('corosync_up') === 0, 3_000);
    site.ask({ clock: -2 * jump });
    await site.lab.start(1);
    const up = await exporter.until(isConnected, 10_000);
    await site.healthy();
    const after = await exporter.scrape();
    if (growth(before, after, transitions('quorate')) > 0)
      near(after, 'corosync_quorum_last_transition_timestamp_seconds', -2 * jump, 60);
    site.ask();
    return {
      seen: `\`corosync_up\` and both probes 1 in all ${scrapes.length} scrapes, the slowest ${seconds(slowest(scrapes))}; no duration grew by it; times are those of the clock`,
      recovered: `all connections ${seconds(up.after)} after corosync took clients: waiting is not by the wall clock`,
    };
  },
};

/** Nothing but times may show that the clock is wrong. */
function followsClock(scrape: Scrape, clock: number): void {
  const { value } = scrape;
  assert.equal(value('corosync_up'), 1);
  for (const library of ['quorum', 'votequorum']) {
    assert.equal(value(`corosync_probe_success{library="${library}"}`), 1);
    assert.ok((value(`corosync_probe_duration_seconds{library="${library}"}`) ?? -1) >= 0);
    near(scrape, `corosync_state_timestamp_seconds{library="${library}"}`, clock, 60);
  }
}

function near({ value }: Scrape, series: string, clock: number, by: number): void {
  const off = (value(series) ?? Number.NaN) - (Date.now() / 1000 + clock);
  assert.ok(Math.abs(off) < by, `${series} is ${off.toFixed(1)} s from the clock`);
}

async function activeClients(site: Site): Promise<number> {
  const { stdout } = await site.exec(1, 'corosync-cmapctl', ['-m', 'stats', 'stats.ipcs.global.active']);
  return Number(/= (\d+)/.exec(stdout)?.[1]);
}

/** The exporter itself fails, stands still, or is deceived. */
export const exporterFaults: readonly Fault[] = [throwing, stuck, stopped, clockJump];
