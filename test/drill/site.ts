import type { ChildProcess } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { ExporterOnNode, type ExporterOptions, isUp } from '../cluster/exporter-on-node.ts';
import { Lab } from '../cluster/lab.ts';
import { Pacemaker } from '../cluster/pacemaker.ts';
import { Management } from './management.ts';

const device = `
  device {
    model: net
    votes: 1
    sync_timeout: 90000
    net {
      host: 10.10.0.1
      algorithm: ffsplit
      tls: off
    }
  }`;

/** The clusters that faults need. */
export const sites = {
  plain: { nodes: 3, links: 3, extraConf: 'totem {\n  config_version: 7\n}' },
  qdevice: { nodes: 2, links: 1, extraConf: 'totem {\n  config_version: 7\n}', quorumConf: device },
} as const;
export type SiteName = keyof typeof sites;

/** A cluster with an exporter on each node, and a station to watch them from. */
export class Site {
  readonly lab: Lab;
  readonly management: Management;
  readonly #exporters = new Map<number, ExporterOnNode>();
  readonly #qdevices = new Map<number, ChildProcess>();
  readonly #pacemakers = new Map<number, Pacemaker>();
  #qnetd: ChildProcess | undefined;

  private constructor(lab: Lab) {
    this.lab = lab;
    this.management = new Management(lab);
  }

  static async up(name: SiteName): Promise<Site> {
    const lab = await Lab.up(sites[name]);
    try {
      const site = new Site(lab);
      for (const nodeid of site.nodeids) site.startExporter(nodeid);
      if (name === 'qdevice') await site.#startVoting();
      await site.healthy();
      return site;
    } catch (error) {
      await lab.down();
      throw error;
    }
  }

  get nodeids(): number[] {
    return this.lab.nodes.map(({ nodeid }) => nodeid);
  }

  /** Waits until all nodes are members and quorate, and their exporters say so. */
  async healthy(): Promise<void> {
    for (const nodeid of this.nodeids) {
      await this.lab.waitFor(nodeid, this.nodeids, { quorate: true }, 60_000);
      await this.exporter(nodeid).until(isUp, 60_000);
    }
  }

  exporter(nodeid: number): ExporterOnNode {
    const exporter = this.#exporters.get(nodeid);
    if (exporter === undefined) throw new Error(`There is no exporter on node ${nodeid}`);
    return exporter;
  }

  startExporter(nodeid: number, options?: ExporterOptions): void {
    this.#exporters.set(nodeid, new ExporterOnNode(this.lab, nodeid, options));
  }

  async killExporter(nodeid: number): Promise<void> {
    await this.exporter(nodeid).end('SIGKILL');
  }

  /** Ends everything of a node at once, as a loss of power does. */
  async nodeDies(nodeid: number): Promise<void> {
    this.management.cut(nodeid);
    await Promise.all([this.lab.kill(nodeid), this.killExporter(nodeid)]);
  }

  async nodeReturns(nodeid: number): Promise<void> {
    this.management.mend(nodeid);
    await this.lab.start(nodeid);
    this.startExporter(nodeid);
  }

  /** Runs a command on a node that has to succeed. */
  async command(nodeid: number, command: string, ...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.lab.exec(nodeid, command, args);
    if (code !== 0) throw new Error(`node ${nodeid}: ${command} ${args.join(' ')}: ${code} ${stdout}${stderr}`);
    return stdout;
  }

  /** Changes a node's corosync.conf and has all nodes read theirs again. */
  async reload(nodeid: number, change: (text: string) => string): Promise<void> {
    const { configFile } = this.lab.node(nodeid);
    writeFileSync(configFile, change(readFileSync(configFile, 'utf8')));
    await this.command(nodeid, 'corosync-cfgtool', '-R');
  }

  startQnetd(): void {
    this.#qnetd = this.#daemon(1, 'corosync-qnetd -f -s off');
  }

  stopQnetd(): void {
    this.#qnetd?.kill();
  }

  startQdevice(nodeid: number): void {
    this.#qdevices.set(nodeid, this.#daemon(nodeid, 'corosync-qdevice -f'));
  }

  qdevice(nodeid: number): ChildProcess {
    const qdevice = this.#qdevices.get(nodeid);
    if (qdevice === undefined) throw new Error(`There is no qdevice on node ${nodeid}`);
    return qdevice;
  }

  /** Waits until the device gives its vote. */
  async voting(): Promise<void> {
    for (const nodeid of this.nodeids) {
      const votes = ({ value }: { value(name: string): number | undefined }) =>
        value('corosync_votequorum_total_votes') === this.nodeids.length + 1;
      await this.exporter(nodeid).until(votes, 60_000);
    }
  }

  /** Starts Pacemaker where it does not run, and waits until its daemons know each other. */
  async startPacemaker(...nodeids: number[]): Promise<void> {
    for (const nodeid of nodeids) this.#pacemakers.set(nodeid, new Pacemaker(this.lab, nodeid));
    const complete = ({ value }: { value(name: string): number | undefined }) =>
      ['attrd', 'cib', 'crmd', 'stonith-ng'].every(
        (group) => value(`corosync_cpg_group_nodes{group="${group}"}`) === this.nodeids.length,
      );
    await this.exporter(1).until(complete, 60_000);
  }

  async endPacemaker(...nodeids: number[]): Promise<void> {
    await Promise.all(nodeids.map((nodeid) => this.#pacemakers.get(nodeid)?.end()));
  }

  async down(): Promise<void> {
    await this.endPacemaker(...this.#pacemakers.keys());
    await this.lab.down();
  }

  async #startVoting(): Promise<void> {
    this.startQnetd();
    await sleep(1_000); // a qdevice that finds no qnetd tries again only after seconds
    for (const nodeid of this.nodeids) this.startQdevice(nodeid);
    await this.voting();
  }

  // qnetd keeps its certificates under /etc/corosync even where it uses none
  #daemon(nodeid: number, command: string): ChildProcess {
    return this.lab.spawn(nodeid, 'sh', ['-c', `mkdir -p /etc/corosync/qnetd; exec ${command}`], { stdio: 'ignore' });
  }
}
