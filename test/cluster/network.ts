import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';

/** What a lab's network is derived from; the id keeps two labs apart. */
export interface NetworkPlan {
  readonly id: string;
  readonly nodes: number;
  readonly links: number;
}

/** The network namespace of a node. */
export const nodeNamespace = (id: string, nodeid: number): string => `lab-${id}-${nodeid}`;

/** Where named network namespaces are mounted (ip-netns(8)). */
export const namespacePath = (namespace: string): string => `/run/netns/${namespace}`;

/** The address of a node on a link; labs do not see each other, so addresses repeat between them. */
export const address = (nodeid: number, link: number): string => `10.${10 + link}.0.${nodeid}`;

/** Makes a namespace per node, one for the bridges, and a cable per node and link; the machine's own namespace gets nothing. */
export function createNetwork(plan: NetworkPlan): void {
  const nodes = range(1, plan.nodes);
  const links = range(0, plan.links - 1);
  const names = [switchNamespace(plan.id), ...nodes.map((nodeid) => nodeNamespace(plan.id, nodeid))];
  batch(names.map((name) => `netns add ${name}`));
  batchInSwitch(plan, [
    ...links.flatMap((link) => addBridge(bridge(link, 0))),
    ...nodes.flatMap((nodeid) => links.flatMap((link) => addCable(plan.id, nodeid, link))),
  ]);
  for (const nodeid of nodes) {
    const addresses = links.map((link) => `addr add ${address(nodeid, link)}/24 dev link${link}`);
    const interfaces = ['lo', ...links.map((link) => `link${link}`)];
    batch([...addresses, ...interfaces.map((name) => `link set ${name} up`)], nodeNamespace(plan.id, nodeid));
  }
}

/** Gives each group bridges of its own; a single group is the healed network. */
export function regroup(plan: NetworkPlan, groups: readonly (readonly number[])[]): void {
  const named = groups.flat().toSorted((a, b) => a - b);
  if (named.join() !== range(1, plan.nodes).join()) {
    throw new RangeError(`A partition names each of the ${plan.nodes} nodes once, not ${named.join(', ')}`);
  }
  const links = range(0, plan.links - 1);
  const present = ip(['-n', switchNamespace(plan.id), '-o', 'link', 'show', 'type', 'bridge']);
  const needed = groups.flatMap((_, group) => links.map((link) => bridge(link, group)));
  const missing = needed.filter((name) => !present.includes(` ${name}:`));
  batchInSwitch(plan, [
    ...missing.flatMap(addBridge),
    ...groups.flatMap((group, index) =>
      group.flatMap((nodeid) => links.map((link) => `link set ${port(nodeid, link)} master ${bridge(link, index)}`)),
    ),
  ]);
}

/** Pulls or plugs the cable at the switch: the node keeps its address and loses the carrier. */
export function setCable(plan: NetworkPlan, nodeid: number, link: number, state: 'up' | 'down'): void {
  if (!range(1, plan.nodes).includes(nodeid))
    throw new RangeError(`There is no node ${nodeid}; the lab has ${plan.nodes}`);
  if (!range(0, plan.links - 1).includes(link))
    throw new RangeError(`There is no link ${link}; the lab has ${plan.links}`);
  batchInSwitch(plan, [`link set ${port(nodeid, link)} ${state}`]);
}

/** Deletes the lab's namespaces, and with them everything in them. */
export function removeNetwork(id: string): void {
  batch(namespaces(id).map((name) => `netns del ${name}`));
}

/** The lab's namespaces that exist now. */
export function namespaces(id: string): string[] {
  try {
    return readdirSync('/run/netns').filter((name) => name.startsWith(`lab-${id}-`));
  } catch {
    return []; // no namespace was ever made on this machine
  }
}

const switchNamespace = (id: string): string => `lab-${id}-switch`;
const bridge = (link: number, group: number): string => `link${link}-${group}`;
const port = (nodeid: number, link: number): string => `node${nodeid}-${link}`;

function addBridge(name: string): string[] {
  return [`link add ${name} type bridge stp_state 0 forward_delay 0 mcast_snooping 0`, `link set ${name} up`];
}

function addCable(id: string, nodeid: number, link: number): string[] {
  const name = port(nodeid, link);
  return [
    `link add ${name} type veth peer name link${link} netns ${nodeNamespace(id, nodeid)}`,
    `link set ${name} master ${bridge(link, 0)} up`,
  ];
}

function batchInSwitch({ id }: NetworkPlan, lines: string[]): void {
  batch(lines, switchNamespace(id));
}

function batch(lines: string[], namespace?: string): void {
  ip([...(namespace === undefined ? [] : ['-n', namespace]), '-batch', '-'], lines.join('\n'));
}

// blocking, because the handlers of exit and of signals need it so; a batch takes milliseconds
function ip(args: string[], input = ''): string {
  const { status, stdout, stderr, error } = spawnSync('ip', args, { input, encoding: 'utf8' });
  if (error !== undefined) throw new Error('ip(8) of iproute2 cannot be run', { cause: error });
  if (status !== 0) throw new Error(`ip ${args.join(' ')}: ${stderr.trim()}`);
  return stdout;
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
