/** Who came and went between two views; undefined where they are the same. The first view has no past. */
export function viewChange(
  before: readonly number[] | undefined,
  now: readonly number[],
): { readonly joined: readonly number[]; readonly left: readonly number[] } | undefined {
  if (before === undefined) return { joined: [], left: [] };
  const joined = now.filter((nodeid) => !before.includes(nodeid));
  const left = before.filter((nodeid) => !now.includes(nodeid));
  return joined.length === 0 && left.length === 0 ? undefined : { joined, left };
}
