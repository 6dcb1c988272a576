import { address } from './network.ts';

/** What the corosync.conf of a lab is made of. */
export interface ConfOptions {
  readonly nodes: number;
  readonly links: number;
  /** udpu has one link and no statistics of it. */
  readonly transport: 'knet' | 'udpu';
  /** false leaves the quorum provider out: corosync then knows membership only. */
  readonly votequorum: boolean;
  readonly token: number;
  /** Lines inside `quorum { }`, e.g. `two_node: 1`. */
  readonly quorumConf: string;
  /** Appended to the file. */
  readonly extraConf: string;
}

/** What Lab.up takes; all but the number of nodes has a default. */
export type LabOptions = { nodes: number; name?: string } & Partial<Omit<ConfOptions, 'nodes'>>;

/** Fills in the defaults and refuses what corosync cannot do. */
export function complete({ nodes, links = 1, transport = 'knet', ...options }: LabOptions): ConfOptions {
  if (!Number.isInteger(nodes) || nodes < 1 || nodes > 250)
    throw new RangeError(`A lab has 1 to 250 nodes, not ${nodes}`);
  if (!Number.isInteger(links) || links < 1 || links > 8) throw new RangeError(`A lab has 1 to 8 links, not ${links}`);
  if (transport === 'udpu' && links > 1) throw new RangeError(`A lab with udpu has 1 link, not ${links}`);
  const { votequorum = true, token = 1000, quorumConf = '', extraConf = '' } = options;
  return { nodes, links, transport, votequorum, token, quorumConf, extraConf };
}

/** The corosync.conf(5) of one node. */
export function corosyncConf(options: ConfOptions, paths: { stateDir: string; logFile: string }): string {
  const links = Array.from({ length: options.links }, (_, link) => link);
  const nodes = Array.from({ length: options.nodes }, (_, index) => index + 1);
  return `totem {
  version: 2
  cluster_name: lab
  transport: ${options.transport}
  secauth: off
  crypto_cipher: none
  crypto_hash: none
  token: ${options.token}
${links.map((link) => `  interface {\n    linknumber: ${link}\n  }`).join('\n')}
}
system {
  state_dir: ${paths.stateDir}
}
logging {
  to_stderr: no
  to_syslog: no
  to_logfile: yes
  logfile: ${paths.logFile}
  timestamp: hires
}
${options.votequorum ? `quorum {\n  provider: corosync_votequorum\n${options.quorumConf}\n}\n` : ''}nodelist {
${nodes.map((nodeid) => node(nodeid, links)).join('\n')}
}
${options.extraConf}
`;
}

function node(nodeid: number, links: number[]): string {
  const addresses = links.map((link) => `    ring${link}_addr: ${address(nodeid, link)}`);
  return ['  node {', `    nodeid: ${nodeid}`, `    name: node${nodeid}`, ...addresses, '  }'].join('\n');
}
