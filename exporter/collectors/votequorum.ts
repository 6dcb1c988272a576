import type { CmapValue } from '../../src/corosync/types.ts';
import { type Collector, gauge, readOf, sample } from './metric.ts';
import { nodeLabels } from './nodes.ts';

const node = ['node_id', 'node'] as const;

const expectedVotes = gauge(
  'corosync_votequorum_expected_votes',
  'Votes that this node expects in the cluster (votequorum_getinfo).',
);
const highestExpected = gauge(
  'corosync_votequorum_highest_expected_votes',
  'Highest expected_votes that any node has announced (votequorum_getinfo).',
);
const totalVotes = gauge(
  'corosync_votequorum_total_votes',
  'Votes present in this partition, those of a voting qdevice included (votequorum_getinfo).',
);
const quorumVotes = gauge('corosync_votequorum_quorum_votes', 'Votes needed to be quorate (votequorum_getinfo).');
const nodeVotes = gauge('corosync_votequorum_node_votes', 'Votes of the node (votequorum_getinfo of that node).', node);
const nodeExpectedVotes = gauge(
  'corosync_votequorum_node_expected_votes',
  'Votes that the node expects in the cluster, as it announced (votequorum_getinfo of that node).',
  node,
);
const nodeState = gauge(
  'corosync_votequorum_node_state',
  '1 for the state that the node is in, 0 for the others; a node that corosync has not met since its start has none.',
  ['node_id', 'node', 'state'],
);
const flag = gauge('corosync_votequorum_flag', '1 if the feature of votequorum is switched on, 0 if not.', ['flag']);
const waitForAllStatus = gauge(
  'corosync_votequorum_wait_for_all_status',
  '1 while quorum is withheld until all nodes were seen at once (cmap runtime.votequorum.wait_for_all_status).',
);
const configuredVotes = gauge(
  'corosync_config_expected_votes',
  "Votes that corosync.conf makes up: quorum.expected_votes, or the nodes' quorum_votes and those of the qdevice.",
);

/** Who has how many votes, and how many it takes; live also while corosync is in its sync phase. */
export const votequorumCollector: Collector = {
  name: 'votequorum',
  enabledByDefault: true,
  reads: { votes: [] },
  metrics: [
    ...[expectedVotes, highestExpected, totalVotes, quorumVotes, nodeVotes, nodeExpectedVotes, nodeState, flag],
    ...[waitForAllStatus, configuredVotes],
  ],
  *collect(snapshot) {
    const votes = readOf(snapshot, 'votes');
    if (votes !== undefined) {
      yield sample(expectedVotes, votes.expectedVotes);
      yield sample(highestExpected, votes.highestExpected);
      yield sample(totalVotes, votes.totalVotes);
      yield sample(quorumVotes, votes.quorum);
      for (const { nodeid, ...of } of votes.nodes) {
        const labels = nodeLabels(snapshot, nodeid);
        yield sample(nodeVotes, of.votes, labels);
        yield sample(nodeExpectedVotes, of.expectedVotes, labels);
        for (const state of ['member', 'dead', 'leaving']) {
          yield sample(nodeState, of.state === state, { ...labels, state });
        }
      }
      for (const [name, on] of Object.entries(votes.flags)) yield sample(flag, on, { flag: name });
    }
    const keys = snapshot.configuration?.keys;
    if (keys?.['quorum.provider'] !== 'corosync_votequorum') return;
    yield sample(waitForAllStatus, Number(keys['runtime.votequorum.wait_for_all_status'] ?? 0));
    yield sample(configuredVotes, expectedByConfiguration(keys));
  },
};

/** As votequorum(5) has it. */
function expectedByConfiguration(keys: Readonly<Record<string, CmapValue>>): number {
  const expected = keys['quorum.expected_votes'];
  if (expected !== undefined) return Number(expected);
  const entries = Object.keys(keys).flatMap((key) => /^nodelist\.node\.\d+(?=\.)/.exec(key) ?? []);
  const votesOf = (entry: string) => Number(keys[`${entry}.quorum_votes`] ?? 1);
  const total = [...new Set(entries)].reduce((sum, entry) => sum + votesOf(entry), 0);
  if (keys['quorum.device.model'] === undefined) return total;
  // Unless it is told otherwise, the device may keep one node quorate.
  return total + Number(keys['quorum.device.votes'] ?? total - 1);
}
