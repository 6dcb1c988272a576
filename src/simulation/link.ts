import { bootedAt } from './cluster.ts';
import type { LinkNumber } from './network.ts';
import { isLinked, loopSeconds, nodeids, script } from './script.ts';
import { type Span, spansOf, timesOf } from './spans.ts';

const loop = loopSeconds * 1000;

/** Milliseconds from a change until knet has noticed it; the second link is a little later. */
const noticed = { up: 800, down: 1000, secondLink: 200 };

/** Latency rises for so many milliseconds before the network fails, to so many times what it was. */
const rise = { before: 8_000, to: 4, after: 10_000 };

interface Transition {
  /** Of the loop, in milliseconds. */
  readonly at: number;
  readonly up: boolean;
  /** Not because a corosync stopped. */
  readonly ofNetwork: boolean;
}

/** A link between two nodes as knet on the first sees it, as a pure function of time. */
export class Link {
  readonly #local: number;
  readonly #base: number;
  readonly #transitions: readonly Transition[];
  /** The parts of the loop in which it is connected. */
  readonly connected: readonly Span[];

  constructor(local: number, peer: number, link: LinkNumber) {
    this.#local = local;
    this.#base = 130 + 12 * nodeids.indexOf(peer) + 45 * link;
    this.#transitions = transitionsOf(local, peer, link);
    this.connected = spansOf(this.moments, (phase) => this.isConnected(phase));
  }

  /** When it goes up or down, in milliseconds of the loop. */
  get moments(): number[] {
    return this.#transitions.map(({ at }) => at);
  }

  isConnected(time: number): boolean {
    return this.#transitions.findLast(({ at }) => at <= time % loop)?.up ?? true;
  }

  /** A link starts as down, which counts as one time. */
  downs(time: number): number {
    return 1 + this.#times(time, false);
  }

  ups(time: number): number {
    return (bootedAt(this.#local, time) === undefined ? 1 : 0) + this.#times(time, true);
  }

  /** The mean of the ping's round trip in microseconds; while the link is down it stays as it was. */
  latency(time: number): number {
    const down = this.isConnected(time) ? undefined : this.#transitions.findLast(({ at }) => at <= time % loop);
    const measured = down === undefined ? time : time - ((time % loop) - down.at);
    const drift = 1 + 0.06 * Math.sin(measured / 9_000 + this.#base);
    return Math.round(this.#base * drift * this.#trouble(measured % loop));
  }

  /** Between these two the latency always is. */
  get latencyRange(): readonly [number, number] {
    return [Math.floor(this.#base * 0.94), Math.ceil(this.#base * 1.06 * rise.to)];
  }

  #times(time: number, up: boolean): number {
    const moments = this.#transitions.filter((transition) => transition.up === up).map(({ at }) => at);
    return timesOf(moments, this.#local, time);
  }

  /** How many times the usual latency there is. */
  #trouble(phase: number): number {
    const ofNetwork = this.#transitions.filter((transition) => transition.ofNetwork);
    const shares = ofNetwork.map(({ at, up }) => {
      const age = (phase - at + loop) % loop;
      return up ? 1 - age / rise.after : 1 - (loop - age) / rise.before;
    });
    const last = this.#transitions.findLast(({ at }) => at <= phase);
    const isDown = last?.up === false && last.ofNetwork;
    return 1 + (rise.to - 1) * (isDown ? 1 : Math.max(0, ...shares) ** 2);
  }
}

function transitionsOf(local: number, peer: number, link: LinkNumber): Transition[] {
  return script.flatMap((step, index): Transition[] => {
    const before = script.at(index - 1) ?? step;
    const up = isLinked(step, local, peer, link);
    if (up === isLinked(before, local, peer, link)) return [];
    const failed = up ? before : step;
    const ofNetwork = failed.cutOff !== undefined || failed.linksDown !== undefined;
    return [{ at: step.at * 1000 + (up ? noticed.up : noticed.down) + noticed.secondLink * link, up, ofNetwork }];
  });
}
