import type { CmapEntry } from './cmap.ts';
import {
  cryptOverhead,
  type LinkCounts,
  linksBetween,
  loopback,
  type PacketKind,
  packetKinds,
} from './link-traffic.ts';
import { nodeids } from './script.ts';

/** knet means at most so many pings. */
const mostSamples = 2048;
/** What knet has for a minimum before there was anything. */
const noMinimum = 4_294_967_295;
const noMinimum64 = 18_446_744_073_709_551_615n;

/** `stats.knet.*` as cmap_keys(7) names it: the links to the others, the loopback, and what is done to packets. */
export function knetStatistics(local: number): CmapEntry[] {
  const ways = nodeids.map((nodeid) => ({
    nodeid,
    links: nodeid === local ? [loopback(local)] : linksBetween(local, nodeid),
  }));
  const remote = ways.filter(({ nodeid }) => nodeid !== local).flatMap(({ links }) => links);
  const packets = (direction: 'sent' | 'received') => (time: number) =>
    sum(remote.flatMap((link) => packetKinds.map((kind) => link[direction](kind, time).packets)));
  return [
    ...ways.flatMap(({ nodeid, links }) =>
      links.flatMap((link, number) => ofLink(`stats.knet.node${nodeid}.link${number}.`, link)),
    ),
    ...ofHandle(packets('sent'), packets('received')),
  ];
}

function ofLink(prefix: string, link: LinkCounts): CmapEntry[] {
  const { range, mean } = link.latency;
  const measured = (time: number) => link.samples(time) > 0;
  const all = (direction: 'sent' | 'received', what: 'packets' | 'bytes') => (time: number) =>
    BigInt(sum(packetKinds.map((kind) => link[direction](kind, time)[what])));
  const entries: CmapEntry[] = [
    ['enabled', () => 1],
    ['connected', (time) => Number(link.isConnected(time))],
    ['mtu', () => link.mtu],
    ['up_count', (time) => link.ups(time)],
    ['down_count', (time) => link.downs(time)],
    ['latency_ave', (time) => (measured(time) ? mean(time) : 0)],
    ['latency_min', (time) => (measured(time) ? range[0] : noMinimum)],
    ['latency_max', (time) => (measured(time) ? range[1] : 0)],
    ['latency_samples', (time) => Math.min(mostSamples, link.samples(time))],
    ...packetKinds.flatMap((kind) => ofKind(kind, link)),
    ['tx_total_packets', all('sent', 'packets')],
    ['tx_total_bytes', all('sent', 'bytes')],
    ['tx_total_errors', () => 0n],
    ['rx_total_packets', all('received', 'packets')],
    ['rx_total_bytes', all('received', 'bytes')],
    // Those of sending, for all its name.
    ['rx_total_retries', (time) => BigInt(link.retries(time))],
  ];
  return entries.map(([field, value]) => [prefix + field, value]);
}

function ofKind(kind: PacketKind, link: LinkCounts): CmapEntry[] {
  return [
    [`tx_${kind}_packets`, (time) => BigInt(link.sent(kind, time).packets)],
    [`tx_${kind}_bytes`, (time) => BigInt(link.sent(kind, time).bytes)],
    [`tx_${kind}_errors`, () => 0],
    [`tx_${kind}_retries`, (time) => (kind === 'data' ? link.retries(time) : 0)],
    [`rx_${kind}_packets`, (time) => BigInt(link.received(kind, time).packets)],
    [`rx_${kind}_bytes`, (time) => BigInt(link.received(kind, time).bytes)],
  ];
}

/** All is encrypted and nothing compressed; times in nanoseconds. */
function ofHandle(sent: (time: number) => number, received: (time: number) => number): CmapEntry[] {
  const crypt = { tx: { packets: sent, time: 2_300n }, rx: { packets: received, time: 1_900n } };
  const entries = Object.entries(crypt).flatMap(([way, { packets, time }]): CmapEntry[] => [
    [`${way}_crypt_packets`, (now) => BigInt(packets(now))],
    [`${way}_crypt_time_ave`, (now) => (packets(now) > 0 ? time : 0n)],
    [`${way}_crypt_time_min`, (now) => (packets(now) > 0 ? time / 2n : noMinimum64)],
    [`${way}_crypt_time_max`, (now) => (packets(now) > 0 ? time * 20n : 0n)],
    [`${way}_compressed_packets`, () => 0n],
    [`${way}_compressed_original_bytes`, () => 0n],
    [`${way}_compressed_size_bytes`, () => 0n],
    [`${way}_compress_time_ave`, () => 0n],
    [`${way}_compress_time_min`, () => noMinimum64],
    [`${way}_compress_time_max`, () => 0n],
  ]);
  return [
    ...entries,
    ['tx_uncompressed_packets', (): bigint => 0n] as const,
    ['tx_crypt_byte_overhead', (now: number) => BigInt(cryptOverhead * sent(now))] as const,
  ].map(([field, value]) => [`stats.knet.handle.${field}`, value]);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
