import type { Service } from '../../src/corosync/bindings.ts';
import type { Lane } from '../../src/monitor/connector.ts';
import { HeldMark } from '../../src/monitor/held.ts';
import type { LaneEvent } from '../../src/monitor/lane-protocol.ts';

/** A lane whose clock stands still until it is told, and which keeps what it was told. */
export function fakeLane() {
  const lane = {
    held: new HeldMark(HeldMark.allocate()),
    events: [] as LaneEvent[],
    time: 1_000,
    readUntil: Number.POSITIVE_INFINITY,
    post: (event: LaneEvent) => void lane.events.push(event),
    now: () => lane.time,
    /** The events since the last call, without what every round brings. */
    take: () => lane.events.splice(0).filter(({ kind }) => kind !== 'dispatched'),
  };
  return lane satisfies Lane;
}

export const fakeService = <Api>(connect: () => Api): Service<Api> => ({
  load: () => ({ soname: 'libfake.so.1', features: [] }),
  connect,
});
