import type { QuorumApi } from '../corosync/bindings.ts';
import { CorosyncError, CsError } from '../corosync/cs-error.ts';
import type { Dispatched, DispatchMode, QuorumEvent, TrackFlags } from '../corosync/types.ts';
import { changeAt, changesUntil, isQuorate, viewOf } from './cluster.ts';
import { Connection, type Site } from './connection.ts';
import type { Change } from './timeline.ts';

const track: typeof TrackFlags = { CS_TRACK_CURRENT: 1, CS_TRACK_CHANGES: 2, CS_TRACK_CHANGES_ONLY: 4 };

/** The simulated libquorum. */
export class SimulatedQuorum implements QuorumApi {
  readonly model = 1;
  readonly provider = true;
  readonly #connection: Connection;
  #tracking = false;
  #next = 0;
  #pending: QuorumEvent[] = [];

  constructor(site: Site) {
    this.#connection = new Connection(site, 'quorum_model_initialize');
  }

  peerPid(): undefined {
    return undefined;
  }

  fdGet(): number {
    return -1;
  }

  trackstart(flags: number): void {
    this.#connection.roundTrip('quorum_trackstart');
    const { nodeid } = this.#connection;
    const time = this.#connection.time();
    this.#pull();
    if ((flags & (track.CS_TRACK_CURRENT | track.CS_TRACK_CHANGES)) !== 0) {
      this.#pending.push(...eventsOf({ view: viewOf(nodeid, time), joined: [], left: [] }));
    }
    // As in corosync, a second call fails and yet sends the present state again.
    if (this.#tracking) throw new CorosyncError('quorum_trackstart', CsError.CS_ERR_EXIST);
    this.#tracking = (flags & (track.CS_TRACK_CHANGES | track.CS_TRACK_CHANGES_ONLY)) !== 0;
    this.#next = changesUntil(nodeid, time);
  }

  dispatch(mode: DispatchMode): Dispatched<QuorumEvent> {
    return this.#connection.dispatch(mode, (most) => {
      this.#pull();
      return this.#pending.splice(0, most);
    });
  }

  getquorate(): boolean {
    this.#connection.roundTrip('quorum_getquorate');
    return isQuorate(viewOf(this.#connection.nodeid, this.#connection.time()).members);
  }

  close(): void {
    this.#connection.close();
  }

  #pull(): void {
    if (!this.#tracking) return;
    const { nodeid } = this.#connection;
    for (const until = changesUntil(nodeid, this.#connection.time()); this.#next < until; this.#next++) {
      const change = changeAt(nodeid, this.#next);
      if (change.cause !== 'group') this.#pending.push(...eventsOf(change));
    }
  }
}

function eventsOf({ view, joined, left }: Pick<Change, 'view' | 'joined' | 'left'>): QuorumEvent[] {
  const { ringId, members } = view;
  return [
    { kind: 'nodelist', ringId, members, joined, left },
    { kind: 'quorum', quorate: isQuorate(members), ringId, members },
  ];
}
