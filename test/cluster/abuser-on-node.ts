import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { AbuseOptions, Damage } from './abuses.ts';
import type { Lab } from './lab.ts';

/** Abuses exporters from a process of its own, at a low priority: those who do so for real have machines of their own. */
export class AbuserOnNode {
  readonly #process: ChildProcess;
  readonly #answers: AsyncIterator<string>;

  constructor(lab: Lab, nodeid: number) {
    const args = [process.execPath, '--import', 'tsx', 'test/cluster/abuser.ts'];
    this.#process = lab.spawn(nodeid, 'nice', args, { stdio: ['pipe', 'pipe', 'inherit'] });
    if (this.#process.stdout === null) throw new Error('no output');
    this.#answers = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
  }

  begin(...abuses: readonly AbuseOptions[]): void {
    for (const one of abuses) this.#process.stdin?.write(`${JSON.stringify(one)}\n`);
  }

  /** What became of each so far, in the order in which they began. */
  async look(): Promise<readonly Damage[]> {
    return this.#ask('?');
  }

  /** The same, and then ends them all. */
  async end(): Promise<readonly Damage[]> {
    return this.#ask('.');
  }

  async #ask(line: string): Promise<readonly Damage[]> {
    this.#process.stdin?.write(`${line}\n`);
    const { value } = await this.#answers.next();
    return JSON.parse(value as string) as Damage[];
  }
}
