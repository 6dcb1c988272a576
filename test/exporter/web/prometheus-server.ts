import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CertificateFolder } from './certificates.ts';

/** How Prometheus sees its one target. */
export interface Target {
  readonly health: string;
  readonly lastError: string;
}

/** The machine's own Prometheus, with its files in a folder. */
export class PrometheusServer {
  readonly #process: ChildProcess;
  readonly #url: string;

  private constructor(process: ChildProcess, url: string) {
    this.#process = process;
    this.#url = url;
  }

  /** Starts it with the text of `scrape_configs`, written as YAML or JSON; paths count from the folder. */
  static async start(folder: CertificateFolder, scrapeConfigs: string): Promise<PrometheusServer> {
    const port = await freePort();
    folder.write(
      'prometheus.yml',
      `global: { scrape_interval: 1s, scrape_timeout: 1s }\nscrape_configs: ${scrapeConfigs}\n`,
    );
    const flags = [
      '--config.file=prometheus.yml',
      '--storage.tsdb.path=tsdb',
      `--web.listen-address=127.0.0.1:${port}`,
    ];
    const child = spawn('prometheus', [...flags, '--log.level=error'], { cwd: folder.path, stdio: 'ignore' });
    return new PrometheusServer(child, `http://127.0.0.1:${port}`);
  }

  /** Waits until the target is as wanted; how it was last. */
  async until(condition: (target: Target) => boolean, timeout = 15_000): Promise<Target | undefined> {
    let target: Target | undefined;
    for (const end = Date.now() + timeout; Date.now() < end; await sleep(100)) {
      const answer = await this.#get<{ activeTargets: readonly Target[] }>('targets').catch(() => undefined);
      target = answer?.activeTargets[0];
      if (target !== undefined && condition(target)) break;
    }
    return target;
  }

  /** The value of an instant query with one result. */
  async value(query: string): Promise<string | undefined> {
    const { result } = await this.#get<{ result: readonly { value: readonly [number, string] }[] }>(
      `query?query=${encodeURIComponent(query)}`,
    );
    return result[0]?.value[1];
  }

  async end(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill('SIGKILL');
    await ended;
  }

  async #get<Data>(path: string): Promise<Data> {
    const answer = (await (await fetch(`${this.#url}/api/v1/${path}`)).json()) as { readonly data: Data };
    return answer.data;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
