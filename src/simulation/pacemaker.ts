/** A daemon of Pacemaker 2.1, as a client of corosync. */
export interface Daemon {
  /** As much of its name as the kernel keeps. */
  readonly process: string;
  readonly pid: number;
  /** Its CPG group: the NUL at the end counts. */
  readonly group: string;
  /** Its part in the messages of its node. */
  readonly share: number;
}

/** Those that are in groups, as Pacemaker 2.1.5 was seen to be. */
export const daemons: readonly Daemon[] = [
  { process: 'pacemaker-based', pid: 1102, group: 'cib\0', share: 0.4 },
  { process: 'pacemaker-fence', pid: 1103, group: 'stonith-ng\0', share: 0.1 },
  { process: 'pacemaker-attrd', pid: 1105, group: 'attrd\0', share: 0.2 },
  { process: 'pacemaker-contr', pid: 1107, group: 'crmd\0', share: 0.3 },
];

/** It starts them and is itself in no group. */
export const pacemakerd = { process: 'pacemakerd', pid: 1101 };

/** Each node has processes of its own. */
export function pidOn(nodeid: number, pid: number): number {
  return pid + 100 * nodeid;
}
