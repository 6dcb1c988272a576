import { isDown, loopSeconds, nodeids, partitions, script, stepAt } from './script.ts';
import { type Change, firstView, play, type View } from './timeline.ts';

// The cluster as a pure function of time, so that all who know when it started see the same one. All times are
// milliseconds since then. A change's number counts a node's changes over all loops.

const loop = loopSeconds * 1000;
const timeline = play();

export type ProcessState = 'running' | 'frozen' | 'down';

/** What a node's corosync does. */
export function processOf(nodeid: number, time: number): ProcessState {
  const step = stepAt(time % loop);
  if (isDown(step, nodeid)) return 'down';
  return step.frozen?.includes(nodeid) ? 'frozen' : 'running';
}

/** How many changes of its view a node has had; also the number of the next. */
export function changesUntil(nodeid: number, time: number): number {
  const once = played(nodeid);
  return Math.floor(time / loop) * once.length + once.filter(({ at }) => at <= time % loop).length;
}

/** A change by its number. */
export function changeAt(nodeid: number, number: number): Change {
  const once = played(nodeid);
  const loops = Math.floor(number / once.length);
  const change = once[number % once.length];
  if (change === undefined) throw new RangeError(`Node ${nodeid} has no change ${number}`);
  const { ringId } = change.view;
  const seq = ringId.seq + BigInt(loops) * seqOfLoop(nodeid);
  return { ...change, at: change.at + loops * loop, view: { ...change.view, ringId: { ...ringId, seq } } };
}

/** What a node's corosync believes, or did before it went down. */
export function viewOf(nodeid: number, time: number): View {
  const changes = changesUntil(nodeid, time);
  return changes === 0 ? firstView(nodeid) : changeAt(nodeid, changes - 1).view;
}

/** How often a node's corosync has been started again: what is connected to it does not survive that. */
export function bootsOf(nodeid: number, time: number): number {
  return count(nodeid, changesUntil(nodeid, time), isBoot);
}

/** When a node's corosync was started again last; undefined: it has run since before the first loop. */
export function bootedAt(nodeid: number, time: number): number | undefined {
  const boot = lastBoot(nodeid, time);
  return boot === undefined ? undefined : changeAt(nodeid, boot).at;
}

/** How many of a node's changes since its corosync's start, that included, are such. */
export function changesSinceBoot(nodeid: number, time: number, isSuch: (change: Change) => boolean): number {
  return count(nodeid, changesUntil(nodeid, time), isSuch) - count(nodeid, lastBoot(nodeid, time) ?? 0, isSuch);
}

/** How often a node has seen another join since its corosync started: runtime.members.N.join_count. */
export function joinCountOf(viewer: number, nodeid: number, time: number): number {
  const before = lastBoot(viewer, time) === undefined ? 1 : 0;
  return before + changesSinceBoot(viewer, time, ({ joined }) => joined.includes(nodeid));
}

/** The moments of the loop, in milliseconds, at which anything changes: steps of the script and changes of views. */
export function momentsOfLoop(): number[] {
  return [...script.map(({ at }) => at * 1000), ...[...timeline.values()].flat().map(({ at }) => at)];
}

/** When a message that is sent now can go round the ring: at once, or with the next ring if this one is broken. */
export function deliverableAt(nodeid: number, time: number): number {
  const reached = partitions(stepAt(time % loop)).find((members) => members.includes(nodeid)) ?? [];
  const { ringId, members } = viewOf(nodeid, time);
  const { seq } = ringId;
  if (members.every((id) => reached.includes(id) && viewOf(id, time).ringId.seq === seq)) return time;
  let next = changesUntil(nodeid, time);
  while (changeAt(nodeid, next).cause === 'group') next++;
  return changeAt(nodeid, next).at;
}

/** Whether these members have the majority. */
export function isQuorate(members: readonly number[]): boolean {
  return members.length * 2 > nodeids.length;
}

function played(nodeid: number): readonly Change[] {
  const changes = timeline.get(nodeid);
  if (changes === undefined)
    throw new RangeError(`The simulated cluster has nodes ${nodeids.join(', ')}, not ${nodeid}`);
  return changes;
}

function seqOfLoop(nodeid: number): bigint {
  const last = played(nodeid).at(-1)?.view ?? firstView(nodeid);
  return last.ringId.seq - firstView(nodeid).ringId.seq;
}

/** How many of a node's first `changes` changes, over all loops, are such. */
function count(nodeid: number, changes: number, isSuch: (change: Change) => boolean): number {
  const once = played(nodeid);
  const rest = once.slice(0, changes % once.length).filter(isSuch).length;
  return Math.floor(changes / once.length) * once.filter(isSuch).length + rest;
}

/** The number of a node's last boot: in this loop, or in the one before. */
function lastBoot(nodeid: number, time: number): number | undefined {
  const changes = changesUntil(nodeid, time);
  for (let number = changes - 1; number >= 0 && number >= changes - played(nodeid).length; number--) {
    if (isBoot(changeAt(nodeid, number))) return number;
  }
  return undefined;
}

function isBoot({ cause }: Change): boolean {
  return cause === 'boot';
}
