/**
 * Marks the call that a lane is in. A lane cannot tell anybody while corosync holds it, so the mark is in memory that
 * the main thread shares.
 */
export class HeldMark {
  readonly #since: BigInt64Array;

  constructor(shared: SharedArrayBuffer) {
    this.#since = new BigInt64Array(shared);
  }

  static allocate(): SharedArrayBuffer {
    return new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT);
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
    Atomics.store(this.#since, 0, process.hrtime.bigint());
  }

  /** How long the call that is outstanding has been so, in seconds; 0 when there is none. */
  seconds(): number {
    const since = Atomics.load(this.#since, 0);
    return since === 0n ? 0 : Number(process.hrtime.bigint() - since) / 1e9;
  }

  clear(): void {
    Atomics.store(this.#since, 0, 0n);
  }
}
