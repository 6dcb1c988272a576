import { momentsOfLoop, viewOf } from './cluster.ts';
import { Link } from './link.ts';
import { linkNumbers, loopbackMtu, mtu, ping } from './network.ts';
import { isOperational, messageRate, running, successor, tokenRate } from './ring.ts';
import { type Span, spansOf, timeIn } from './spans.ts';

/** What is counted of a link, by time. */
export interface LinkCounts {
  readonly mtu: number;
  isConnected(time: number): boolean;
  ups(time: number): number;
  downs(time: number): number;
  readonly latency: { readonly range: readonly [number, number]; mean(time: number): number };
  /** Pings that were answered. */
  samples(time: number): number;
  /** Of data. */
  retries(time: number): number;
  sent(kind: PacketKind, time: number): Amount;
  received(kind: PacketKind, time: number): Amount;
}

/** The kinds of packets that knet counts apart. */
export const packetKinds = ['pmtu', 'ping', 'pong', 'data'] as const;
export type PacketKind = (typeof packetKinds)[number];

/** So many packets, and their bytes together. */
export interface Amount {
  readonly packets: number;
  readonly bytes: number;
}

/** Bytes that aes256 and sha256 add to a packet. */
export const cryptOverhead = 54;

/** Bytes of a packet, encrypted. */
const size = { ping: 80, pmtu: 1472, pmtuAnswer: 9 + cryptOverhead, token: 125, merge: 110, message: 420 };
/** Milliseconds between two searches for the MTU. */
const pmtudInterval = 30_000;

/** The links from one node to another, each with what went over it since the first one's corosync started. */
export function linksBetween(local: number, peer: number): LinkCounts[] {
  const links = linkNumbers.map((number) => new Link(local, peer, number));
  const alive = running(local);
  return links.map((link, number): LinkCounts => {
    // Passive: all data takes the first link that is connected.
    const taken = (phase: number) => links.findIndex((one) => one.isConnected(phase)) === number;
    const moments = [...momentsOfLoop(), ...links.flatMap((one) => one.moments)];
    const data = {
      out: dataBetween(local, peer, local, moments, taken),
      in: dataBetween(peer, local, local, moments, taken),
    };
    const every = (interval: number, spans: readonly Span[], time: number) =>
      Math.floor(timeIn(spans, local, time) / interval);
    const answered = (time: number) => every(ping.interval, link.connected, time);
    const pings = (packets: number) => ({ packets, bytes: size.ping * packets });
    const searches = (time: number) => link.ups(time) + every(pmtudInterval, link.connected, time);
    const sent: Record<PacketKind, (time: number) => Amount> = {
      pmtu: (time) => ({ packets: searches(time), bytes: size.pmtu * searches(time) }),
      ping: (time) => pings(every(ping.interval, alive, time)),
      pong: (time) => pings(answered(time)),
      data: data.out,
    };
    const received: typeof sent = {
      // Each search asks, and is asked by the other side's answer.
      pmtu: (time) => ({ packets: 2 * searches(time), bytes: (size.pmtu + size.pmtuAnswer) * searches(time) }),
      ping: (time) => pings(answered(time)),
      pong: (time) => pings(answered(time)),
      data: data.in,
    };
    return {
      mtu,
      isConnected: (time) => link.isConnected(time),
      ups: (time) => link.ups(time),
      downs: (time) => link.downs(time),
      latency: { range: link.latencyRange, mean: (time) => link.latency(time) },
      samples: answered,
      // The second link carries no data that could be lost.
      retries: (time) => (number === 0 ? 2 * (link.downs(time) - 1) : 0),
      sent: (kind, time) => sent[kind](time),
      received: (kind, time) => received[kind](time),
    };
  });
}

/** The link by which a node reaches itself: what it sends to all goes there too. */
export function loopback(local: number): LinkCounts {
  const data = dataBetween(local, local, local, momentsOfLoop(), () => true);
  return {
    mtu: loopbackMtu,
    isConnected: () => true,
    ups: () => 1,
    downs: () => 0,
    latency: { range: [0, 0], mean: () => 0 },
    samples: () => 0,
    retries: () => 0,
    sent: (kind, time) => (kind === 'data' ? data(time) : nothing),
    received: () => nothing,
  };
}

const nothing: Amount = { packets: 0, bytes: 0 };

/** What one node sends another in their ring: the token if it is the next, merge detection, and messages. */
function dataBetween(
  from: number,
  to: number,
  local: number,
  moments: readonly number[],
  taken: (phase: number) => boolean,
): (time: number) => Amount {
  const spans = (holds: (phase: number) => boolean) =>
    spansOf(
      moments,
      (phase) => taken(phase) && isOperational(from, phase) && viewOf(from, phase).members.includes(to) && holds(phase),
    );
  const flows = [
    { bytes: size.token, rate: tokenRate, spans: spans((phase) => successor(from, phase) === to) },
    { bytes: size.merge, rate: tokenRate, spans: spans((phase) => viewOf(from, phase).members[0] === from) },
    { bytes: size.message, rate: messageRate, spans: spans(() => true) },
  ];
  return (time) => {
    const counted = flows.map((flow) => ({
      ...flow,
      packets: Math.floor((flow.rate * timeIn(flow.spans, local, time)) / 1000),
    }));
    return {
      packets: counted.reduce((sum, { packets }) => sum + packets, 0),
      bytes: counted.reduce((sum, { packets, bytes }) => sum + packets * bytes, 0),
    };
  };
}
