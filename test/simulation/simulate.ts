import type { Bindings } from '../../src/corosync/bindings.ts';
import { createBindings } from '../../src/simulation/bindings.ts';

/** When the simulated cluster of these tests started, in unix milliseconds. */
export const startedAt = 1e12;

/** A node of a cluster whose clock, in seconds since its start, is set by hand. */
export function simulate(nodeid: number): Bindings & { readonly clock: { seconds: number } } {
  const clock = { seconds: 0 };
  return { clock, ...createBindings({ nodeid, startedAt }, () => startedAt + clock.seconds * 1000) };
}
