import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import type { Lab } from '../test/cluster/lab.ts';

/** A program on a node that answers each line with a line. */
export class LineProgram {
  readonly process: ChildProcess;
  readonly #lines: Interface;

  private constructor(process: ChildProcess, lines: Interface) {
    this.process = process;
    this.#lines = lines;
  }

  /** Starts it and waits for its first line. */
  static async start(lab: Lab, nodeid: number, program: string, args: readonly string[] = []): Promise<LineProgram> {
    const child = lab.spawn(nodeid, program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    if (child.stdout === null) throw new Error(`${program} has no output`);
    const started = new LineProgram(child, createInterface(child.stdout));
    await started.#answer();
    return started;
  }

  async ask(line: string): Promise<string> {
    const answer = this.#answer();
    this.process.stdin?.write(`${line}\n`);
    return answer;
  }

  /** Lets it end. */
  async end(): Promise<void> {
    const ended = once(this.process, 'exit');
    this.process.stdin?.end();
    await ended;
  }

  async #answer(): Promise<string> {
    const ended = new AbortController();
    const line = once(this.#lines, 'line', { signal: ended.signal });
    const close = () => ended.abort();
    this.#lines.once('close', close);
    try {
      const [text] = await line;
      return text as string;
    } catch (cause) {
      throw new Error('A program of the benchmark ended without an answer', { cause });
    } finally {
      this.#lines.removeListener('close', close);
    }
  }
}
