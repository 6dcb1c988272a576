/** `counts` with one more of `key`. */
export function increment(counts: Readonly<Record<string, number>>, key: string | number): Record<string, number> {
  return { ...counts, [key]: (counts[key] ?? 0) + 1 };
}
