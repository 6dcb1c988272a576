import type { CmapEntry } from './cmap.ts';
import { isSettled } from './groups.ts';
import { daemons, pacemakerd, pidOn } from './pacemaker.ts';
import { lossesOf, messageRate, ringsOf, running, together } from './ring.ts';
import { nodeids } from './script.ts';
import { timeIn } from './spans.ts';

/** By the order of corosync's service engines. */
const service = { cmap: 0, cfg: 1, cpg: 2, quorum: 3, votequorum: 5 };

/** A connection to a service of corosync, and what goes over it. */
interface Client {
  readonly service: number;
  readonly process: string;
  readonly pid: number;
  /** A second. */
  readonly requests: number;
  /** A second, of those that corosync answers. */
  readonly responses: number;
  /** Of the messages that come to this node. */
  readonly deliveries?: number;
  readonly eventsByRing?: number;
  /** Requests refused while a broken ring is replaced. */
  readonly refused?: number;
}

const start = { requests: 4, responses: 3 };

/** `stats.ipcs.*`: Pacemaker, this exporter, and tools that come and go. */
export function clientStatistics(local: number): CmapEntry[] {
  const alive = running(local);
  const isThere = ({ pid }: Client, time: number) => pid === process.pid || isSettled(local, time);
  const seconds = (time: number) => timeIn(alive, local, time) / 1000;
  const withEach = nodeids.map((nodeid) => together(local, nodeid));
  const delivered = (time: number) =>
    withEach.reduce((sum, spans) => sum + (messageRate * timeIn(spans, local, time)) / 1000, 0);
  const all = clients(local);
  const counts = (client: Client): (readonly [string, (time: number) => number | bigint | string])[] => {
    const events = (time: number) =>
      Math.floor(delivered(time) * (client.deliveries ?? 0)) + ringsOf(local, time) * (client.eventsByRing ?? 0);
    return [
      ['procname', () => client.process],
      ['requests', (time) => BigInt(start.requests + Math.floor(seconds(time) * client.requests))],
      ['responses', (time) => BigInt(start.responses + Math.floor(seconds(time) * client.responses))],
      ['dispatched', (time) => BigInt(events(time))],
      ['sent', events],
      ['overload', (time) => BigInt(lossesOf(local, time) * (client.refused ?? 0))],
      ...['queued', 'queueing', 'flow_control'].map((name) => [name, () => 0] as const),
      ...['flow_control_count', 'invalid_request', 'send_retries', 'recv_retries'].map(
        (name) => [name, () => 0n] as const,
      ),
    ];
  };
  return [
    ['stats.ipcs.global.active', (time) => BigInt(all.filter((client) => isThere(client, time)).length)],
    ['stats.ipcs.global.closed', (time) => BigInt(Math.floor(seconds(time) / 60))],
    ...all.flatMap((client, index) => {
      const prefix = `stats.ipcs.service${client.service}.${client.pid}.0x${(0x55d0c0ff0000 + 0x1e90 * index).toString(16)}.`;
      return counts(client).map(
        ([field, value]): CmapEntry => [prefix + field, (time) => (isThere(client, time) ? value(time) : undefined)],
      );
    }),
  ];
}

function clients(local: number): Client[] {
  const exporter = { process: 'corosync-export', pid: process.pid };
  const controller = daemons.find(({ group }) => group === 'crmd\0');
  return [
    { process: pacemakerd.process, pid: pidOn(local, pacemakerd.pid), service: service.cfg, requests: 0, responses: 0 },
    ...daemons.map(({ process: name, pid, share }) => ({
      ...{ service: service.cpg, process: name, pid: pidOn(local, pid), deliveries: share, eventsByRing: 2 },
      ...{ requests: messageRate * share, responses: 0, refused: share > 0.3 ? 2 : 1 },
    })),
    ...(controller === undefined
      ? []
      : [
          {
            process: controller.process,
            pid: pidOn(local, controller.pid),
            service: service.quorum,
            requests: 0,
            responses: 0,
            eventsByRing: 1,
          },
        ]),
    { ...exporter, service: service.cmap, requests: 0.2, responses: 0.2, eventsByRing: 4 },
    { ...exporter, service: service.cmap, requests: 15, responses: 15 },
    { ...exporter, service: service.cfg, requests: 0.2, responses: 0.2 },
    { ...exporter, service: service.cpg, requests: 1.1, responses: 1, deliveries: 0.1, eventsByRing: 2 },
    { ...exporter, service: service.quorum, requests: 1, responses: 1, eventsByRing: 2 },
    { ...exporter, service: service.votequorum, requests: 1, responses: 1 },
  ];
}
