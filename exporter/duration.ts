import { z } from 'zod';

const units = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 } as const;
// Prometheus' own: units from large to small, each once, whole numbers.
const pattern = /^(?=.)(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/;

/** Milliseconds of a Prometheus duration such as `1m30s`, or of a plain 0; undefined if it is none. */
export function parseDuration(text: unknown): number | undefined {
  if (text === 0 || text === '0') return 0;
  const parts = typeof text === 'string' ? pattern.exec(text) : null;
  if (parts === null) return undefined;
  return Object.values(units).reduce((sum, factor, index) => sum + Number(parts[index + 1] ?? 0) * factor, 0);
}

/** A setting that is a duration between two others; `zero` says what 0 means where it is allowed. */
export function duration(least: string, most: string, zero?: string) {
  const [min = 0, max = 0] = [parseDuration(least), parseDuration(most)];
  return z.unknown().transform((input, context) => {
    const value = parseDuration(input);
    if (value !== undefined && ((value >= min && value <= max) || (zero !== undefined && value === 0))) return value;
    const problem =
      value === undefined
        ? 'must be a duration such as 500ms, 1s or 1m30s'
        : `must be between ${least} and ${most}${zero === undefined ? '' : `, or 0 ${zero}`}`;
    context.addIssue({ code: 'custom', message: problem });
    return z.NEVER;
  });
}
