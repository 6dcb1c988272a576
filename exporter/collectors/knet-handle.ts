import { type Collector, counter, readOf, row, rowSamples, type StatisticRow } from './metric.ts';

const direction = ['direction'] as const;
const source = (field: string) => `(cmap stats.knet.handle.${field})`;

const compressedPackets = counter(
  'corosync_knet_compressed_packets_total',
  `Packets that were compressed, or received so ${source('*_compressed_packets')}.`,
  direction,
);
const compressedOriginal = counter(
  'corosync_knet_compressed_original_bytes_total',
  `Bytes of those packets uncompressed ${source('*_compressed_original_bytes')}.`,
  direction,
);
const compressedSize = counter(
  'corosync_knet_compressed_bytes_total',
  `Bytes of those packets compressed ${source('*_compressed_size_bytes')}.`,
  direction,
);
const uncompressedPackets = counter(
  'corosync_knet_transmit_uncompressed_packets_total',
  `Packets sent that were not worth compressing ${source('tx_uncompressed_packets')}.`,
);
const cryptPackets = counter(
  'corosync_knet_crypt_packets_total',
  `Packets encrypted or decrypted ${source('*_crypt_packets')}.`,
  direction,
);
const cryptOverhead = counter(
  'corosync_knet_transmit_crypt_overhead_bytes_total',
  `Bytes that encryption added to what was sent ${source('tx_crypt_byte_overhead')}.`,
);

const rows: readonly StatisticRow[] = [
  ...Object.entries({ tx: 'transmit', rx: 'receive' }).flatMap(([prefix, direction]) => [
    row(`stats.knet.handle.${prefix}_compressed_packets`, compressedPackets, { direction }),
    row(`stats.knet.handle.${prefix}_compressed_original_bytes`, compressedOriginal, { direction }),
    row(`stats.knet.handle.${prefix}_compressed_size_bytes`, compressedSize, { direction }),
    row(`stats.knet.handle.${prefix}_crypt_packets`, cryptPackets, { direction }),
  ]),
  row('stats.knet.handle.tx_uncompressed_packets', uncompressedPackets, {}),
  row('stats.knet.handle.tx_crypt_byte_overhead', cryptOverhead, {}),
];

/** What knet does to packets before it sends them. */
export const knetHandleCollector: Collector = {
  name: 'knet_handle',
  enabledByDefault: false,
  reads: { statistics: rows.map(({ key }) => key) },
  metrics: [...new Set(rows.map(({ metric }) => metric))],
  *collect(snapshot) {
    yield* rowSamples(rows, readOf(snapshot, 'statistics') ?? {});
  },
};
