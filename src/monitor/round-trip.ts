import { randomBytes } from 'node:crypto';
import type { CpgApi } from '../corosync/bindings.ts';
import { CorosyncError, csErrorName } from '../corosync/cs-error.ts';
import type { CpgEvent } from '../corosync/types.ts';

/** A probe that is not back by then has failed, in milliseconds. */
const TIMEOUT = 5_000;

export type RoundTripResult =
  | { readonly kind: 'round-trip'; readonly seconds: number }
  | { readonly kind: 'round-trip-failed'; readonly reason: string };

/** Measures what a message costs in this cluster now: from multicasting it in our own group to its delivery here. */
export class RoundTrip {
  readonly #interval: number;
  readonly #now: () => number;
  /** Tells our messages from those of other exporters, and of those that ran here before. */
  readonly #instance = randomBytes(8).toString('hex');
  #sequence = 0;
  #sentAt: number | undefined;
  #dueAt = 0;

  /** `interval` and `now` in milliseconds; an interval of 0 sends nothing. */
  constructor(interval: number, now: () => number) {
    this.#interval = interval;
    this.#now = now;
  }

  /** Whether a message is under way. */
  get pending(): boolean {
    return this.#sentAt !== undefined;
  }

  /** Milliseconds until the next message; undefined if there will be none. */
  get dueIn(): number | undefined {
    if (this.#interval === 0) return undefined;
    return this.pending ? 0 : Math.max(0, this.#dueAt - this.#now());
  }

  /** Sends a message if it is time to, and gives up one that takes too long. */
  step(cpg: CpgApi): RoundTripResult | undefined {
    const now = this.#now();
    if (this.#sentAt !== undefined) {
      if (now - this.#sentAt < TIMEOUT) return undefined;
      this.reset();
      return { kind: 'round-trip-failed', reason: 'timeout' };
    }
    if (this.#interval === 0 || now < this.#dueAt) return undefined;
    this.#dueAt = now + this.#interval;
    this.#sequence += 1;
    try {
      cpg.mcastJoined(Buffer.from(this.#text()));
      this.#sentAt = now;
      return undefined;
    } catch (error) {
      if (!(error instanceof CorosyncError)) throw error;
      return { kind: 'round-trip-failed', reason: csErrorName(error.code) };
    }
  }

  /** Recognises the message that is under way. */
  delivered({ message }: CpgEvent & { kind: 'deliver' }): RoundTripResult | undefined {
    if (this.#sentAt === undefined || Buffer.from(message).toString('latin1') !== this.#text()) return undefined;
    const seconds = (this.#now() - this.#sentAt) / 1000;
    this.reset();
    return { kind: 'round-trip', seconds };
  }

  /** Forgets the message that is under way. */
  reset(): void {
    this.#sentAt = undefined;
  }

  #text(): string {
    return `probe ${this.#instance} ${this.#sequence}`;
  }
}
