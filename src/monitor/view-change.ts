import type { QuorumEvent } from '../corosync/types.ts';

type View = Pick<QuorumEvent, 'ringId' | 'members'>;

/** Who came and went between two views; undefined where they are the same, ring included. The first view has no past. */
export function viewChange(
  before: View | undefined,
  now: View,
): { readonly joined: readonly number[]; readonly left: readonly number[] } | undefined {
  if (before === undefined) return { joined: [], left: [] };
  if (before.ringId.seq === now.ringId.seq && before.members.join() === now.members.join()) return undefined;
  const joined = now.members.filter((nodeid) => !before.members.includes(nodeid));
  const left = before.members.filter((nodeid) => !now.members.includes(nodeid));
  return { joined, left };
}
