/** A token bucket: `burst` requests at once, then one each `interval` milliseconds; 0 means no limit. */
export class RateLimit {
  readonly interval: number;
  readonly burst: number;
  readonly #now: () => number;
  #tokens: number;
  #at: number;

  constructor(
    { interval, burst }: { readonly interval: number; readonly burst: number },
    now = () => performance.now(),
  ) {
    this.interval = interval;
    this.burst = burst;
    this.#now = now;
    this.#tokens = burst;
    this.#at = now();
  }

  /** Whether one more request may pass; takes its token. */
  allow(): boolean {
    if (this.interval === 0) return true;
    const now = this.#now();
    this.#tokens = Math.min(this.burst, this.#tokens + (now - this.#at) / this.interval);
    this.#at = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
