import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { enterNamespace } from '../cluster/enter-namespace.ts';
import type { Lab } from '../cluster/lab.ts';
import { recordPid } from '../cluster/leftovers.ts';
import { namespacePath } from '../cluster/network.ts';
import { labMark } from '../cluster/processes.ts';

/** A network of a lab that partitions do not touch: the station that watches the nodes is on it, as in a data centre. */
export class Management {
  readonly #lab: Lab;
  readonly #namespace: string;
  readonly #hosts: string;

  /** Everything that it makes is in the lab's own namespaces, and goes with them. */
  constructor(lab: Lab) {
    this.#lab = lab;
    this.#namespace = `lab-${lab.id}-switch`;
    this.#hosts = join(lab.folder, 'hosts');
    const names = lab.nodes.map(({ nodeid, name }) => `${address(nodeid)} ${name}\n`);
    writeFileSync(this.#hosts, ['127.0.0.1 localhost\n', ...names].join(''));
    this.ip([
      'link set lo up',
      'link add mgmt type bridge stp_state 0 forward_delay 0 mcast_snooping 0',
      'addr add 10.99.0.254/24 dev mgmt',
      'link set mgmt up',
      ...lab.nodes.flatMap(({ nodeid, namespace }) => [
        `link add ${port(nodeid)} type veth peer name mgmt netns ${namespace}`,
        `link set ${port(nodeid)} master mgmt up`,
      ]),
    ]);
    for (const { nodeid, namespace } of lab.nodes)
      ip(namespace, [`addr add ${address(nodeid)}/24 dev mgmt`, 'link set mgmt up']);
  }

  /** Commands of ip(8) for the switch that all links go through. */
  ip(lines: readonly string[]): void {
    ip(this.#namespace, lines);
  }

  /** Takes a node off it: nobody hears of the node any more. */
  cut(nodeid: number): void {
    this.ip([`link set ${port(nodeid)} down`]);
  }

  /** Puts the node on it again. */
  mend(nodeid: number): void {
    this.ip([`link set ${port(nodeid)} up`]);
  }

  /** Starts a command on the station, which knows the nodes by their names; every step execs the next, and it ends with the lab. */
  spawn(command: string, args: readonly string[], options: SpawnOptions = {}): ChildProcess {
    // `ip netns exec` brings a mount namespace of its own, in which this file hides the machine's
    const mount = 'mount --bind "$1" /etc/hosts && shift && exec "$@"';
    const child = spawn(
      'ip',
      ['netns', 'exec', this.#namespace, 'sh', '-c', mount, 'drill', this.#hosts, command, ...args],
      { ...options, env: { ...process.env, [labMark]: this.#lab.id } },
    );
    if (child.pid !== undefined) recordPid(this.#lab.folder, child.pid);
    return child;
  }

  /** Asks a server on the station; undefined if there is none, or it does not answer with 200. */
  async get(url: string): Promise<string | undefined> {
    const leave = enterNamespace(namespacePath(this.#namespace));
    try {
      return await get(url);
    } catch {
      return undefined;
    } finally {
      leave();
    }
  }
}

const address = (nodeid: number): string => `10.99.0.${nodeid}`;
const port = (nodeid: number): string => `mgmt${nodeid}`;

function ip(namespace: string, lines: readonly string[]): void {
  const { status, stderr } = spawnSync('ip', ['-n', namespace, '-batch', '-'], {
    input: lines.join('\n'),
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`ip -n ${namespace}: ${stderr}`);
}

function get(url: string): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent: false, timeout: 5_000 }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (text: string) => {
        body += text;
      });
      response.on('end', () => resolve(response.statusCode === 200 ? body : undefined));
      response.on('error', reject);
    });
    sent.on('error', reject).on('timeout', () => sent.destroy());
    sent.end();
  });
}
