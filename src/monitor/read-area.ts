import { CorosyncError } from '../corosync/cs-error.ts';
import type { AreaName, Areas, Reads } from './areas.ts';
import type { Lane } from './connector.ts';
import type { AreaEvent } from './lane-protocol.ts';

/**
 * Reads an area if it is asked for, and tells what came of it: a failure is told too, and takes no other area with it.
 * `read` gets the keys or fields to read; undefined: there is no connection, so there is nothing to tell.
 */
export function readArea<Name extends AreaName>(
  lane: Lane,
  reads: Reads,
  area: Name,
  read: (names: readonly string[]) => Areas[Name] | undefined,
): void {
  const names = reads[area];
  if (names === undefined) return;
  const before = lane.now();
  const outcome = attempt(() => read(names));
  if (outcome === undefined) return;
  const seconds = (lane.now() - before) / 1000;
  lane.post({ kind: 'area', area, seconds, ...outcome } as AreaEvent);
}

function attempt<Value>(read: () => Value | undefined): { value: Value } | { error: string } | undefined {
  try {
    const value = read();
    return value === undefined ? undefined : { value };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

/** Runs a call; undefined where corosync answers with one of these codes. */
export function unless<T>(codes: readonly number[], call: () => T): T | undefined {
  try {
    return call();
  } catch (error) {
    if (error instanceof CorosyncError && codes.includes(error.code)) return undefined;
    throw error;
  }
}
