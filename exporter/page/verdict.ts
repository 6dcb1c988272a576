import type { State } from '../api/schema.ts';
import type { Off } from './off.ts';
import { count, list, nameOf, type Tone } from './words.ts';

/** The cluster at one glance; it says nothing that changes while nothing happens. */
export interface Verdict {
  readonly tone: Tone;
  readonly word: string;
  readonly sentences: readonly string[];
}

/** A lane that waits longer than this is held by corosync, in seconds. */
export const heldAfter = 1;

/** What a person wants to know first. */
export function verdictOf(state: State, off: Off = new Set()): Verdict {
  const { up, quorum, sync_in_progress: syncing } = state;
  if (!up) return { tone: 'unknown', word: 'Not confirmed', sentences: whyDown(state) };
  const during = syncing === true ? [syncWords] : [];
  if (quorum === null) {
    const why = 'Corosync answers, but it has not confirmed yet whether it is quorate.';
    return { tone: 'unknown', word: 'Not confirmed', sentences: [why, ...during] };
  }
  if (!quorum.provider_configured) {
    return { tone: 'warn', word: 'No quorum provider', sentences: [providerWords, ...membersOf(state)] };
  }
  const trouble = troubleOf(state);
  const sentences = [...during, ...membersOf(state), ...marginOf(state, off), ...trouble];
  if (!quorum.quorate) {
    const consequence = 'This node may not run what needs quorum: its side of the cluster stands still.';
    return { tone: 'bad', word: 'Not quorate', sentences: [consequence, ...sentences] };
  }
  return { tone: isWhole(state) && trouble.length === 0 ? 'good' : 'warn', word: 'Quorate', sentences };
}

/** How many votes there are beyond those that are needed. */
export function marginWords(margin: number): string {
  if (margin < 0) return `${count(-margin, 'vote')} missing`;
  if (margin === 0) return 'no more vote may be lost';
  return margin === 1 ? 'one more vote may be lost' : `${margin} more votes may be lost`;
}

const syncWords =
  'Corosync is in its sync phase: the nodes agree on who is there. Until that is done it goes on with what it announced ' +
  'last, and clients wait. If this lasts, look for a node or a quorum device that does not answer.';

const providerWords =
  'Corosync runs without votequorum (quorum.provider in corosync.conf), so nobody counts votes and every part of a ' +
  'split cluster goes on.';

function whyDown({ libraries, lanes }: State): string[] {
  const quorum = libraries.find(({ library }) => library === 'quorum');
  const nothing = 'Nothing about the cluster is known from here.';
  if (quorum?.missing) return [`Corosync's client libraries are not installed on this node. ${nothing}`];
  if (lanes.some(({ held_seconds }) => held_seconds > heldAfter)) {
    return [
      `Corosync does not answer: it is frozen, or stuck. ${nothing}`,
      'See what it does: systemctl status corosync, and whether the machine is out of memory, disk or CPU time.',
    ];
  }
  if (quorum?.error?.name === 'CS_ERR_ACCESS') return [`Corosync runs but refuses this exporter. ${nothing}`];
  if (quorum?.error) return [`Corosync does not run on this node, or cannot be reached. ${nothing}`];
  return [`Corosync has not answered yet. ${nothing}`];
}

function membersOf(state: State): string[] {
  const { membership, nodes } = state;
  if (membership === null) return ['The membership is not confirmed.'];
  const configured = nodes.filter((node) => node.configured);
  const missing = configured.filter((node) => node.in_membership === false).map((node) => nameOf(state, node.node_id));
  if (configured.length === 0) return [`${count(membership.members.length, 'node')} in the membership.`];
  if (missing.length === 0) return [`All ${count(configured.length, 'node')} of the nodelist are in the membership.`];
  const verb = missing.length === 1 ? 'is' : 'are';
  return [
    `${configured.length - missing.length} of ${count(configured.length, 'node')} in the membership: ` +
      `${list(missing)} ${verb} missing.`,
  ];
}

function marginOf({ votes, quorum }: State, off: Off): string[] {
  if (votes === null) return [off.has('votes') ? 'The votes are not collected.' : 'The votes are not confirmed.'];
  const margin = votes.total - votes.quorum;
  const blocked = margin >= 0 && quorum?.quorate === false;
  const rest = blocked ? waiting(votes.flags) : `: ${marginWords(margin)}.`;
  return [`${count(votes.total, 'vote')} of ${votes.expected}, ${votes.quorum} needed${rest}`];
}

/** There are votes enough, and still no quorum. */
function waiting(flags: readonly string[]): string {
  return flags.includes('wait_for_all')
    ? '. That would do, but wait_for_all waits until all nodes have been there at once.'
    : '. That would do: corosync is about to say so, or something withholds quorum.';
}

/** What is wrong while all goes on. */
function troubleOf(state: State): string[] {
  const down = state.nodes.flatMap(({ node_id, links }) =>
    (links ?? [])
      .filter(({ enabled, connected }) => enabled && !connected)
      .map(({ link }) => `link ${link} to ${nameOf(state, node_id)}`),
  );
  const { length } = down;
  const shown = length > 4 ? [...down.slice(0, 3), `${length - 3} more`] : down;
  const device = state.nodes.find(({ local }) => local)?.qdevice;
  return [
    ...(length === 0 ? [] : [`${length === 1 ? 'A link is' : 'Links are'} down: ${list(shown)}.`]),
    ...(device?.registered && !device.alive ? ['The quorum device does not answer on this node.'] : []),
  ];
}

/** All that are configured are there, and a vote may be lost. */
function isWhole({ nodes, votes, sync_in_progress: syncing }: State): boolean {
  const spare = votes === null || votes.total > votes.quorum;
  return syncing !== true && spare && nodes.every(({ in_membership }) => in_membership !== false);
}
