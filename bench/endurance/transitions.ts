import type { Life } from './run.ts';
import type { Observed, Told, View } from './witnesses.ts';

/** How exactly two clocks in two processes agree, in seconds. */
const slack = 0.3;

/** What the observer and the exporter say of the same corosyncs. */
export interface Comparison {
  /** Changes of the membership after the exporter had connected: as the observer has them, and as the exporter told. */
  readonly memberships: { expected: number; told: number };
  /** The same for changes of the quorate flag; where the flag changed while the exporter connected, either is right. */
  readonly transitions: { expected: number; told: number };
  /** By node, over all lives: what the exporter's counters must be. */
  readonly joins: Record<number, number>;
  readonly leaves: Record<number, number>;
  /** Notifications to the observer before the exporter was connected. */
  before: number;
  /** Seconds from the observer's connection to the exporter's, in each life. */
  readonly behind: number[];
  readonly missed: string[];
  readonly invented: string[];
}

/** Compares life by life; a membership is known by its ring id, which is never used twice. */
export function compareMemberships(
  lives: readonly Life[],
  observed: readonly Observed[],
  told: readonly Told[],
): Comparison {
  const result: Comparison = {
    memberships: { expected: 0, told: 0 },
    transitions: { expected: 0, told: 0 },
    ...{ joins: {}, leaves: {}, before: 0, behind: [], missed: [], invented: [] },
  };
  let lastQuorate: boolean | undefined;
  for (const [number, life] of lives.entries()) {
    const end = lives[number + 1]?.start ?? Number.POSITIVE_INFINITY;
    const within = ({ time }: { time: number }) => time >= life.start && time < end;
    const theirs = observed.filter(within);
    const ours = told.filter(within);
    const name = `corosync ${number + 1}`;
    const connected = ours.find(
      ({ message, fields }) => message === 'Connected to corosync' && fields.library === 'quorum',
    );
    const observerConnected = theirs.find(({ kind }) => kind === 'connected');
    if (connected === undefined || observerConnected === undefined) {
      result.missed.push(`${name}: never connected (${connected ? 'observer' : 'exporter'})`);
      continue;
    }
    result.behind.push(connected.time - observerConnected.time);
    addViews(result, name, theirs, ours);
    lastQuorate = addTransitions(result, name, theirs, ours, connected.time, lastQuorate);
  }
  return result;
}

function addViews(result: Comparison, name: string, theirs: readonly Observed[], ours: readonly Told[]): void {
  const views = theirs.filter((one): one is View => one.kind === 'nodelist');
  const seen = ours.filter(({ message }) => message === 'Membership' || message === 'Membership changed');
  // told on connecting: which is the first that the exporter could see
  const first = views.findLastIndex((_, index) => sameRings(views.slice(index), seen));
  const begin = first >= 0 ? first : views.findIndex(({ ring }) => ring === seen[0]?.fields.ring);
  result.before += Math.max(0, begin);
  const expected = views.slice(begin + 1);
  const changes = seen.slice(1);
  result.memberships.expected += expected.length;
  result.memberships.told += changes.length;
  for (const { joined, left } of expected) {
    for (const node of joined) result.joins[node] = (result.joins[node] ?? 0) + 1;
    for (const node of left) result.leaves[node] = (result.leaves[node] ?? 0) + 1;
  }
  for (const view of expected) {
    const same = changes.some(({ fields }) => fields.ring === view.ring && inWords(fields) === inWords(lists(view)));
    if (!same) result.missed.push(`${name}: membership ${view.ring} (${inWords(lists(view))})`);
  }
  for (const { fields } of changes) {
    if (!views.some(({ ring }) => ring === fields.ring)) result.invented.push(`${name}: membership ${fields.ring}`);
  }
  if (seen.filter(({ message }) => message === 'Membership').length > 1) result.missed.push(`${name}: connected twice`);
}

/** The flag as the observer saw it, from where the exporter may have connected, must give what the exporter counted. */
function addTransitions(
  result: Comparison,
  name: string,
  theirs: readonly Observed[],
  ours: readonly Told[],
  connected: number,
  before: boolean | undefined,
): boolean | undefined {
  const flags = theirs.filter((one) => one.kind === 'quorum');
  const counted = ours
    .filter(({ message }) => message === 'Quorate' || message === 'Quorum lost')
    .map(({ message }) => message);
  if (before === undefined && counted[0] === 'Quorate') counted.shift(); // the first state of all is no change
  const from = Math.max(
    0,
    flags.findLastIndex(({ time }) => time <= connected - slack),
  );
  const to = Math.max(
    0,
    flags.findLastIndex(({ time }) => time <= connected + slack),
  );
  const possible = Array.from({ length: to - from + 1 }, (_, index) => changesOf(flags.slice(from + index), before));
  const right = possible.find((changes) => changes.join() === counted.join());
  const expected = right ?? possible[0] ?? [];
  result.transitions.expected += expected.length;
  result.transitions.told += counted.length;
  if (right === undefined) {
    const list = counted.length < expected.length ? result.missed : result.invented;
    list.push(`${name}: quorum: ${expected.join(', ') || 'none'}, told: ${counted.join(', ') || 'none'}`);
  }
  return flags.at(-1)?.quorate ?? before;
}

function changesOf(flags: readonly { quorate: boolean }[], before: boolean | undefined): string[] {
  let last = before;
  return flags.flatMap(({ quorate }) => {
    const changed = last !== undefined && last !== quorate;
    last = quorate;
    return changed ? [quorate ? 'Quorate' : 'Quorum lost'] : [];
  });
}

function sameRings(views: readonly View[], seen: readonly Told[]): boolean {
  return views.map(({ ring }) => ring).join() === seen.map(({ fields }) => fields.ring).join();
}

function lists({ members, joined, left }: View): Record<string, string> {
  return { members: members.join(), joined: joined.join(), left: left.join() };
}

function inWords({ members, joined, left }: Readonly<Record<string, string>>): string {
  return `members ${members}, joined ${joined}, left ${left}`;
}
