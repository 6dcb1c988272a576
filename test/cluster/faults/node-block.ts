import { readFileSync } from 'node:fs';
import type { Lab } from '../lab.ts';

/** What node 1's corosync.conf has about a node, to the line's end. */
export function nodeBlock(lab: Lab, nodeid: number): string {
  const text = readFileSync(lab.node(1).configFile, 'utf8');
  const block = text.match(/^ {2}node \{\n(?: {4}.*\n)+ {2}\}\n/gm)?.find((one) => one.includes(`nodeid: ${nodeid}\n`));
  if (block === undefined) throw new Error(`no node ${nodeid} in corosync.conf`);
  return block;
}
