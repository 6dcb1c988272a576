import type { VotequorumApi } from '../corosync/bindings.ts';
import { CsError } from '../corosync/cs-error.ts';
import { VotequorumFlag, type VotequorumInfo, VotequorumNodeState } from '../corosync/types.ts';
import type { NodeVotes, VotequorumFlagName, Votes } from './areas.ts';
import { unless } from './read-area.ts';

/** Asks for this node's view of the vote, then for each node's part in it. */
export function readVotes(votequorum: VotequorumApi, nodeids: readonly number[]): Votes {
  const info = votequorum.getinfo(0);
  const others = nodeids.filter((nodeid) => nodeid !== info.nodeid);
  const met = others
    // A node that corosync has not met since its start has no votes yet.
    .map((nodeid) => unless([CsError.CS_ERR_NOT_EXIST], () => votequorum.getinfo(nodeid)))
    .filter((other) => other !== undefined);
  return {
    expectedVotes: info.nodeExpectedVotes,
    highestExpected: info.highestExpected,
    totalVotes: info.totalVotes,
    quorum: info.quorum,
    flags: Object.fromEntries(
      Object.entries(featureFlags).map(([name, bit]) => [name, (info.flags & bit) !== 0]),
    ) as Votes['flags'],
    qdeviceVotes: info.qdeviceVotes,
    qdeviceName: info.qdeviceName,
    nodes: [info, ...met].map(nodeVotes).sort((a, b) => a.nodeid - b.nodeid),
  };
}

const featureFlags: Record<VotequorumFlagName, number> = {
  two_node: VotequorumFlag.VOTEQUORUM_INFO_TWONODE,
  wait_for_all: VotequorumFlag.VOTEQUORUM_INFO_WAIT_FOR_ALL,
  last_man_standing: VotequorumFlag.VOTEQUORUM_INFO_LAST_MAN_STANDING,
  auto_tie_breaker: VotequorumFlag.VOTEQUORUM_INFO_AUTO_TIE_BREAKER,
  allow_downscale: VotequorumFlag.VOTEQUORUM_INFO_ALLOW_DOWNSCALE,
};

const states: Record<number, NodeVotes['state']> = {
  [VotequorumNodeState.VOTEQUORUM_NODESTATE_MEMBER]: 'member',
  [VotequorumNodeState.VOTEQUORUM_NODESTATE_DEAD]: 'dead',
  [VotequorumNodeState.VOTEQUORUM_NODESTATE_LEAVING]: 'leaving',
};

function nodeVotes({ nodeid, nodeState, nodeVotes: votes, nodeExpectedVotes, flags }: VotequorumInfo): NodeVotes {
  return {
    nodeid,
    state: states[nodeState],
    votes,
    expectedVotes: nodeExpectedVotes,
    qdevice: {
      registered: (flags & VotequorumFlag.VOTEQUORUM_INFO_QDEVICE_REGISTERED) !== 0,
      alive: (flags & VotequorumFlag.VOTEQUORUM_INFO_QDEVICE_ALIVE) !== 0,
      castVote: (flags & VotequorumFlag.VOTEQUORUM_INFO_QDEVICE_CAST_VOTE) !== 0,
      masterWins: (flags & VotequorumFlag.VOTEQUORUM_INFO_QDEVICE_MASTER_WINS) !== 0,
    },
  };
}
