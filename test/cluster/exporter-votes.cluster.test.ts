import type { ChildProcess } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { complete } from './corosync-conf.ts';
import { type ExporterOnNode, exportersOnAll, type Scrape } from './exporter-on-node.ts';
import { Lab } from './lab.ts';

const device = `
  device {
    model: net
    votes: 1
    net {
      host: 10.10.0.1
      algorithm: ffsplit
      tls: off
    }
  }`;

const votes = (name: string) => `corosync_votequorum_${name}`;
const flag = (name: string) => `corosync_votequorum_flag{flag="${name}"}`;
const state = (nodeid: number, name: string) =>
  `corosync_votequorum_node_state{node_id="${nodeid}",node="node${nodeid}",state="${name}"}`;
const bit = (name: string, nodeid: number, local: number) =>
  `corosync_qdevice_${name}{node_id="${nodeid}",node="node${nodeid}",local="${nodeid === local}"}`;
const flags = ['two_node', 'wait_for_all', 'last_man_standing', 'auto_tie_breaker', 'allow_downscale'];
const waits = votes('wait_for_all_status');

let lab: Lab;
let exporters: ExporterOnNode[];
const at = (nodeid: number) => exporters[nodeid - 1] as ExporterOnNode;

beforeAll(async () => {
  lab = await Lab.up({ nodes: 2, token: 1000, quorumConf: device });
  exporters = await exportersOnAll(lab);
});
afterAll(() => lab?.down());

/** Scrapes until the series have these values. */
const untilValues = (exporter: ExporterOnNode, expected: Readonly<Record<string, number>>, timeout: number) =>
  exporter.until(({ value }) => Object.entries(expected).every(([series, is]) => value(series) === is), timeout);

