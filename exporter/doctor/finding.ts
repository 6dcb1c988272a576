/** What the doctor has found out about one thing. */
export interface Finding {
  /** What was looked at. */
  readonly check: string;
  /** `warn`: the exporter works, but not all of it or not for long. */
  readonly state: 'ok' | 'warn' | 'fail';
  /** What is so. */
  readonly says: string;
  /** What to do or to type about it, a step a line; none if nothing is wrong. */
  readonly remedy: readonly string[];
}

export function ok(check: string, says: string): Finding {
  return { check, state: 'ok', says, remedy: [] };
}

export function warn(check: string, says: string, ...remedy: readonly string[]): Finding {
  return { check, state: 'warn', says, remedy };
}

export function fail(check: string, says: string, ...remedy: readonly string[]): Finding {
  return { check, state: 'fail', says, remedy };
}
