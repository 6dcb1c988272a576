import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type ExporterOnNode, exportersOnAll } from '../cluster/exporter-on-node.ts';
import { Lab } from '../cluster/lab.ts';
import { namespacePath } from '../cluster/network.ts';
import { labMark } from '../cluster/processes.ts';
import { freePort, Prometheus, type Targets } from './prometheus.ts';

/** A real cluster of three nodes with two links, an exporter on each, and a Prometheus that scrapes them. */
export class LiveCluster {
  readonly lab: Lab;
  readonly exporters: ExporterOnNode[];
  readonly prometheus: Prometheus;
  readonly #relay: ChildProcess;

  private constructor(lab: Lab, exporters: ExporterOnNode[], prometheus: Prometheus, relay: ChildProcess) {
    this.lab = lab;
    this.exporters = exporters;
    this.prometheus = prometheus;
    this.#relay = relay;
  }

  /** Further targets are scraped too. */
  static async up(further: Targets = {}): Promise<LiveCluster> {
    const lab = await Lab.up({ nodes: 3, links: 2, extraConf: 'totem {\n  config_version: 7\n}' });
    try {
      const exporters = await exportersOnAll(lab);
      const { relay, targets } = await relayTo(lab);
      const prometheus = await Prometheus.start({ ...targets, ...further }, { [labMark]: lab.id });
      return new LiveCluster(lab, exporters, prometheus, relay);
    } catch (error) {
      await lab.down();
      throw error;
    }
  }

  async down(): Promise<void> {
    await this.prometheus.stop();
    this.#relay.stdin?.end();
    await this.lab.down();
  }
}

/** Makes the exporters' ports in the nodes' networks ports of this machine. */
async function relayTo(lab: Lab): Promise<{ relay: ChildProcess; targets: Targets }> {
  const ports: [string, number, string][] = [];
  for (const { nodeid, namespace } of lab.nodes) ports.push([`node${nodeid}`, await freePort(), namespace]);
  const relay = spawn(
    process.execPath,
    [
      '--import',
      'tsx',
      fileURLToPath(new URL('relay.ts', import.meta.url)),
      ...ports.map(([, port, namespace]) => `${port}=${namespacePath(namespace)}:15405`),
    ],
    { stdio: ['pipe', 'inherit', 'inherit'], env: { ...process.env, [labMark]: lab.id } },
  );
  return { relay, targets: Object.fromEntries(ports.map(([name, port]) => [name, `127.0.0.1:${port}`])) };
}
