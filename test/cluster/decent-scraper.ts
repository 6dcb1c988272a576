import { request as requestPlain } from 'node:http';
import { type RequestOptions, request } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';

/** What came of some scrapes. */
export interface Service {
  readonly statuses: Readonly<Record<string, number>>;
  /** Milliseconds, by rising time. */
  readonly took: readonly number[];
}

/** Scrapes as Prometheus does, but every 100 ms, and each time on a connection of its own; of the namespace it is in. */
export class DecentScraper {
  readonly #port: number;
  readonly #options: RequestOptions | undefined;
  #running = true;
  readonly #done: Promise<unknown>;
  readonly #statuses: Record<string, number> = {};
  readonly #took: number[] = [];

  /** With options by TLS. */
  constructor(port: number, options?: RequestOptions) {
    this.#port = port;
    this.#options = options;
    this.#done = this.#run();
  }

  /** Waits for the last one. */
  async end(): Promise<Service> {
    this.#running = false;
    await this.#done;
    return { statuses: this.#statuses, took: this.#took.sort((a, b) => a - b) };
  }

  async #run(): Promise<void> {
    const all: Promise<void>[] = [];
    while (this.#running) {
      all.push(this.#scrape());
      await sleep(100);
    }
    await Promise.all(all);
  }

  async #scrape(): Promise<void> {
    const start = performance.now();
    const status = await this.#ask();
    this.#took.push(performance.now() - start);
    this.#statuses[status] = (this.#statuses[status] ?? 0) + 1;
  }

  #ask(): Promise<string> {
    const headers = { 'Accept-Encoding': 'gzip', 'X-Prometheus-Scrape-Timeout-Seconds': '10' };
    const options = {
      host: '127.0.0.1',
      port: this.#port,
      path: '/metrics',
      agent: false as const,
      headers,
      timeout: 10_000,
    };
    return new Promise((resolve) => {
      const sent = (this.#options ? request : requestPlain)({ ...options, ...this.#options }, (response) => {
        response.resume().on('end', () => resolve(String(response.statusCode)));
        response.on('error', () => resolve('broken'));
      });
      sent.on('timeout', () => sent.destroy(new Error('late')));
      sent.on('error', ({ message }) => resolve(message)).end();
    });
  }
}
