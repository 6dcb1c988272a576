import { viewOf } from './cluster.ts';
import type { CmapEntry } from './cmap.ts';
import {
  hold,
  isOperational,
  lossesOf,
  membersOfRings,
  messageRate,
  operational,
  ringsOf,
  together,
  tokenLossesOf,
  tokenRate,
} from './ring.ts';
import { loopSeconds, nodeids } from './script.ts';
import { type Span, timeIn } from './spans.ts';
import type { View } from './timeline.ts';

const loop = loopSeconds * 1000;

/** `stats.srp.*` and `stats.pg.*` as a real corosync 3.1.7 had them on three nodes, idle and in faults. */
export function totemStatistics(local: number): CmapEntry[] {
  const inRing = operational(local);
  const withEach = nodeids.map((nodeid) => together(local, nodeid));
  const asRepresentative = operational(local, (phase) => isRepresentative(local, viewOf(local, phase)));
  const asAnother = operational(local, (phase) => !isRepresentative(local, viewOf(local, phase)));
  const at = (rate: number, spans: readonly Span[], time: number) =>
    Math.floor((rate * timeIn(spans, local, time)) / 1000);
  const ownMessages = (time: number) => at(messageRate, inRing, time);
  const messages = (time: number) => withEach.reduce((sum, spans) => sum + at(messageRate, spans, time), 0);
  const rings = (time: number) => ringsOf(local, time);
  const ownRings = (time: number) => ringsOf(local, time, (view) => isRepresentative(local, view));
  const ringMembers = (time: number) => membersOfRings(local, time);
  const losses = (time: number) => lossesOf(local, time);

  const counters: Record<string, (time: number) => number> = {
    orf_token_tx: ownRings,
    orf_token_rx: (time) => at(tokenRate, inRing, time) + 25 * rings(time) + messages(time),
    memb_merge_detect_tx: (time) => at(tokenRate, asRepresentative, time),
    memb_merge_detect_rx: (time) => at(tokenRate, inRing, time),
    memb_join_tx: (time) => rings(time) + 28 * losses(time),
    memb_join_rx: (time) => ringMembers(time) + 55 * losses(time),
    mcast_tx: (time) => ownMessages(time) + 5 * rings(time),
    mcast_retx: (time) => 4 * losses(time) + Math.floor(losses(time) / 2),
    mcast_rx: (time) => messages(time) + 5 * ringMembers(time),
    memb_commit_token_tx: (time) => 2 * rings(time),
    memb_commit_token_rx: (time) => 2 * rings(time) + ownRings(time),
    token_hold_cancel_tx: (time) => at(messageRate, asAnother, time),
    token_hold_cancel_rx: (time) => messages(time) - ownMessages(time),
    operational_entered: rings,
    operational_token_lost: (time) => tokenLossesOf(local, time),
    gather_entered: (time) => rings(time) + losses(time),
    gather_token_lost: () => 0,
    commit_entered: rings,
    commit_token_lost: () => 0,
    recovery_entered: rings,
    recovery_token_lost: () => 0,
    consensus_timeouts: () => 0,
    rx_msg_dropped: () => 0,
  };
  const gauges: Record<string, (time: number) => number> = {
    mtt_rx_token: (time) => hold - Math.round(3 * (1 + Math.sin(time / 7_000))),
    avg_token_workload: () => 0,
    avg_backlog_calc: () => 0,
    continuous_gather: (time) => (isOperational(local, time % loop) ? 0 : 1),
    continuous_sendmsg_failures: () => 0,
    firewall_enabled_or_nic_failure: () => 0,
  };
  return [
    ...Object.entries(counters).map(([name, value]): CmapEntry => [`stats.srp.${name}`, (time) => BigInt(value(time))]),
    ['stats.srp.time_since_token_last_received', (time) => BigInt(Math.round(tokenAge(inRing, time % loop)))],
    ...Object.entries(gauges).map(([name, value]): CmapEntry => [`stats.srp.${name}`, value]),
    ['stats.pg.msg_reserved', () => 2],
    ['stats.pg.msg_queue_avail', () => 0],
  ];
}

/** While the ring is broken, since when it is. */
function tokenAge(inRing: readonly Span[], phase: number): number {
  const current = inRing.some(({ from, to }) => from <= phase && phase < to);
  const end = inRing.findLast(({ to }) => to <= phase)?.to ?? 0;
  return current ? phase % hold : phase - end;
}

function isRepresentative(nodeid: number, { members }: View): boolean {
  return Math.min(...members) === nodeid;
}
