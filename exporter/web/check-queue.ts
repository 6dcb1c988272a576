/** How many questions of one sender, and of all together, may wait. */
const mostOfOne = 8;
const mostOfAll = 64;

interface Job {
  run(): Promise<void>;
  /** It is not its turn before too many others came. */
  giveUp(): void;
}

/** Runs slow jobs one at a time and serves their senders in turn, so that one who floods delays only himself. */
export class CheckQueue {
  readonly #waiting = new Map<string, Job[]>();
  #count = 0;
  #running = false;

  /** What `job` gives, once it was its turn; undefined if too many wait already, or came of other senders since. */
  add<Result>(sender: string, job: () => Promise<Result>): Promise<Result | undefined> | undefined {
    const own = this.#waiting.get(sender) ?? [];
    if (own.length >= mostOfOne || (this.#count >= mostOfAll && !this.#makeRoom(own.length))) return undefined;
    this.#count += 1;
    const result = new Promise<Result | undefined>((resolve, reject) => {
      own.push({ run: () => job().then(resolve, reject), giveUp: () => resolve(undefined) });
    });
    this.#waiting.set(sender, own);
    if (!this.#running) void this.#run();
    return result;
  }

  /** Gives up the last job of who has most waiting, if a sender with `own` of them has less than his share. */
  #makeRoom(own: number): boolean {
    const most = [...this.#waiting.values()].reduce(
      (longest, jobs) => (jobs.length > longest.length ? jobs : longest),
      [],
    );
    if (most.length <= own + 1) return false;
    most.pop()?.giveUp();
    this.#count -= 1;
    return true;
  }

  async #run(): Promise<void> {
    this.#running = true;
    for (let next = this.#take(); next !== undefined; next = this.#take()) await next.run();
    this.#running = false;
  }

  #take(): Job | undefined {
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
