import { bootedAt, changesSinceBoot, deliverableAt, momentsOfLoop, processOf, viewOf } from './cluster.ts';
import { loopSeconds, nodeids, script } from './script.ts';
import { type Span, spansOf } from './spans.ts';
import { type Change, firstView, type View } from './timeline.ts';

/** Tokens a second on an idle ring: totem holds it for 0.3 s. */
export const tokenRate = 3.3;

/** Milliseconds for which the representative holds the token when there is nothing to send. */
export const hold = 303;

/** Messages a second that each node sends to CPG groups. */
export const messageRate = 0.5;

/** The parts of the loop in which a node's corosync runs. */
export function running(nodeid: number): readonly Span[] {
  return spansOf(momentsOfLoop(), (phase) => processOf(nodeid, phase) === 'running');
}

/** Those in which the token goes round its ring, if something more holds. */
export function operational(nodeid: number, holds: (phase: number) => boolean = () => true): readonly Span[] {
  return spansOf(momentsOfLoop(), (phase) => isOperational(nodeid, phase) && holds(phase));
}

/** Those in which it is in one ring with another; each is with itself. */
export function together(nodeid: number, other: number): readonly Span[] {
  return operational(nodeid, (phase) => viewOf(nodeid, phase).members.includes(other));
}

/** Whether the token goes round a node's ring at a moment of the loop. */
export function isOperational(nodeid: number, phase: number): boolean {
  return processOf(nodeid, phase) === 'running' && deliverableAt(nodeid, phase) === phase;
}

/** To whom a node hands the token at a moment of the loop: the next of its ring. */
export function successor(nodeid: number, phase: number): number {
  const { members } = viewOf(nodeid, phase);
  return members.find((id) => id > nodeid) ?? members[0] ?? nodeid;
}

/** How many rings a node's corosync has been in since its start, the one that it started with included. */
export function ringsOf(nodeid: number, time: number, isSuch: (ring: View) => boolean = () => true): number {
  const first = bootedAt(nodeid, time) === undefined && isSuch(firstView(nodeid)) ? 1 : 0;
  return first + changesSinceBoot(nodeid, time, ({ cause, view }) => cause !== 'group' && isSuch(view));
}

/** How many members they had, taken together. */
export function membersOfRings(nodeid: number, time: number): number {
  const counts = nodeids.map((_, i) => (i + 1) * ringsOf(nodeid, time, ({ members }) => members.length === i + 1));
  return counts.reduce((sum, count) => sum + count, 0);
}

/** How many of them came because somebody was gone without a word. */
export function lossesOf(nodeid: number, time: number): number {
  return changesSinceBoot(nodeid, time, isLoss);
}

/** How often this node was the one that missed the token: the others hear it from the first of those who are left. */
export function tokenLossesOf(nodeid: number, time: number): number {
  return changesSinceBoot(nodeid, time, (change) => {
    const { view, joined, left } = change;
    // After a freeze the others are in both lists.
    const gone = left.some((id) => !joined.includes(id));
    return isLoss(change) && gone && view.members.find((id) => !joined.includes(id)) === nodeid;
  });
}

/** A stop in order is told at once, so the ring changes with the step. */
function isLoss({ cause, left, at }: Change): boolean {
  const inOrder = script.some((step) => step.stopped !== undefined && (at / 1000) % loopSeconds === step.at);
  return cause === 'ring' && left.length > 0 && !inOrder;
}
