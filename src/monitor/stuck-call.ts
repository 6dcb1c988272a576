/** libqb looks every 2 s whether corosync is still there; milliseconds. */
const GIVE_UP = 4_000;

/**
 * Notices a call that never comes back: corosync has ended the connection, and the library does not look. That is
 * cpg_iteration_next(3), which waits for its answer without a limit.
 */
export class StuckCall {
  #endedSince: number | undefined;

  /** `held`: since the call began; `ended`: whether corosync has ended the connection; all in milliseconds. */
  isStuck(held: number, ended: boolean, now: number): boolean {
    if (held === 0 || !ended) {
      this.#endedSince = undefined;
      return false;
    }
    this.#endedSince ??= now;
    return Math.min(held, now - this.#endedSince) > GIVE_UP;
  }
}
