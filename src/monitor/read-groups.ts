import type { CpgApi } from '../corosync/bindings.ts';
import { CpgIterationType } from '../corosync/types.ts';
import type { Group } from './areas.ts';

/** All CPG groups of the cluster and how many processes each node has in them, without joining any. */
export function readGroups(cpg: CpgApi): Group[] {
  const groups = new Map<string, Record<string, number>>();
  for (const { group, nodeid } of cpg.iterate(CpgIterationType.CPG_ITERATION_ALL)) {
    const name = groupLabel(group);
    const members = groups.get(name) ?? {};
    groups.set(name, members);
    members[nodeid] = (members[nodeid] ?? 0) + 1;
  }
  return [...groups].map(([name, members]) => ({ name, members })).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * A group's name as a label: without the NULs at its end that count in Pacemaker's names, UTF-8 read as such, and every
 * byte that is not printable as `\xNN`.
 */
export function groupLabel(group: string): string {
  const bytes = Buffer.from(group.replace(/\0+$/, ''), 'latin1');
  const text = bytes.toString('utf8');
  const isUtf8 = Buffer.from(text, 'utf8').equals(bytes);
  return isUtf8
    ? text.replace(/[\p{C}\\]/gu, (character) => escaped(Buffer.from(character, 'utf8')))
    : bytes.toString('latin1').replace(/[^\x20-\x5b\x5d-\x7e]/g, (byte) => escaped(Buffer.from(byte, 'latin1')));
}

function escaped(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
}
