import type { VotequorumApi } from '../corosync/bindings.ts';
import { CorosyncError, CsError } from '../corosync/cs-error.ts';
import type { VotequorumFlag, VotequorumInfo } from '../corosync/types.ts';
import { isQuorate, joinCountOf, viewOf } from './cluster.ts';
import { Connection, type Site } from './connection.ts';
import { nodeids } from './script.ts';

const quorateFlag: (typeof VotequorumFlag)['VOTEQUORUM_INFO_QUORATE'] = 2;
const nodeState = { MEMBER: 1, DEAD: 2 };

/** The simulated libvotequorum: one vote a node, no qdevice. */
export class SimulatedVotequorum implements VotequorumApi {
  readonly #connection: Connection;

  constructor(site: Site) {
    this.#connection = new Connection(site, 'votequorum_initialize');
  }

  getinfo(nodeid: number): VotequorumInfo {
    this.#connection.roundTrip('votequorum_getinfo');
    const local = this.#connection.nodeid;
    const time = this.#connection.time();
    const asked = nodeid === 0 ? local : nodeid;
    // A corosync that has just started does not know nodes that it has not met.
    if (!nodeids.includes(asked) || joinCountOf(local, asked, time) === 0) {
      throw new CorosyncError('votequorum_getinfo', CsError.CS_ERR_NOT_EXIST);
    }
    const { members } = viewOf(local, time);
    return {
      nodeid: asked,
      nodeState: members.includes(asked) ? nodeState.MEMBER : nodeState.DEAD,
      nodeVotes: 1,
      nodeExpectedVotes: nodeids.length,
      highestExpected: nodeids.length,
      totalVotes: members.length,
      quorum: Math.floor(nodeids.length / 2) + 1,
      flags: isQuorate(members) ? quorateFlag : 0,
      qdeviceVotes: 0,
      qdeviceName: '',
    };
  }

  close(): void {
    this.#connection.close();
  }
}
