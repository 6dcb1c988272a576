import type { Change, RecordedChange } from './changes.ts';

/** How many changes are remembered. */
const KEPT = 500;

/** What happened last, for whoever asks and for whoever listens. */
export class ChangeLog {
  #changes: readonly RecordedChange[] = [];
  #lastId = 0;
  readonly #listeners = new Set<(change: RecordedChange) => void>();

  /** The last changes, oldest first. */
  get changes(): readonly RecordedChange[] {
    return this.#changes;
  }

  /** `time` in unix seconds. */
  add(change: Change, time: number): void {
    this.#lastId += 1;
    const recorded = { id: this.#lastId, time, ...change };
    this.#changes = [...this.#changes.slice(-(KEPT - 1)), recorded];
    for (const listener of this.#listeners) listener(recorded);
  }

  /** Calls `listener` with each change from now on, until what is returned is called. */
  listen(listener: (change: RecordedChange) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}
