import { changesSinceBoot } from './cluster.ts';
import type { CmapEntry } from './cmap.ts';
import { isSettled } from './groups.ts';
import { daemons } from './pacemaker.ts';
import { membersOfRings, messageRate, ringsOf, together } from './ring.ts';
import { nodeids } from './script.ts';
import { timeIn } from './spans.ts';

/** The engines by their id, and how many functions each has for messages of its kind on other nodes. */
const engines = { cmap: 1, cfg: 5, cpg: 7, quorum: 0, pload: 2, votequorum: 4, mon: 0, wd: 0 };

/** Messages at each new ring, from each node that is in it. */
const byRing: Readonly<Record<string, number>> = { 'cmap.0': 1, 'cpg.5': 1, 'votequorum.0': 2 };

/** `runtime.services.*`: what the services of corosync sent to their like on all nodes, and got from them. */
export function serviceMessages(local: number): CmapEntry[] {
  const withEach = nodeids.map((nodeid) => together(local, nodeid));
  const withSelf = together(local, local);
  const messages = (spans: typeof withSelf, time: number) =>
    Math.floor((messageRate * timeIn(spans, local, time)) / 1000);
  const counts = (name: string): { tx(time: number): number; rx(time: number): number } => {
    const each = byRing[name];
    if (each !== undefined) {
      return { tx: (time) => each * ringsOf(local, time), rx: (time) => each * membersOfRings(local, time) };
    }
    if (name === 'cpg.0') {
      return { tx: (time) => joined(local, time), rx: (time) => joined(local, time) + joinedElsewhere(local, time) };
    }
    if (name !== 'cpg.3') return { tx: () => 0, rx: () => 0 };
    return {
      tx: (time) => messages(withSelf, time),
      rx: (time) => withEach.reduce((sum, spans) => sum + messages(spans, time), 0),
    };
  };
  return Object.entries(engines).flatMap(([engine, functions], id): CmapEntry[] => [
    [`runtime.services.${engine}.service_id`, () => id],
    ...Array.from({ length: functions }, (_, number) => `${engine}.${number}`).flatMap((name): CmapEntry[] => {
      const { tx, rx } = counts(name);
      return [
        [`runtime.services.${name}.tx`, (time) => BigInt(tx(time))],
        [`runtime.services.${name}.rx`, (time) => BigInt(rx(time))],
      ];
    }),
  ]);
}

/** Pacemaker's daemons and the exporter: how many processes of this node joined a group. */
function joined(local: number, time: number): number {
  return isSettled(local, time) ? daemons.length + 1 : 0;
}

function joinedElsewhere(local: number, time: number): number {
  const joins = changesSinceBoot(local, time, ({ cause, groupJoined }) => cause === 'group' && groupJoined.length > 0);
  return (daemons.length + 1) * joins;
}
