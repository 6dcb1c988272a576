import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from './faults.ts';
import type { Site } from './site.ts';

const newConfiguration = (text: string) => text.replace('config_version: 7', 'config_version: 8\n  token_warning: 60');
const oldConfiguration = (text: string) => text.replace('config_version: 8\n  token_warning: 60', 'config_version: 7');
const all = (site: Site, act: (nodeid: number) => unknown) => Promise.all(site.nodeids.map(act));

/** By then CorosyncExporterDown would have arrived, if nothing inhibited it. */
const exporterDown = 170;

/** Faults of the whole, three nodes. */
export const clusterFaults: readonly Fault[] = [
  {
    name: 'minority-partition',
    what: 'The network splits: nodes 1 and 2, node 3',
    site: 'plain',
    expected: ['CorosyncNodeWithoutQuorum node=node3'],
    inject: ({ lab }) => lab.partition([[1, 2], [3]]),
    heal: ({ lab }) => lab.heal(),
  },
  {
    name: 'total-loss',
    what: 'The network splits: each node is alone, none is quorate',
    site: 'plain',
    expected: ['CorosyncQuorumLost'],
    inject: ({ lab }) => lab.partition([[1], [2], [3]]),
    heal: ({ lab }) => lab.heal(),
  },
  {
    name: 'worse',
    what: 'corosync on node 3 is killed; 75 s later, that on node 2 as well: node 1 is not quorate',
    site: 'plain',
    // The first has been told already, so the second is not the first of its group.
    expected: ['CorosyncDown node=node3', 'CorosyncQuorumLost'],
    may: ['CorosyncDown node=node2'], // known a scrape earlier than the loss of quorum, which inhibits it
    before: async (site, scale) => {
      await site.lab.kill(3);
      await sleep(75_000 / scale);
    },
    inject: ({ lab }) => lab.kill(2),
    heal: ({ lab }) => Promise.all([lab.start(2), lab.start(3)]),
  },
  {
    name: 'split-brain',
    what: 'The network splits, and somebody tells node 3 to expect one vote: both sides are quorate',
    site: 'plain',
    expected: ['CorosyncSplitBrain'],
    inject: async (site) => {
      await site.lab.partition([[1, 2], [3]]);
      await site.lab.waitFor(3, [3], { quorate: false });
      await site.command(3, 'corosync-quorumtool', '-e', '1');
    },
    heal: async (site) => {
      await site.lab.heal();
      await site.lab.waitFor(3, [1, 2, 3], { quorate: true });
      await site.command(3, 'corosync-quorumtool', '-e', '3');
    },
  },
  {
    name: 'exporters-dead',
    what: 'All exporters are killed, corosync runs',
    site: 'plain',
    expected: ['CorosyncQuorumUnknown'],
    watch: exporterDown,
    inject: (site) => all(site, (nodeid) => site.killExporter(nodeid)),
    heal: async (site) => all(site, (nodeid) => site.startExporter(nodeid)),
  },
  {
    name: 'nodes-dead',
    what: 'All nodes lose power',
    site: 'plain',
    expected: ['CorosyncQuorumUnknown'],
    watch: exporterDown,
    inject: (site) => all(site, (nodeid) => site.nodeDies(nodeid)),
    heal: (site) => all(site, (nodeid) => site.nodeReturns(nodeid)),
  },
  {
    name: 'one-vote-from-loss',
    what: 'Node 3 is shut down in order and stays off',
    site: 'plain',
    expected: ['CorosyncNodeMissing node=node3', 'CorosyncOneVoteFromQuorumLoss'],
    inject: shutDown,
    heal: (site) => site.nodeReturns(3),
  },
  {
    name: 'expected-votes-lowered',
    what: 'Node 3 is shut down in order, `corosync-quorumtool -e 2` makes up for it, and it is left so',
    site: 'plain',
    // corosync refuses fewer than there are votes: a node has to be missing.
    expected: ['CorosyncNodeMissing node=node3', 'CorosyncOneVoteFromQuorumLoss', 'CorosyncExpectedVotesLowered'],
    inject: async (site) => {
      await shutDown(site);
      await site.lab.waitFor(1, [1, 2], { quorate: true });
      await site.command(1, 'corosync-quorumtool', '-e', '2');
    },
    heal: async (site) => {
      await site.nodeReturns(3);
      await site.lab.waitFor(1, [1, 2, 3], { quorate: true });
      await site.command(1, 'corosync-quorumtool', '-e', '3');
    },
  },
  {
    name: 'configuration-changed',
    what: 'The configuration of node 3 is changed, and reloaded everywhere',
    site: 'plain',
    expected: ['CorosyncConfigVersionDiffers', 'CorosyncConfigDiffers'],
    inject: (site) => site.reload(3, newConfiguration),
    heal: (site) => site.reload(3, oldConfiguration),
  },
];

async function shutDown(site: Site): Promise<void> {
  await Promise.all([site.exporter(3).end(), site.lab.stop(3)]);
  site.management.cut(3);
}
