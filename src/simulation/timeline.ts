import type { CpgReason, RingId } from '../corosync/types.ts';
import {
  exporterSeconds,
  firstSeq,
  formationSeconds,
  isDown,
  nodeids,
  partitions,
  type Step,
  script,
  stepAt,
} from './script.ts';

/** What one node's corosync knows of the cluster. */
export interface View {
  readonly ringId: RingId;
  readonly members: readonly number[];
  /** The other nodes whose exporters are in the CPG group. */
  readonly peers: readonly number[];
}

/** An exporter that came into the CPG group or left it. */
export interface Peer {
  readonly nodeid: number;
  /** A cpg_reason_t. */
  readonly reason: (typeof CpgReason)[keyof typeof CpgReason];
}

/** What changes one node's view; of the lists of nodes, `joined` and `left` are those of the nodelist callback. */
export interface Change {
  /** Milliseconds since the start. */
  readonly at: number;
  /** `boot`: this node's corosync started; `group`: no new ring, an exporter joined or left. */
  readonly cause: 'boot' | 'ring' | 'group';
  readonly view: View;
  readonly joined: readonly number[];
  readonly left: readonly number[];
  /** As corosync does it, those who left are told before those who joined. */
  readonly groupLeft: readonly Peer[];
  readonly groupJoined: readonly Peer[];
}

interface Node {
  readonly nodeid: number;
  view: View;
  inGroup: boolean;
  readonly changes: Change[];
}

type Reasons = 'CPG_REASON_JOIN' | 'CPG_REASON_NODEDOWN' | 'CPG_REASON_NODEUP' | 'CPG_REASON_PROCDOWN';
const reasons: Pick<typeof CpgReason, Reasons> = {
  CPG_REASON_JOIN: 1,
  CPG_REASON_NODEDOWN: 3,
  CPG_REASON_NODEUP: 4,
  CPG_REASON_PROCDOWN: 5,
};
const nothing = { joined: [], left: [], groupLeft: [], groupJoined: [] };

/** The view that all nodes start with. */
export function firstView(nodeid: number): View {
  return { ringId: firstRing, members: nodeids, peers: nodeids.filter((id) => id !== nodeid) };
}
const firstRing: RingId = { nodeid: Math.min(...nodeids), seq: firstSeq };

/** Plays the script once: the changes of each node's view, in their order. */
export function play(): ReadonlyMap<number, readonly Change[]> {
  const nodes = nodeids.map((nodeid): Node => ({ nodeid, view: firstView(nodeid), inGroup: true, changes: [] }));
  const acts = script.flatMap((step, index) => actsOf(step, script[index - 1] ?? step, nodes));
  for (const { at, act } of acts.sort((a, b) => a.at - b.at)) act(at);
  return new Map(nodes.map(({ nodeid, changes }) => [nodeid, changes]));
}

interface Act {
  readonly at: number;
  act(at: number): void;
}

function actsOf(step: Step, before: Step, nodes: readonly Node[]): Act[] {
  const at = step.at * 1000;
  const stops = nodes.filter(({ nodeid }) => isDown(step, nodeid) && !isDown(before, nodeid));
  const starts = nodes.filter(({ nodeid }) => !isDown(step, nodeid) && isDown(before, nodeid));
  const inOrder = stops.some(({ nodeid }) => step.stopped?.includes(nodeid));
  return [
    ...stops.map((node) => ({ at, act: () => stop(node, step, nodes) })),
    ...starts.map((node) => ({ at, act: () => boot(node, at) })),
    { at: inOrder ? at : at + formationSeconds * 1000, act: (now) => formRings(nodes, now) },
    ...starts.map((node) => ({ at: at + exporterSeconds * 1000, act: (now: number) => joinGroup(node, nodes, now) })),
  ];
}

function stop(node: Node, step: Step, nodes: readonly Node[]): void {
  node.inGroup = false;
  if (!step.stopped?.includes(node.nodeid)) return;
  const groupLeft = [{ nodeid: node.nodeid, reason: reasons.CPG_REASON_PROCDOWN }];
  for (const other of onRingOf(node, nodes)) {
    const peers = other.view.peers.filter((id) => id !== node.nodeid);
    change(other, { ...nothing, at: step.at * 1000, cause: 'group', view: { ...other.view, peers }, groupLeft });
  }
}

function boot(node: Node, at: number): void {
  const { nodeid } = node;
  const ringId = { nodeid, seq: node.view.ringId.seq + 4n }; // corosync keeps the last one on disk
  change(node, { ...nothing, at, cause: 'boot', view: { ringId, members: [nodeid], peers: [] }, joined: [nodeid] });
}

function joinGroup(node: Node, nodes: readonly Node[], at: number): void {
  node.inGroup = true;
  const groupJoined = [{ nodeid: node.nodeid, reason: reasons.CPG_REASON_JOIN }];
  for (const other of onRingOf(node, nodes)) {
    const peers = [...other.view.peers, node.nodeid].sort((a, b) => a - b);
    change(other, { ...nothing, at, cause: 'group', view: { ...other.view, peers }, groupJoined });
  }
}

function formRings(nodes: readonly Node[], at: number): void {
  for (const members of partitions(stepAt(at))) {
    const here = nodes.filter(({ nodeid }) => members.includes(nodeid));
    const rings = new Map(here.map(({ nodeid, view }) => [nodeid, view.ringId]));
    const whole = new Set(rings.values()).size === 1 && here[0]?.view.members.length === members.length;
    if (whole) continue;
    const seq = here.map(({ view }) => view.ringId.seq).reduce((a, b) => (a > b ? a : b)) + 4n;
    const ringId = { nodeid: Math.min(...members), seq };
    for (const node of here) {
      // Totem's transitional list: who comes from the same ring. After a freeze nobody does, so all are in both lists.
      const stayed = members.filter((id) => rings.get(id) === rings.get(node.nodeid));
      const left = node.view.members.filter((id) => !stayed.includes(id));
      const joined = members.filter((id) => !stayed.includes(id));
      const groupLeft = node.view.peers.filter((id) => left.includes(id));
      const groupJoined = joined.filter((id) => nodes.some((other) => other.nodeid === id && other.inGroup));
      const peers = [...node.view.peers.filter((id) => !left.includes(id)), ...groupJoined].sort((a, b) => a - b);
      change(node, {
        ...{ at, cause: 'ring', view: { ringId, members, peers }, joined, left },
        groupLeft: groupLeft.map((nodeid) => ({ nodeid, reason: reasons.CPG_REASON_NODEDOWN })),
        groupJoined: groupJoined.map((nodeid) => ({ nodeid, reason: reasons.CPG_REASON_NODEUP })),
      });
    }
  }
}

function onRingOf(node: Node, nodes: readonly Node[]): Node[] {
  return nodes.filter((other) => other !== node && other.view.ringId === node.view.ringId);
}

function change(node: Node, what: Change): void {
  node.view = what.view;
  node.changes.push(what);
}
