import type { Bindings, VotequorumApi } from '../corosync/bindings.ts';
import { VotequorumFlag } from '../corosync/types.ts';
import type { Reads } from './areas.ts';
import { Connector, type Lane } from './connector.ts';
import type { LaneEvent } from './lane-protocol.ts';
import type { MonitorOptions } from './options.ts';
import { readArea } from './read-area.ts';
import { readVotes } from './read-votes.ts';

/** The lane of libvotequorum, the one service that answers while corosync is in its sync phase. */
export class VotequorumProbe {
  readonly #interval: number;
  readonly #reads: Reads;
  readonly #lane: Lane;
  readonly #votequorum: Connector<VotequorumApi>;
  #untold: LaneEvent | undefined;
  /** The main thread says when: not while corosync refuses us, nor where votequorum is not the provider. */
  allowed = false;

  constructor(bindings: Bindings, { dispatchInterval, reads }: MonitorOptions, lane: Lane) {
    this.#interval = dispatchInterval;
    this.#reads = reads;
    this.#lane = lane;
    this.#votequorum = new Connector('votequorum', bindings.votequorum, lane, () => ({}));
  }

  /** Asks; the answer is told at once only while corosync holds the other lane, as the main thread wakes up for it. */
  step(): void {
    this.#untold = undefined;
    if (this.allowed) this.#votequorum.open();
    const before = this.#lane.now();
    const info = this.#votequorum.call((votequorum) => votequorum.getinfo(0));
    this.#votequorum.endIfDead();
    if (info === undefined) return;
    const seconds = (this.#lane.now() - before) / 1000;
    const quorate = (info.flags & VotequorumFlag.VOTEQUORUM_INFO_QUORATE) !== 0;
    this.#lane.held.answered();
    this.#untold = { kind: 'probed', library: 'votequorum', quorate, seconds };
    const { servicesHeld } = this.#lane;
    if (servicesHeld === undefined || servicesHeld.seconds() > 0) this.#tell();
  }

  read(nodeids: readonly number[]): void {
    this.#tell();
    readArea(this.#lane, this.#reads, 'votes', () =>
      this.#votequorum.read((votequorum) => readVotes(votequorum, nodeids)),
    );
  }

  get nextStepIn(): number {
    const retryIn = this.allowed ? this.#votequorum.retryIn : undefined;
    return Math.max(1, Math.min(this.#interval, retryIn ?? this.#interval));
  }

  close(): void {
    this.#votequorum.close();
  }

  #tell(): void {
    if (this.#untold !== undefined) this.#lane.post(this.#untold);
    this.#untold = undefined;
  }
}
