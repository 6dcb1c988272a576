/** Tells each step of a drill as it is passed, and counts those that are not. */
export class Steps {
  #passed = 0;
  readonly #failed: string[] = [];

  /** What `check` returns is told with the step; what it throws is its failure. */
  async step(title: string, check: () => string | undefined | Promise<string | undefined>): Promise<void> {
    try {
      const found = await check();
      this.#passed++;
      console.log(`  ok      ${title}${found === undefined || found === '' ? '' : `: ${found}`}`);
    } catch (error) {
      this.#failed.push(title);
      console.log(`  FAILED  ${title}: ${(error as Error).message}`);
    }
  }

  /** The exit status. */
  end(): number {
    console.log(`\n${this.#passed} passed, ${this.#failed.length} failed`);
    return this.#failed.length === 0 ? 0 : 1;
  }
}

/** Fails unless it is so. */
export function hold(what: string, is: boolean): void {
  if (!is) throw new Error(`not so: ${what}`);
}
