import type { CpgIterationEntry, CpgIterationType } from '../corosync/types.ts';
import { bootedAt, viewOf } from './cluster.ts';
import { daemons, pidOn } from './pacemaker.ts';
import { exporterSeconds } from './script.ts';

/** The group in which the simulated exporters of the other nodes are. */
export const exportersGroup = 'corosync-exporter';

/** The pid of a simulated exporter. */
export function exporterPid(nodeid: number): number {
  return 1000 + nodeid;
}

const iteration: typeof CpgIterationType = {
  CPG_ITERATION_NAME_ONLY: 1,
  CPG_ITERATION_ONE_GROUP: 2,
  CPG_ITERATION_ALL: 3,
};

/** All group members that a node's corosync knows, without those that are connected to it for real. */
export function membersOfGroups(local: number, time: number): CpgIterationEntry[] {
  const peers = viewOf(local, time).peers.filter((nodeid) => nodeid !== local);
  // Pacemaker takes as long as an exporter to be back.
  const nodes = isSettled(local, time) ? [...peers, local].sort((a, b) => a - b) : peers;
  return [
    ...daemons.flatMap(({ group, pid }) => nodes.map((nodeid) => ({ group, nodeid, pid: pidOn(nodeid, pid) }))),
    ...peers.map((nodeid) => ({ group: exportersGroup, nodeid, pid: exporterPid(nodeid) })),
  ];
}

/** What cpg_iteration_initialize(3) of that type goes through. */
export function iterated(
  members: readonly CpgIterationEntry[],
  type: CpgIterationType,
  group: string | undefined,
): CpgIterationEntry[] {
  if (type === iteration.CPG_ITERATION_ONE_GROUP) return members.filter((member) => member.group === group);
  if (type === iteration.CPG_ITERATION_ALL) return [...members];
  return [...new Set(members.map((member) => member.group))].map((name) => ({ group: name, nodeid: 0, pid: 0 }));
}

/** Whether the programs of a node are there again after its corosync was started. */
export function isSettled(nodeid: number, time: number): boolean {
  const boot = bootedAt(nodeid, time);
  return boot === undefined || time - boot >= exporterSeconds * 1000;
}
