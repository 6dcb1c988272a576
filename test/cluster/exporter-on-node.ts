import type { ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { fileURLToPath } from 'node:url';
import type { Lab } from './lab.ts';

/** The built program. */
export const program = fileURLToPath(new URL('../../dist/exporter/main.js', import.meta.url));

/** What Node.js is started with: that is in the program's first line. */
const [, flags = ''] = /^#!.* node (.*)$/m.exec(readFileSync(program, 'utf8')) ?? [];
export const nodeFlags: readonly string[] = flags.split(' ');

/** One answer of the exporter. */
export interface Scrape {
  /** How long it took, in milliseconds. */
  readonly took: number;
  readonly status: number;
  readonly body: string;
  /** The value of a series, written as in the exposition: `name` or `name{label="value"}`; undefined if absent. */
  value(series: string): number | undefined;
}

/** How to start an exporter; without credentials it runs as root. */
export interface ExporterOptions {
  readonly args?: readonly string[];
  /** Added to the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
  readonly uid?: number;
  readonly gid?: number;
}

/** An exporter that runs on a node of a lab. */
export class ExporterOnNode {
  readonly #lab: Lab;
  readonly nodeid: number;
  readonly process: ChildProcess;
  readonly lines: string[] = [];

  constructor(lab: Lab, nodeid: number, { args = [], env = {}, uid, gid }: ExporterOptions = {}) {
    this.#lab = lab;
    this.nodeid = nodeid;
    this.process = lab.spawn(nodeid, process.execPath, [...nodeFlags, program, ...args], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, ...env },
      ...(uid === undefined ? {} : { uid }),
      ...(gid === undefined ? {} : { gid }),
    });
    let rest = '';
    this.process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      this.lines.push(...lines);
    });
  }

  /** Scrapes from the node itself. Not on two nodes at a time: this thread is on that node meanwhile. */
  async scrape(path = '/metrics'): Promise<Scrape> {
    this.#lab.enter(this.nodeid);
    try {
      return await get(path);
    } finally {
      this.#lab.leave();
    }
  }

  /** `count` scrapes at once. */
  async scrapes(count: number): Promise<Scrape[]> {
    this.#lab.enter(this.nodeid);
    try {
      return await Promise.all(Array.from({ length: count }, () => get('/metrics')));
    } finally {
      this.#lab.leave();
    }
  }

  /** Scrapes until the condition holds; the last scrape and how long it took in milliseconds. */
  async until(condition: (scrape: Scrape) => boolean, timeout: number): Promise<{ scrape: Scrape; after: number }> {
    const start = Date.now();
    let last = '';
    while (Date.now() - start < timeout) {
      const scrape = await this.scrape().catch(() => undefined);
      if (scrape !== undefined && condition(scrape)) return { scrape, after: Date.now() - start };
      last = scrape?.body ?? 'no answer';
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`node ${this.nodeid}: not within ${timeout} ms\n${this.lines.join('\n')}\n${stateOf(last)}`);
  }

  /** Open descriptors of the process. */
  get descriptors(): number {
    return readdirSync(`/proc/${this.process.pid}/fd`).length;
  }

  /** Ends the process; its exit status, and how long that took in milliseconds. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<{ status: number | null; after: number }> {
    const start = Date.now();
    const ended = new Promise<number | null>((resolve) => this.process.once('exit', (status) => resolve(status)));
    if (this.process.exitCode !== null || this.process.signalCode !== null) return { status: null, after: 0 };
    this.process.kill(signal);
    return { status: await ended, after: Date.now() - start };
  }
}

/** Starts one on each node, and waits until corosync is up for all of them. */
export async function exportersOnAll(lab: Lab): Promise<ExporterOnNode[]> {
  const exporters = lab.nodes.map(({ nodeid }) => new ExporterOnNode(lab, nodeid));
  for (const exporter of exporters) await exporter.until(isUp, 10_000);
  return exporters;
}

/** True once corosync is up as the exporter sees it. */
export const isUp = (scrape: Scrape) => scrape.value('corosync_up') === 1;

function stateOf(body: string): string {
  return body
    .split('\n')
    .filter((line) => /^corosync_(up|library_connected|quorum|sync|probe_success)/.test(line))
    .join('\n');
}

function get(path: string): Promise<Scrape> {
  const start = performance.now();
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port: 15405, path, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (text: string) => {
        body += text;
      });
      response.on('end', () => resolve(scrapeOf(performance.now() - start, response.statusCode ?? 0, body)));
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.end();
  });
}

function scrapeOf(took: number, status: number, body: string): Scrape {
  const values = new Map<string, number>();
  for (const line of body.split('\n')) {
    const space = line.lastIndexOf(' ');
    if (line !== '' && !line.startsWith('#')) values.set(line.slice(0, space), Number(line.slice(space + 1)));
  }
  return { took, status, body, value: (series) => values.get(series) };
}
