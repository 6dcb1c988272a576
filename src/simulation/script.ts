/** The nodes of the simulated cluster; each has one vote. */
export const nodeids: readonly number[] = [1, 2, 3];

/** What holds from `at` until the next step; a node in no list runs, and all that run reach each other. */
export interface Step {
  /** Seconds into the loop. */
  readonly at: number;
  readonly story: string;
  /** Nodes whose corosync is gone without a word. */
  readonly killed?: readonly number[];
  /** Nodes whose corosync was stopped in order: the others know at once. */
  readonly stopped?: readonly number[];
  /** Nodes whose corosync exists and does nothing. */
  readonly frozen?: readonly number[];
  /** Nodes that the others do not reach; they reach one another. */
  readonly cutOff?: readonly number[];
  /** Links of a node that carry nothing while its other ones do: no membership changes. */
  readonly linksDown?: readonly { readonly nodeid: number; readonly link: number }[];
}

// The shorter ones are shorter than a usual scrape interval: that a counter shows them is the point.
export const script: readonly Step[] = [
  { at: 0, story: 'All is well.' },
  { at: 3, story: 'Link 1 of node 3 goes down.', linksDown: [{ nodeid: 3, link: 1 }] },
  { at: 22, story: 'It is up again.' },
  { at: 25, story: 'corosync on node 3 is killed.', killed: [3] },
  { at: 50, story: 'It is started again.' },
  { at: 65, story: 'The network splits: nodes 1 and 2 against node 3.', cutOff: [3] },
  { at: 95, story: 'The split heals.' },
  { at: 110, story: 'The links of node 2 flap.', cutOff: [2] },
  { at: 114, story: 'They hold again.' },
  { at: 130, story: 'corosync on node 2 freezes.', frozen: [2] },
  { at: 150, story: 'It goes on.' },
  { at: 165, story: 'corosync on node 1 is restarted in order.', stopped: [1] },
  { at: 168, story: 'It is back.' },
];

/** After so many seconds the script begins again. */
export const loopSeconds = 180;

/**
 * From a change of who reaches whom to the new ring: totem's token timeout and consensus, here less than configured so
 * that the flap of a few seconds breaks the ring too.
 */
export const formationSeconds = 1.5;

/** From corosync's start until that node's exporter is in the CPG group again. */
export const exporterSeconds = 3;

export const firstSeq = 0x4b8n;

/** The script's step at a moment of the loop, in milliseconds. */
export function stepAt(phase: number): Step {
  return script.findLast((step) => step.at * 1000 <= phase) ?? { at: 0, story: '' };
}

/** Whether there is no corosync on a node. */
export function isDown(step: Step, nodeid: number): boolean {
  return [...(step.killed ?? []), ...(step.stopped ?? [])].includes(nodeid);
}

/** Whether two nodes reach each other over a link. */
export function isLinked(step: Step, a: number, b: number, link: number): boolean {
  const isCut = (nodeid: number) => step.linksDown?.some((one) => one.nodeid === nodeid && one.link === link) ?? false;
  return partitions(step).some((members) => members.includes(a) && members.includes(b)) && !isCut(a) && !isCut(b);
}

/** The nodes that reach each other and can form rings, by partition. */
export function partitions(step: Step): number[][] {
  const able = nodeids.filter((id) => !isDown(step, id) && !step.frozen?.includes(id));
  const isCutOff = (id: number) => step.cutOff?.includes(id) ?? false;
  return [able.filter((id) => !isCutOff(id)), able.filter(isCutOff)].filter((members) => members.length > 0);
}
