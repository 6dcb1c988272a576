import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What Prometheus scrapes: the address by the name that it gets as `instance`. */
export type Targets = Readonly<Record<string, string>>;

/** One series of an answer. */
export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value?: readonly [number, string];
  readonly values?: readonly (readonly [number, string])[];
}

/** Debian's Prometheus, scraping every two seconds into a temporary folder. */
export class Prometheus {
  readonly url: string;
  readonly #process: ChildProcess;
  readonly #folder: string;

  private constructor(url: string, process: ChildProcess, folder: string) {
    this.url = url;
    this.#process = process;
    this.#folder = folder;
  }

  static async start(targets: Targets, env: Readonly<Record<string, string>> = {}): Promise<Prometheus> {
    const folder = mkdtempSync(join(tmpdir(), 'dashboards-prometheus-'));
    const configuration = {
      global: { scrape_interval: '2s', scrape_timeout: '2s' },
      scrape_configs: [
        {
          job_name: 'corosync',
          static_configs: Object.entries(targets).map(([instance, target]) => ({
            targets: [target],
            labels: { instance },
          })),
        },
      ],
    };
    writeFileSync(join(folder, 'prometheus.yml'), JSON.stringify(configuration)); // JSON is YAML
    const address = `127.0.0.1:${await freePort()}`;
    const child = spawn(
      'prometheus',
      [
        `--config.file=${join(folder, 'prometheus.yml')}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=${address}`,
        '--log.level=error',
      ],
      { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, ...env } },
    );
    const prometheus = new Prometheus(`http://${address}`, child, folder);
    await prometheus.#ready();
    return prometheus;
  }

  /** An instant query. */
  query(query: string): Promise<readonly Series[]> {
    return this.#ask('query', { query });
  }

  /** A query over the last `seconds`. */
  queryRange(query: string, seconds: number): Promise<readonly Series[]> {
    const end = Date.now() / 1000;
    return this.#ask('query_range', { query, start: `${end - seconds}`, end: `${end}`, step: '5' });
  }

  /** The values of a label of the series that the selector takes. */
  async labelValues(label: string, selector: string): Promise<readonly string[]> {
    const url = new URL(`/api/v1/label/${label}/values`, this.url);
    url.searchParams.set('match[]', selector);
    const answer = (await (await fetch(url)).json()) as { data: readonly string[] };
    return answer.data;
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      const ended = new Promise((resolve) => this.#process.once('exit', resolve));
      this.#process.kill('SIGKILL'); // nothing of it is to be kept
      await ended;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #ask(path: string, parameters: Readonly<Record<string, string>>): Promise<readonly Series[]> {
    const body = new URLSearchParams(parameters);
    const response = await fetch(`${this.url}/api/v1/${path}`, { method: 'POST', body });
    const answer = (await response.json()) as { status: string; error?: string; data?: { result: readonly Series[] } };
    if (answer.data === undefined) throw new Error(`${answer.error}\n${parameters.query}`);
    return answer.data.result;
  }

  async #ready(): Promise<void> {
    for (const end = Date.now() + 20_000; Date.now() < end; await sleep(100)) {
      const response = await fetch(`${this.url}/-/ready`).catch(() => undefined);
      if (response?.ok) return;
    }
    await this.stop();
    throw new Error('Prometheus is not ready after 20 s');
  }
}

/** A port of this machine that is free now. */
export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
