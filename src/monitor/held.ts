/**
 * Marks the call that a lane is in, and when corosync has answered last. A lane cannot tell anybody while corosync holds
 * it, so the mark is in memory that the main thread shares.
 */
export class HeldMark {
  /** When the call began that is outstanding, and when one was answered, in nanoseconds; 0: none is, none was. */
  readonly #times: BigInt64Array;

  constructor(shared: SharedArrayBuffer) {
    this.#times = new BigInt64Array(shared);
  }

  static allocate(): SharedArrayBuffer {
    return new SharedArrayBuffer(2 * BigInt64Array.BYTES_PER_ELEMENT);
  }

  /** Runs a call that corosync may hold. */
  during<T>(call: () => T): T {
    this.begin();
    try {
      return call();
    } finally {
      this.clear();
    }
  }

  /** The call that is made now; clear() when it is back. */
  begin(): void {
    Atomics.store(this.#times, 0, process.hrtime.bigint());
  }

  /** How long the call that is outstanding has been so, in seconds; 0 when there is none. */
  seconds(): number {
    return this.#secondsSince(0) ?? 0;
  }

  /** Corosync has answered now. */
  answered(): void {
    Atomics.store(this.#times, 1, process.hrtime.bigint());
  }

  /** Undefined: it never has. */
  answeredSecondsAgo(): number | undefined {
    return this.#secondsSince(1);
  }

  clear(): void {
    Atomics.store(this.#times, 0, 0n);
  }

  #secondsSince(which: 0 | 1): number | undefined {
    const since = Atomics.load(this.#times, which);
    return since === 0n ? undefined : Number(process.hrtime.bigint() - since) / 1e9;
  }
}
