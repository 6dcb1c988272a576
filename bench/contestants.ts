import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { nodeFlags, program } from '../test/cluster/exporter-on-node.ts';
import type { Lab } from '../test/cluster/lab.ts';
import { LineProgram } from './line-program.ts';
import type { Programs } from './programs.ts';
import { recordCalls } from './recorded-calls.ts';
import { countSeries, Scraper } from './scraper.ts';

/** The node that everything runs on. */
export const nodeid = 1;

/** What one turn took, as the contestant itself or its client has timed it. */
export interface Turn {
  readonly seconds: number;
  readonly bytes?: number;
}

/** Somebody who tells the state of corosync when asked. */
export interface Contestant {
  readonly name: string;
  /** Undefined: it is nobody. */
  readonly pid: number | undefined;
  take(): Promise<Turn>;
  end(): Promise<void>;
}

/** What an operator would run to see of corosync what the exporter shows. */
export const tools = [
  'corosync-quorumtool -p',
  'corosync-cfgtool -s',
  'corosync-cfgtool -n',
  'corosync-cmapctl -m stats',
  'corosync-cpgtool',
];

const nothing = '/nonexistent';

/** This program as it is built and started, with its defaults; `options` are further ones of Node. */
export async function startOurs(lab: Lab, options: readonly string[] = [], env: NodeJS.ProcessEnv = {}) {
  return startExporter('corosync-exporter', 15405, lab, process.execPath, [...nodeFlags, ...options, program], env);
}

/** ha_cluster_exporter without its other collectors: it leaves out those whose tools it does not find. */
export async function startTheirs(lab: Lab) {
  const others = ['crm-mon', 'cibadmin', 'sbd', 'drbdsetup'].map((tool) => `--${tool}-path=${nothing}`);
  return startExporter('ha_cluster_exporter', 9664, lab, 'ha_cluster_exporter', [...others, '--log.level=error']);
}

/** The tools, started one after the other; nobody makes series of what they print. */
export async function startTools(lab: Lab, { runTools }: Programs): Promise<Contestant> {
  const runner = await LineProgram.start(lab, nodeid, runTools, tools);
  return {
    name: 'tools of corosync',
    pid: runner.process.pid,
    async take() {
      const [nanoseconds = Number.NaN, bytes = 0, failures] = (await runner.ask('go')).split(' ').map(Number);
      if (failures !== 0) throw new Error(`${failures} of the tools of corosync failed`);
      return { seconds: nanoseconds / 1e9, bytes };
    },
    end: () => runner.end(),
  };
}

/** What of a floor's turn each lane would have to do. */
export interface FloorTurn extends Turn {
  readonly services: number;
  readonly votequorum: number;
  readonly calls: number;
}

/** The IPC calls of one scrape by that exporter from a C program, on open connections. `load` records them anew. */
export async function startFloor(lab: Lab, { replay, folder }: Programs, exporter: number) {
  const replayer = await LineProgram.start(lab, nodeid, replay);
  return {
    name: 'the same calls from C',
    pid: replayer.process.pid,
    async load(): Promise<number> {
      const calls = recordCalls(exporter);
      const file = join(folder, 'calls');
      writeFileSync(file, calls.map((call) => `${call}\n`).join(''));
      await replayer.ask(`load ${file}`);
      return calls.length;
    },
    async take(): Promise<FloorTurn> {
      const [total = 0, services = 0, votequorum = 0, calls = 0, failures] = (await replayer.ask('go'))
        .split(' ')
        .map(Number);
      if (failures !== 0) throw new Error(`${failures} of the floor's calls failed`);
      return { seconds: total / 1e9, services: services / 1e9, votequorum: votequorum / 1e9, calls };
    },
    end: () => replayer.end(),
  };
}

/** Nobody: what corosync costs meanwhile, it costs anyway. */
export const nobody: Contestant = {
  name: 'nobody',
  pid: undefined,
  async take() {
    await sleep(10);
    return { seconds: 0 };
  },
  async end() {},
};

async function startExporter(
  name: string,
  port: number,
  lab: Lab,
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
) {
  const child = lab.spawn(nodeid, command, args, { stdio: 'ignore', env: { ...process.env, ...env } });
  const scraper = new Scraper(port);
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const text = await firstAnswer(scraper, name);
  if (child.pid === undefined) throw new Error(`${name} did not start`);
  return {
    name,
    pid: child.pid,
    series: countSeries(text),
    take: () => scraper.scrape(),
    async end() {
      scraper.close();
      child.kill('SIGTERM');
      await exited;
    },
  };
}

/** The first that has more than what an exporter says before it has seen corosync. */
async function firstAnswer(scraper: Scraper, name: string): Promise<string> {
  const shown = /^(corosync_votequorum_total_votes|ha_cluster_corosync_quorate) \d/m;
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const text = await scraper.scrape().then(
      (answer) => answer.text(),
      () => '',
    );
    if (shown.test(text)) return text;
    await sleep(100);
  }
  throw new Error(`${name} has not shown corosync within 10 s`);
}
