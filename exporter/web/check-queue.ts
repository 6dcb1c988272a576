/** How many questions of one sender, and of all together, may wait. */
const mostOfOne = 8;
const mostOfAll = 64;

/** Runs slow jobs one at a time and serves their senders in turn, so that one who floods delays only himself. */
export class CheckQueue {
  readonly #waiting = new Map<string, (() => Promise<void>)[]>();
  #count = 0;
  #running = false;

  /** What `job` gives, once it was its turn; undefined at once if too many wait already. */
  add<Result>(sender: string, job: () => Promise<Result>): Promise<Result> | undefined {
    const own = this.#waiting.get(sender) ?? [];
    if (own.length >= mostOfOne || this.#count >= mostOfAll) return undefined;
    this.#count += 1;
    const result = new Promise<Result>((resolve, reject) => {
      own.push(() => job().then(resolve, reject));
    });
    this.#waiting.set(sender, own);
    if (!this.#running) void this.#run();
    return result;
  }

  async #run(): Promise<void> {
    this.#running = true;
    for (let next = this.#take(); next !== undefined; next = this.#take()) await next();
    this.#running = false;
  }

  #take(): (() => Promise<void>) | undefined {
    const [first] = this.#waiting;
    if (first === undefined) return undefined;
    const [sender, jobs] = first;
    const job = jobs.shift();
    this.#count -= 1;
    // Behind everybody else: a map keeps the order in which its keys were added.
    this.#waiting.delete(sender);
    if (jobs.length > 0) this.#waiting.set(sender, jobs);
    return job;
  }
}
