import type { Group, StaleMembers } from './snapshot.ts';

/** Since when, in monotonic seconds, a group has had processes on a node that is not in the membership. */
export type Strangers = Readonly<Record<string, number>>;

/** A read can fall into the middle of a change: what is not there any more a second later was one. */
const SETTLED = 1;

/** Finds the groups' nodes that are not in the membership, and since when they are not. */
export function findStrangers(
  before: Strangers,
  groups: readonly Group[],
  members: readonly number[] | undefined,
  at: number,
): Strangers {
  if (members === undefined) return {};
  const strangers: Record<string, number> = {};
  for (const { name, members: processes } of groups) {
    for (const nodeid of Object.keys(processes)) {
      const key = strangerKey(name, nodeid);
      if (!members.includes(Number(nodeid))) strangers[key] = before[key] ?? at;
    }
  }
  return strangers;
}

/** For each node that a group has processes on, how many of them are stale: those of a node that left a while ago. */
export function staleMembers(groups: readonly Group[], strangers: Strangers, now: number): StaleMembers[] {
  return groups.flatMap(({ name, members }) =>
    Object.entries(members).map(([nodeid, processes]) => {
      const since = strangers[strangerKey(name, nodeid)];
      const stale = since !== undefined && now - since >= SETTLED;
      return { group: name, nodeid: Number(nodeid), count: stale ? processes : 0 };
    }),
  );
}

function strangerKey(group: string, nodeid: string): string {
  return `${nodeid} ${group}`;
}
