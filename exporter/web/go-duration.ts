const units = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1, us: 1e-3, µs: 1e-3, μs: 1e-3, ns: 1e-6 } as const;
const part = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)/y;
/** Go counts nanoseconds in 63 bits. */
const most = 2 ** 63 / 1e6;

/** Milliseconds of a duration as Go writes it, such as `1s`, `1.5s` or `1m30s`, or of a plain 0; undefined if it is none. */
export function parseGoDuration(value: unknown): number | undefined {
  if (value === 0 || value === '0') return 0;
  if (typeof value !== 'string' || value === '') return undefined;
  let sum = 0;
  part.lastIndex = 0;
  while (part.lastIndex < value.length) {
    const found = part.exec(value);
    if (found === null) return undefined;
    sum += Number(found[1]) * units[found[2] as keyof typeof units];
  }
  return sum < most ? sum : undefined;
}
