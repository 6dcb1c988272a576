import { type ChildProcess, execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ExporterOnNode, isUp } from '../../test/cluster/exporter-on-node.ts';
import { Lab } from '../../test/cluster/lab.ts';
import { type Holding, holding, sharedMemory } from './growth.ts';
import { eachLine } from './lines.ts';
import type { Plan } from './plan.ts';
import type { ScrapeReport } from './scraper.ts';
import { type Logged, type Observed, readLogged, readTold, type Told } from './witnesses.ts';

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** One corosync of node 1, from its start to its end, in unix seconds. */
export interface Life {
  readonly start: number;
  /** Right before it was told to end; undefined for the last one. */
  ending?: number;
  signal?: 'SIGTERM' | 'SIGKILL';
}

/** A cluster of three nodes with two links, the exporter on node 1, what scrapes it, and who else watches. */
export class Run {
  readonly lab: Lab;
  readonly exporter: ExporterOnNode;
  readonly lives: Life[];
  readonly samples: Holding[] = [];
  readonly problems: string[] = [];
  readonly observed: Observed[] = [];
  /** The followed series whenever one of them changed. */
  readonly values: { readonly time: number; readonly values: Readonly<Record<string, number>> }[] = [];
  /** Of all answers, and of those that said that corosync is up; in milliseconds. */
  readonly latencies: number[] = [];
  readonly latenciesUp: number[] = [];
  readonly scrapeProblems: { readonly time: number; readonly problem: string }[] = [];
  /** Of each killed corosync: the exporter's folders that it left in /dev/shm. They are removed then. */
  readonly leftByKills: number[] = [];
  readonly steps: Record<string, number> = {};
  stopped = false;
  #observer: ChildProcess | undefined;
  #scraper: ChildProcess | undefined;
  readonly #probes: string;
  readonly #stop = new AbortController();

  private constructor(lab: Lab, start: number) {
    this.lab = lab;
    this.lives = [{ start }];
    this.#probes = join(lab.folder, 'probes');
    mkdirSync(this.#probes);
    this.exporter = new ExporterOnNode(lab, 1, {
      env: { NODE_OPTIONS: `--import=${new URL('probe.mjs', import.meta.url).href}`, ENDURANCE_PROBE: this.#probes },
    });
  }

  /** Starts everything but the scrapes. */
  static async up(): Promise<Run> {
    const start = Date.now() / 1000;
    const lab = await Lab.up({ nodes: 3, links: 2, name: 'endurance' });
    try {
      const run = new Run(lab, start);
      const program = join(lab.folder, 'observer');
      execFileSync('gcc', ['-O2', '-o', program, here('observer.c'), '-lquorum']);
      run.#observer = lab.spawn(1, program, [], { stdio: ['ignore', 'pipe', 'inherit'] });
      eachLine(run.#observer.stdout, (line) => run.observed.push(JSON.parse(line)));
      run.#observer.once('exit', (status) => run.stopped || run.problem(`the observer ended: ${status}`));
      run.exporter.process.once('exit', (status) => run.stopped || run.problem(`the exporter ended: ${status}`));
      await run.exporter.until(isUp, 20_000);
      return run;
    } catch (error) {
      await lab.down();
      throw error;
    }
  }

  /** Scrapes until endScrapes(), and looks meanwhile at what the exporter holds; resolves when the first was made. */
  async scrape({ rate, sampleEvery }: Plan): Promise<void> {
    const args = ['--import', 'tsx', here('scraper.ts'), String(rate)];
    const scraper = this.lab.spawn(1, process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#scraper = scraper;
    eachLine(scraper.stdout, (line) => this.#scraped(JSON.parse(line)));
    const timer = setInterval(() => this.sample(), 1000 * sampleEvery);
    scraper.once('exit', (status, signal) => {
      clearInterval(timer);
      if (status !== 0) this.problem(`the scraper ended: ${status ?? signal}`);
    });
    while (this.latencies.length === 0 && scraper.exitCode === null && scraper.signalCode === null) await sleep(20);
  }

  async endScrapes(): Promise<void> {
    const scraper = this.#scraper;
    if (scraper === undefined || scraper.exitCode !== null) return;
    const ended = new Promise((resolve) => scraper.once('close', resolve));
    scraper.kill('SIGTERM');
    await Promise.race([ended, sleep(15_000)]);
  }

  /** Restarts corosync of a node: in order, or killed. */
  async restart(nodeid: number, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const node = this.lab.node(nodeid);
    const pid = node.pid;
    const life: Life | undefined = this.lives.at(-1);
    if (nodeid === 1 && life !== undefined) Object.assign(life, { ending: Date.now() / 1000, signal });
    await node.end(signal);
    await sleep(1000);
    if (nodeid === 1) {
      if (signal === 'SIGKILL' && pid !== undefined) this.#clearKilled(pid);
      this.lives.push({ start: Date.now() / 1000 });
    }
    await node.start();
  }

  /** Looks at what the exporter holds, and keeps it. */
  sample(): Holding | undefined {
    try {
      const pid = this.exporter.process.pid ?? 0;
      const sample = holding(pid, this.lab.node(1).pid, this.#probes);
      this.samples.push(sample);
      return sample;
    } catch (error) {
      this.problem(`not sampled: ${String(error)}`);
      return undefined;
    }
  }

  problem(text: string): void {
    this.problems.push(`${new Date().toISOString()} ${text}`);
    console.log(`  problem: ${text}`);
  }

  done(what: string): void {
    this.steps[what] = (this.steps[what] ?? 0) + 1;
  }

  /** Waits, until stop() at most. */
  async pause(milliseconds: number): Promise<void> {
    if (milliseconds <= 0 || this.stopped) return;
    await sleep(milliseconds, undefined, { signal: this.#stop.signal }).catch(() => undefined);
  }

  /** Waits until all nodes are members and the exporter is connected, and then for so long. */
  async settle(milliseconds: number): Promise<void> {
    try {
      await this.lab.heal();
      for (const node of [2, 3]) for (const link of [0, 1]) await this.lab.linkUp(node, link);
      for (const { nodeid, pid } of this.lab.nodes) if (pid === undefined) await this.lab.start(nodeid);
      await this.lab.waitFor(1, [1, 2, 3], { quorate: true }, 30_000);
      await this.exporter.until(isUp, 10_000);
    } catch (error) {
      this.problem(`not settled: ${String(error).split('\n')[0]}`);
    }
    await sleep(milliseconds);
  }

  /** Ends the plan at its next step. */
  stop(): void {
    this.stopped = true;
    this.#stop.abort();
  }

  get told(): Told[] {
    return this.exporter.lines.map(readTold).filter((line) => line !== undefined);
  }

  get logged(): Logged[] {
    return readLogged(readFileSync(this.lab.node(1).logFile, 'utf8'));
  }

  async down(): Promise<void> {
    this.stopped = true;
    await this.lab.down();
  }

  #scraped({ time, took, up, problem, values }: ScrapeReport): void {
    this.latencies.push(took);
    if (up === true) this.latenciesUp.push(took);
    if (problem !== undefined) this.scrapeProblems.push({ time, problem });
    if (values !== undefined) this.values.push({ time, values });
  }

  /** libqb leaves the files of connections whose server was killed: they are counted and removed. */
  #clearKilled(corosync: number): void {
    const left = sharedMemory(this.exporter.process.pid ?? 0).filter(({ server }) => server === corosync);
    this.leftByKills.push(left.length);
    for (const { path } of left) rmSync(path, { recursive: true, force: true });
  }
}
