import { expect, test } from 'vitest';
import type { VotequorumApi } from '../../src/corosync/bindings.ts';
import { CorosyncError, CsError } from '../../src/corosync/cs-error.ts';
import { VotequorumFlag, type VotequorumInfo } from '../../src/corosync/types.ts';
import { readVotes } from '../../src/monitor/read-votes.ts';

const local: VotequorumInfo = {
  nodeid: 1,
  nodeState: 1,
  nodeVotes: 1,
  nodeExpectedVotes: 3,
  highestExpected: 4,
  totalVotes: 2,
  quorum: 2,
  flags:
    VotequorumFlag.VOTEQUORUM_INFO_QUORATE |
    VotequorumFlag.VOTEQUORUM_INFO_LAST_MAN_STANDING |
    VotequorumFlag.VOTEQUORUM_INFO_QDEVICE_REGISTERED |
    VotequorumFlag.VOTEQUORUM_INFO_QDEVICE_CAST_VOTE,
  qdeviceVotes: 1,
  qdeviceName: 'Qdevice',
};

function fake(others: Readonly<Record<number, Partial<VotequorumInfo> | number>>) {
  const asked: number[] = [];
  const votequorum: VotequorumApi = {
    getinfo(nodeid) {
      asked.push(nodeid);
      if (nodeid === 0) return local;
      const other = others[nodeid];
      if (typeof other === 'object') return { ...local, nodeid, ...other };
      throw new CorosyncError('votequorum_getinfo', other ?? CsError.CS_ERR_NOT_EXIST);
    },
    close: () => {},
  };
  return { votequorum, asked };
}

test('it asks once for this node and once for each other one', () => {
  const { votequorum, asked } = fake({ 2: {}, 3: {} });
  readVotes(votequorum, [1, 2, 3]);
  expect(asked).toEqual([0, 2, 3]);
});

test('flags become names, and those of the qdevice belong to their node', () => {
  const { votequorum } = fake({ 2: { nodeState: 2, flags: VotequorumFlag.VOTEQUORUM_INFO_QDEVICE_ALIVE } });
  const votes = readVotes(votequorum, [2, 1]);
  expect(votes.flags).toEqual({
    two_node: false,
    wait_for_all: false,
    last_man_standing: true,
    auto_tie_breaker: false,
    allow_downscale: false,
  });
  expect(votes.nodes).toMatchObject([
    { nodeid: 1, state: 'member', qdevice: { registered: true, alive: false, castVote: true, masterWins: false } },
    { nodeid: 2, state: 'dead', qdevice: { registered: false, alive: true, castVote: false, masterWins: false } },
  ]);
});

test('a node that corosync has not met is left out, a state that nobody named is undefined', () => {
  const { votequorum } = fake({ 2: { nodeState: 9 } });
  expect(readVotes(votequorum, [2, 7]).nodes.map(({ nodeid, state }) => [nodeid, state])).toEqual([
    [1, 'member'],
    [2, undefined],
  ]);
});

test('another answer of corosync is a failure', () => {
  const { votequorum } = fake({ 2: CsError.CS_ERR_LIBRARY });
  expect(() => readVotes(votequorum, [2])).toThrow('CS_ERR_LIBRARY');
});
