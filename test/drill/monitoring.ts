import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import type { Lab } from '../cluster/lab.ts';
import { lingering } from './lingering.ts';
import type { Management } from './management.ts';
import { scaled } from './scaled.ts';

/** An alert as it was posted to the webhook. */
export interface Arrival {
  /** In milliseconds since 1970. */
  readonly time: number;
  readonly status: 'firing' | 'resolved';
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly fingerprint: string;
}

const shipped = (name: string) => readFileSync(new URL(`../../config/${name}`, import.meta.url), 'utf8');
const rules = ['recording.yml', 'alerts.yml', 'alerts-thresholds.yml'];
const webhook = fileURLToPath(new URL('webhook.mjs', import.meta.url));
const prometheus = 'http://127.0.0.1:9090';
const alertmanager = 'http://127.0.0.1:9093';
/** Scrapes before a fault: of two, increase() would make two events and a half out of one. */
const warm = 4;

/** Debian's Prometheus and Alertmanager with the configuration that this project ships, and a webhook that they tell. */
export class Monitoring {
  readonly #management: Management;
  readonly #folder: string;
  readonly #processes: ChildProcess[] = [];

  private constructor(management: Management, lab: Lab) {
    this.#management = management;
    this.#folder = mkdtempSync(join(lab.folder, 'monitoring-'));
  }

  /** Starts with an empty memory; ready when it knows every node and no alert of the present is pending. */
  static async start(lab: Lab, management: Management, scale: number): Promise<Monitoring> {
    const monitoring = new Monitoring(management, lab);
    monitoring.#write(lab, scale);
    monitoring.#start(process.execPath, [webhook, webhookPort(), join(monitoring.#folder, 'arrivals')]);
    monitoring.#start('prometheus-alertmanager', [
      `--config.file=${monitoring.#file('alertmanager.yml')}`,
      `--storage.path=${monitoring.#file('alertmanager')}`,
      '--web.listen-address=127.0.0.1:9093',
      '--cluster.listen-address=',
    ]);
    monitoring.#start('prometheus', [
      `--config.file=${monitoring.#file('prometheus.yml')}`,
      `--storage.tsdb.path=${monitoring.#file('prometheus')}`,
      '--web.listen-address=127.0.0.1:9090',
    ]);
    try {
      await monitoring.#ready(lab.nodes.length, 240_000);
      return monitoring;
    } catch (error) {
      await monitoring.stop();
      throw error;
    }
  }

  /** Everything that has arrived so far, in order. */
  arrivals(): Arrival[] {
    const file = this.#file('arrivals');
    const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : [];
    return lines.map((line) => JSON.parse(line));
  }

  /** The alerts that Prometheus knows now, pending ones too. */
  async alerts(): Promise<{ state: 'pending' | 'firing'; labels: Record<string, string> }[] | undefined> {
    const answer = await this.#management.get(`${prometheus}/api/v1/alerts`);
    return answer === undefined ? undefined : JSON.parse(answer).data.alerts;
  }

  /** What the processes wrote, for whoever wonders. */
  output(): string {
    return readFileSync(this.#file('output'), 'utf8');
  }

  async stop(): Promise<void> {
    for (const child of this.#processes.splice(0)) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL'); // nothing of it is to be kept
      await ended;
    }
  }

  #write(lab: Lab, scale: number): void {
    for (const name of ['prometheus.yml', 'alertmanager.yml', ...rules])
      writeFileSync(this.#file(name), scaled(shipped(name), scale));
    mkdirSync(this.#file('corosync'));
    const targets = lab.nodes.map(({ name }) => `${name}:15405`);
    writeFileSync(this.#file('corosync/lab.yml'), JSON.stringify([{ targets }])); // JSON is YAML
  }

  #start(command: string, args: readonly string[]): void {
    const output = openSync(this.#file('output'), 'a');
    this.#processes.push(this.#management.spawn(command, args, { stdio: ['ignore', output, output] }));
  }

  async #ready(nodes: number, timeoutMs: number): Promise<void> {
    const known = 'instance:corosync_node:info{cluster_name!="",node_id!=""} and on (job, instance) corosync_up == 1';
    let seen = '';
    for (const deadline = Date.now() + timeoutMs; Date.now() < deadline; await sleep(250)) {
      const count = await this.#value(`count(${known} and on (job, instance) count_over_time(up[1h]) >= ${warm})`);
      const alerts = await this.alerts();
      const news = alerts?.filter(({ labels }) => !lingering.includes(labels.alertname ?? ''));
      const alertmanagerIsReady = (await this.#management.get(`${alertmanager}/-/ready`)) !== undefined;
      if (count === String(nodes) && news?.length === 0 && alertmanagerIsReady) return;
      seen = JSON.stringify({ count, alerts, alertmanagerIsReady });
    }
    throw new Error(`The monitoring is not ready: ${seen}\n${this.output()}`);
  }

  async #value(query: string): Promise<string | undefined> {
    const answer = await this.#management.get(`${prometheus}/api/v1/query?query=${encodeURIComponent(query)}`);
    return answer === undefined ? undefined : JSON.parse(answer).data.result[0]?.value[1];
  }

  #file(name: string): string {
    return join(this.#folder, name);
  }
}

/** The example's own receiver: nothing in it is replaced. */
function webhookPort(): string {
  const { receivers } = parse(shipped('alertmanager.yml'));
  return new URL(receivers[0].webhook_configs[0].url).port;
}
