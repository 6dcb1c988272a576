import fc from 'fast-check';
import { test } from 'vitest';

// Each run tries something new, or it would find nothing more after the first one; what it tried is printed before, as a
// hang tells nothing. FUZZ_SEED repeats a run, FUZZ_RUNS=100000 makes a long one.
const { FUZZ_SEED, FUZZ_RUNS } = process.env;
const seed = FUZZ_SEED === undefined ? Math.floor(2 ** 31 * Math.random()) : Number(FUZZ_SEED);
const runs = Number(FUZZ_RUNS ?? 100);
console.info(`Repeat with FUZZ_SEED=${seed}`);
fc.configureGlobal({ seed });

/** Tests that the property holds for whatever it is given; of one that is slow with less of it. */
export function holds(
  title: string,
  property: fc.IRawProperty<unknown>,
  { slower = 1 }: { readonly slower?: number } = {},
): void {
  const numRuns = Math.ceil(runs / slower);
  const check = async () => {
    try {
      await fc.assert(property as fc.IProperty<unknown>, { numRuns });
    } catch (error) {
      // Seed and path are at its beginning; a counterexample can be very long.
      if (error instanceof Error) error.message = error.message.slice(0, 2_000);
      throw error;
    }
  };
  test(title, check, 3_600_000);
}

/** Runs it, and fails if that took more than a second of processor time: what is linear takes some milliseconds. */
export function soon<Value>(action: () => Value): Value {
  const begin = process.cpuUsage();
  const value = action();
  const { user } = process.cpuUsage(begin);
  if (user > 1e6) throw new Error(`took ${(user / 1e6).toFixed(1)} s`);
  return value;
}
