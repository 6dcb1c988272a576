import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { libraryNames } from '../../../src/monitor/snapshot.ts';
import type { LabOptions } from '../corosync-conf.ts';
import { ExporterOnNode, isUp, type Scrape } from '../exporter-on-node.ts';
import { Lab } from '../lab.ts';
import type { Result } from '../run.ts';

const faulty = createRequire(import.meta.url).resolve('./faulty.cjs');
const dyingSource = fileURLToPath(new URL('dying-corosync.c', import.meta.url));

/** What `faulty.cjs` makes of the surroundings of the exporter on node 1. */
export interface Asked {
  readonly throws?: string;
  readonly clock?: number;
  readonly adds?: string;
}

/** A cluster with an exporter on each node, for one fault after the other; each leaves it as it was. */
export class Site {
  readonly lab: Lab;
  readonly #exporters: ExporterOnNode[];
  readonly #switch: string;
  readonly #shim: string;
  readonly #dying: string;

  private constructor(lab: Lab) {
    this.lab = lab;
    this.#switch = join(lab.folder, 'faulty.json');
    this.#shim = join(lab.folder, 'dying-corosync.so');
    execFileSync('gcc', ['-O2', '-shared', '-fPIC', '-o', this.#shim, dyingSource]);
    this.#dying = join(lab.folder, 'dying');
    this.#exporters = lab.nodes.map(({ nodeid }) => this.#start(nodeid));
  }

  /** `prepare` may change the cluster before there are exporters. */
  static async up(options: LabOptions, prepare: (lab: Lab) => Promise<void> = async () => {}): Promise<Site> {
    const lab = await Lab.up(options);
    try {
      await prepare(lab);
      const site = new Site(lab);
      await site.healthy();
      return site;
    } catch (error) {
      await lab.down();
      throw error;
    }
  }

  /** The exporter on a node. */
  at(nodeid: number): ExporterOnNode {
    return this.#exporters[nodeid - 1] as ExporterOnNode;
  }

  /** Waits until every exporter is connected in every way and sees all nodes. */
  async healthy(): Promise<void> {
    for (const exporter of this.#exporters) {
      await exporter.until((scrape) => isHealthy(scrape, this.#exporters.length), 30_000);
    }
  }

  /** Ends the exporter on a node and starts another. */
  async restartExporter(nodeid: number): Promise<ExporterOnNode> {
    await this.at(nodeid).end();
    const exporter = this.#start(nodeid);
    this.#exporters[nodeid - 1] = exporter;
    return exporter;
  }

  /** Makes the surroundings of the exporter on node 1 faulty; without anything asked for they are as they are. */
  ask(asked?: Asked): void {
    if (asked === undefined) rmSync(this.#switch, { force: true });
    else writeFileSync(this.#switch, JSON.stringify(asked));
  }

  /** Has corosync on node 1 die of the next request for the groups, before it answers. */
  dieOfGroups(): void {
    writeFileSync(this.#dying, '');
  }

  /** Runs a command on a node and has it succeed. */
  async exec(nodeid: number, command: string, args: readonly string[]): Promise<Result> {
    const result = await this.lab.exec(nodeid, command, args, { timeoutMs: 20_000 });
    if (result.code !== 0) throw new Error(`${command} ${args.join(' ')}: ${result.stderr || result.stdout}`);
    return result;
  }

  async down(): Promise<void> {
    await this.lab.down();
  }

  #start(nodeid: number): ExporterOnNode {
    const preload = { LD_PRELOAD: this.#shim, DYING: this.#dying };
    const env = { NODE_OPTIONS: `--require ${faulty}`, FAULTY: this.#switch, ...preload };
    return new ExporterOnNode(this.lab, nodeid, nodeid === 1 ? { env } : {});
  }
}

/** Changes a node's corosync.conf; corosync has not read it yet. */
export function edit(lab: Lab, nodeid: number, change: (text: string) => string): void {
  const { configFile } = lab.node(nodeid);
  const text = readFileSync(configFile, 'utf8');
  const changed = change(text);
  if (changed === text) throw new Error('the change of corosync.conf changes nothing');
  writeFileSync(configFile, changed);
}

/** Whether corosync is up, and every library is connected. */
export function isConnected(scrape: Scrape): boolean {
  return (
    isUp(scrape) && libraryNames.every((name) => scrape.value(`corosync_library_connected{library="${name}"}`) === 1)
  );
}

/** The same, with so many nodes as members. */
export function isHealthy(scrape: Scrape, members: number): boolean {
  const { value } = scrape;
  return (
    isConnected(scrape) &&
    value('corosync_membership_members') === members &&
    value('corosync_quorum_members') === members
  );
}