describe('with a quorum device', () => {
  let qnetd: ChildProcess;
  const qdevices: ChildProcess[] = [];

  // qnetd keeps its certificates under /etc/corosync even where it uses none.
  const daemon = (nodeid: number, command: string) =>
    lab.spawn(nodeid, 'sh', ['-c', `mkdir -p /etc/corosync/qnetd; exec ${command}`], { stdio: 'ignore' });

  const bits = (name: string, local: number, is: number) =>
    Object.fromEntries(lab.nodes.map(({ nodeid }) => [bit(name, nodeid, local), is]));

  test('that nobody has started yet, its vote is expected and missing', async () => {
    for (const exporter of exporters) {
      const { scrape } = await untilValues(exporter, { [votes('total_votes')]: 2 }, 5_000);
      expect(scrape.value(votes('expected_votes'))).toBe(3);
      expect(scrape.value('corosync_config_expected_votes')).toBe(3);
      expect(scrape.value('corosync_qdevice_configured')).toBe(1);
      expect(scrape.value(bit('registered', exporter.nodeid, exporter.nodeid))).toBe(0);
      expect(scrape.body).toMatch(/^corosync_qdevice_info\{name="",model="net"/m);
    }
  });

  test('each node tells that its daemon is registered, alive and casts the vote, and that of the other', async () => {
    qnetd = daemon(1, 'corosync-qnetd -f -s off');
    // A qdevice that finds no qnetd tries again only after seconds.
    await expect.poll(async () => (await lab.exec(1, 'ss', ['-ltn'])).stdout, { timeout: 5_000 }).toContain(':5403');
    for (const { nodeid } of lab.nodes) qdevices.push(daemon(nodeid, 'corosync-qdevice -f'));
    for (const exporter of exporters) {
      const { nodeid } = exporter;
      const { scrape, after } = await untilValues(
        exporter,
        {
          [votes('total_votes')]: 3,
          ...bits('registered', nodeid, 1),
          ...bits('alive', nodeid, 1),
          ...bits('cast_vote', nodeid, 1),
        },
        20_000,
      );
      console.info(`qdevice: node ${nodeid} complete after ${after} ms`);
      expect(scrape.value(votes('expected_votes'))).toBe(3);
      expect(scrape.value(votes('highest_expected_votes'))).toBe(3);
      expect(scrape.value(votes('quorum_votes'))).toBe(2);
      expect(scrape.value('corosync_qdevice_votes')).toBe(1);
      expect(scrape.value(bit('master_wins', nodeid, nodeid))).toBe(0);
      expect(scrape.body).toMatch(
        /^corosync_qdevice_info\{name="Qdevice",model="net",host="10.10.0.1",algorithm="ffsplit"\} 1$/m,
      );
    }
  });

  test('whose qnetd is gone, its vote is no longer cast nor counted', async () => {
    qnetd.kill();
    for (const exporter of exporters) {
      const expected = { [votes('total_votes')]: 2, ...bits('cast_vote', exporter.nodeid, 0) };
      const { scrape, after } = await untilValues(exporter, expected, 20_000);
      console.info(`qnetd gone: node ${exporter.nodeid} tells after ${after} ms`);
      expect(scrape.value(votes('expected_votes'))).toBe(3);
      expect(scrape.value(bit('registered', exporter.nodeid, exporter.nodeid))).toBe(1);
      expect(scrape.value('corosync_quorum_quorate')).toBe(1);
    }
  });

  test('a node that is killed is dead, and its vote is missing', async () => {
    // A qdevice that cannot ask qnetd would hold corosync in its sync phase.
    for (const qdevice of qdevices) qdevice.kill();
    const unregistered = { [bit('registered', 1, 1)]: 0, [state(2, 'member')]: 1, [state(2, 'dead')]: 0 };
    await untilValues(at(1), unregistered, 10_000);
    await lab.kill(2);
    const dead = { [state(2, 'dead')]: 1, [state(2, 'member')]: 0, [state(2, 'leaving')]: 0 };
    const { scrape } = await untilValues(at(1), { ...dead, corosync_quorum_quorate: 0 }, 10_000);
    expect(scrape.value(votes('total_votes'))).toBe(1);
    expect(scrape.value(votes('node_votes{node_id="2",node="node2"}'))).toBe(1);
    expect(scrape.value(state(1, 'member'))).toBe(1);
  });
});

describe('with a feature of votequorum', () => {
  test.each([
    // two_node brings wait_for_all with it.
    { feature: 'two_node', conf: 'two_node: 1', on: ['two_node', 'wait_for_all'], expectedVotes: 2 },
    { feature: 'wait_for_all', conf: 'wait_for_all: 1', on: ['wait_for_all'], expectedVotes: 2 },
    {
      feature: 'last_man_standing and auto_tie_breaker',
      conf: 'last_man_standing: 1\nauto_tie_breaker: 1',
      on: ['last_man_standing', 'auto_tie_breaker'],
      expectedVotes: 2,
    },
    { feature: 'expected_votes', conf: 'expected_votes: 3', on: [], expectedVotes: 3 },
    {
      // It takes the votes of a node that is not there out of those that are expected.
      feature: 'allow_downscale',
      conf: 'allow_downscale: 1\nexpected_votes: 3',
      on: ['allow_downscale'],
      expectedVotes: 2,
      configuredVotes: 3,
    },
  ])(
    '$feature: its flags are set, and a node that is alone waits for all only where it is to',
    async ({ conf, on, expectedVotes, configuredVotes = expectedVotes }) => {
      for (const node of lab.nodes) {
        await lab.kill(node.nodeid);
        node.prepare(complete({ nodes: 2, token: 1000, quorumConf: conf }));
      }
      await lab.start(1);
      const alone = {
        corosync_up: 1,
        [votes('total_votes')]: 1,
        [waits]: Number(on.includes('wait_for_all')),
        corosync_quorum_quorate: 0,
        corosync_quorum_members: 1,
        corosync_qdevice_configured: 0,
      };
      const { scrape } = await untilValues(at(1), alone, 10_000);
      // A node that it has not met since its start has no state.
      expect(scrape.body).not.toContain('corosync_votequorum_node_state{node_id="2"');
      await lab.start(2);
      const together = { [waits]: 0, corosync_quorum_quorate: 1, [votes('total_votes')]: 2, [state(2, 'member')]: 1 };
      const { scrape: both } = await untilValues(at(1), together, 15_000);
      expectFlags(both, on);
      expect(both.value(votes('expected_votes'))).toBe(expectedVotes);
      expect(both.value('corosync_config_expected_votes')).toBe(configuredVotes);
      expect(both.body).not.toMatch(/^corosync_qdevice_(info|registered|alive|votes)/m);
    },
  );

  function expectFlags({ value }: Scrape, on: readonly string[]): void {
    for (const name of flags) expect(value(flag(name)), name).toBe(Number(on.includes(name)));
  }
});
