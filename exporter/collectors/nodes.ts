import type { Snapshot } from '../../src/monitor/snapshot.ts';

/** The labels of a series about one node. */
export type NodeLabels = { readonly node_id: number; readonly node: string };

/** The labels of each configured node, in the nodelist's order, then of those that only `others` names. */
export function nodes(snapshot: Snapshot, others: Iterable<number | string> = []): readonly NodeLabels[] {
  const names = new Map(snapshot.cluster?.nodes.map(({ nodeid, name }) => [nodeid, name]));
  for (const nodeid of others) {
    // A member that the nodelist lacks (just removed from it, or a cluster without one) is still a member.
    if (!names.has(Number(nodeid))) names.set(Number(nodeid), '');
  }
  return [...names].map(([nodeid, name]) => ({ node_id: nodeid, node: name }));
}

/** The value of `runtime.members.N.FIELD` of each node that has one: a node that never joined has none. */
export function* byMember(
  snapshot: Snapshot,
  field: string,
): Iterable<readonly [node: NodeLabels, value: number | bigint]> {
  const keys = snapshot.configuration?.keys ?? {};
  const nodeids = Object.keys(keys).flatMap((key) => /^runtime\.members\.(\d+)\./.exec(key)?.[1] ?? []);
  for (const node of nodes(snapshot, nodeids)) {
    const value = keys[`runtime.members.${node.node_id}.${field}`];
    if (typeof value === 'number' || typeof value === 'bigint') yield [node, value];
  }
}

/** The labels of one node. */
export function nodeLabels(snapshot: Snapshot, nodeid: number): NodeLabels {
  return { node_id: nodeid, node: snapshot.cluster?.nodes.find((node) => node.nodeid === nodeid)?.name ?? '' };
}
