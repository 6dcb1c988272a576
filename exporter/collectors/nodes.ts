import type { Snapshot } from '../../src/monitor/snapshot.ts';

/** The labels of a series about one node. */
export interface NodeLabels {
  readonly node_id: number;
  readonly node: string;
}

/** The labels of each configured node, in the nodelist's order, then of those that only `others` names. */
export function nodes(snapshot: Snapshot, others: Iterable<number | string> = []): readonly NodeLabels[] {
  const names = new Map(snapshot.cluster?.nodes.map(({ nodeid, name }) => [nodeid, name]));
  for (const nodeid of others) {
    // A member that the nodelist lacks (just removed from it, or a cluster without one) is still a member.
    if (!names.has(Number(nodeid))) names.set(Number(nodeid), '');
  }
  return [...names].map(([nodeid, name]) => ({ node_id: nodeid, node: name }));
}
