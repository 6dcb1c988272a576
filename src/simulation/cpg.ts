import type { CpgApi } from '../corosync/bindings.ts';
import { CorosyncError, CsError } from '../corosync/cs-error.ts';
import type {
  CpgAddress,
  CpgEvent,
  CpgIterationEntry,
  CpgIterationType,
  Dispatched,
  DispatchMode,
} from '../corosync/types.ts';
import { changeAt, changesUntil, deliverableAt, viewOf } from './cluster.ts';
import { Connection, type Site, sleep, slice } from './connection.ts';
import { exporterPid, exportersGroup, iterated, membersOfGroups } from './groups.ts';
import type { Change, Peer } from './timeline.ts';

const joinReason = 1; // CPG_REASON_JOIN

/** The simulated libcpg. Other members' messages are not simulated. */
export class SimulatedCpg implements CpgApi {
  readonly #connection: Connection;
  #group: string | undefined;
  #next: number;
  #sent = 0;
  #pending: { readonly due: number; readonly event: CpgEvent }[] = [];

  constructor(site: Site) {
    this.#connection = new Connection(site, 'cpg_model_initialize');
    this.#next = changesUntil(site.nodeid, this.#connection.time());
  }

  localGet(): number {
    this.#connection.roundTrip('cpg_local_get');
    return this.#connection.nodeid;
  }

  join(group: string): void {
    this.#connection.roundTrip('cpg_join');
    if (this.#group !== undefined) throw new CorosyncError('cpg_join', CsError.CS_ERR_EXIST);
    const time = this.#connection.time();
    this.#pull(time); // what came before is none of the group's
    this.#group = group;
    const { peers } = viewOf(this.#connection.nodeid, time);
    this.#pending.push({
      due: time,
      event: this.#confchg(group, peers, [], [{ ...this.#self(), reason: joinReason }]),
    });
  }

  leave(_group: string): void {
    this.#connection.roundTrip('cpg_leave');
    this.#group = undefined;
  }

  /** Does not wait for corosync: the message is queued. */
  mcastJoined(message: Uint8Array): void {
    this.#connection.check('cpg_mcast_joined');
    const group = this.#group;
    if (group === undefined) throw new CorosyncError('cpg_mcast_joined', CsError.CS_ERR_NOT_EXIST);
    const { nodeid, pid } = this.#self();
    const due = deliverableAt(nodeid, this.#connection.time()) + jitter(this.#sent++);
    this.#pending.push({ due, event: { kind: 'deliver', group, nodeid, pid, message: Uint8Array.from(message) } });
  }

  iterate(type: CpgIterationType, group?: string): CpgIterationEntry[] {
    this.#connection.roundTrip('cpg_iteration_initialize');
    const { nodeid, pid } = this.#self();
    const own = this.#group === undefined ? [] : [{ group: this.#group, nodeid, pid }];
    return iterated([...membersOfGroups(nodeid, this.#connection.time()), ...own], type, group);
  }

  dispatch(mode: DispatchMode): Dispatched<CpgEvent> {
    return this.#connection.dispatch(mode, (most) => {
      this.#pull(this.#connection.time());
      const due = this.#due().slice(0, most);
      this.#pending = this.#pending.filter((pending) => !due.includes(pending));
      return due.map(({ event }) => event);
    });
  }

  waitReadable(milliseconds: number): boolean {
    // By the real clock, as the sleep is; a dead connection is readable, so that its dispatch tells.
    for (const end = performance.now() + milliseconds; ; ) {
      if (this.#connection.code() !== CsError.CS_OK) return true;
      this.#pull(this.#connection.time());
      if (!this.#connection.isFrozen() && this.#due().length > 0) return true;
      const left = end - performance.now();
      if (left <= 0) return false;
      const untilDue = Math.min(...this.#pending.map(({ due }) => due - this.#connection.time()));
      sleep(Math.min(left, slice, untilDue > 0 ? untilDue : slice));
    }
  }

  close(): void {
    this.#connection.close();
  }

  #due(): { readonly due: number; readonly event: CpgEvent }[] {
    const time = this.#connection.time();
    return this.#pending.filter(({ due }) => due <= time).sort((a, b) => a.due - b.due);
  }

  #pull(time: number): void {
    const { nodeid } = this.#connection;
    for (const until = changesUntil(nodeid, time); this.#next < until; this.#next++) {
      const change = changeAt(nodeid, this.#next);
      this.#pending.push(...this.#eventsOf(change).map((event) => ({ due: change.at, event })));
    }
  }

  #eventsOf({ cause, view, groupLeft, groupJoined }: Change): CpgEvent[] {
    const events: CpgEvent[] = [];
    const group = this.#group;
    if (group === exportersGroup) {
      const notYet = groupJoined.map(({ nodeid }) => nodeid);
      const stayed = view.peers.filter((id) => !notYet.includes(id));
      if (groupLeft.length > 0) events.push(this.#confchg(group, stayed, groupLeft.map(addressOf), []));
      if (groupJoined.length > 0) events.push(this.#confchg(group, view.peers, [], groupJoined.map(addressOf)));
    }
    if (cause !== 'group') events.push({ kind: 'totem_confchg', ringId: view.ringId, members: view.members });
    return events;
  }

  #confchg(group: string, peers: readonly number[], left: readonly CpgAddress[], joined: readonly CpgAddress[]) {
    const others = group === exportersGroup ? peers : [];
    const members = [...others.map((nodeid) => addressOf({ nodeid, reason: 0 })), this.#self()];
    return { kind: 'confchg', group, members: members.sort((a, b) => a.nodeid - b.nodeid), left, joined } as const;
  }

  #self(): CpgAddress {
    return { nodeid: this.#connection.nodeid, pid: process.pid, reason: 0 };
  }
}

function addressOf({ nodeid, reason }: Peer): CpgAddress {
  return { nodeid, pid: exporterPid(nodeid), reason };
}

/** One to three milliseconds, different from message to message and the same in every run. */
function jitter(message: number): number {
  return 1 + ((message * 7919) % 2000) / 1000;
}
