/** Counts by name in which each of `names` starts at 0: a counter that appears with 1 hides its first increase. */
export function preset(
  names: readonly string[],
  counts: Readonly<Record<string, number>>,
): readonly (readonly [name: string, count: number])[] {
  const zeros = Object.fromEntries(names.map((name) => [name, 0]));
  return Object.entries({ ...zeros, ...counts });
}
