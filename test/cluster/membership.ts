import { setTimeout as sleep } from 'node:timers/promises';
import type { Result } from './run.ts';

/** What a node's own tools say about the cluster. */
export interface Membership {
  readonly quorate: boolean;
  readonly members: number[];
}

/** Asks corosync-quorumtool, or cmap where there is no quorum provider; undefined when corosync does not answer. */
export async function readMembership(
  exec: (command: string, args: string[]) => Promise<Result>,
  votequorum: boolean,
): Promise<Membership | undefined> {
  const { stdout } = votequorum
    ? await exec('corosync-quorumtool', ['-s', '-i'])
    : await exec('corosync-cmapctl', ['runtime.members.']);
  return votequorum ? parseQuorumtool(stdout) : parseMembers(stdout);
}

/** Polls until the node says exactly this; the order of the members is of no importance. */
export async function waitForMembership(
  node: string,
  read: () => Promise<Membership | undefined>,
  { quorate, members }: { quorate: boolean; members: readonly number[] },
  timeoutMs: number,
): Promise<void> {
  const wanted = JSON.stringify({ quorate, members: sorted(members) });
  for (const deadline = Date.now() + timeoutMs; ; await sleep(50)) {
    const seen = JSON.stringify(await read());
    if (seen === wanted) return;
    if (Date.now() > deadline)
      throw new Error(`${node} is not at ${wanted} after ${timeoutMs} ms: ${seen ?? 'no answer'}`);
  }
}

function parseQuorumtool(output: string): Membership | undefined {
  const quorate = /^Quorate:\s+(Yes|No)$/m.exec(output)?.[1];
  const table = output.split('Membership information')[1];
  if (quorate === undefined || table === undefined) return undefined;
  const members = [...table.matchAll(/^ *(\d+) +\d+ /gm)].map((row) => Number(row[1]));
  return { quorate: quorate === 'Yes', members: sorted(members.filter((nodeid) => nodeid !== 0)) }; // 0 is the qdevice
}

function parseMembers(output: string): Membership | undefined {
  const members = [...output.matchAll(/^runtime\.members\.(\d+)\.status \(str\) = joined$/gm)].map((row) =>
    Number(row[1]),
  );
  return members.length > 0 ? { quorate: false, members: sorted(members) } : undefined;
}

function sorted(nodeids: readonly number[]): number[] {
  return nodeids.toSorted((a, b) => a - b);
}
