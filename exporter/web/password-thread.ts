import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { PasswordQuestion } from './password-worker.ts';

/** Whether a password is the one of a bcrypt hash. */
export type ComparePassword = (question: PasswordQuestion) => Promise<boolean>;

interface Waiting {
  readonly resolve: (same: boolean) => void;
  readonly reject: (error: unknown) => void;
}

/** Bcrypt on a thread, for one question at a time; the thread starts with the first one and does not keep the process. */
export class PasswordThread {
  #worker: Worker | undefined;
  #waiting: Waiting | undefined;

  readonly compare: ComparePassword = (question) =>
    new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#worker ??= this.#start();
      this.#worker.postMessage(question);
    });

  /** Ends the thread, also in the middle of a hash. */
  async close(): Promise<void> {
    await this.#worker?.terminate();
  }

  #start(): Worker {
    const worker = new Worker(new URL(`./password-worker${extname(import.meta.url)}`, import.meta.url));
    worker.on('message', (same: boolean) => this.#take()?.resolve(same));
    const lost = (error: unknown) => {
      if (this.#worker !== worker) return; // its error was told already, and another one is at work
      this.#worker = undefined; // the next question starts another one
      this.#take()?.reject(error);
    };
    worker.on('error', lost);
    worker.on('exit', () => lost(new Error('the thread for passwords has ended')));
    worker.unref();
    return worker;
  }

  #take(): Waiting | undefined {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    return waiting;
  }
}
