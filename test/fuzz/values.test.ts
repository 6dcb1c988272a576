import fc from 'fast-check';
import { expect, test } from 'vitest';
import { counter, gauge, sample } from '../../exporter/collectors/metric.ts';
import { createRender } from '../../exporter/scrape.ts';
import { decodeCmapValue } from '../../src/corosync/cmap-value.ts';
import { groupOf, nameOf } from '../../src/corosync/cpg-name.ts';
import { groupLabel } from '../../src/monitor/read-groups.ts';
import { build, fakeLog } from '../exporter/fakes.ts';
import { healthy } from '../exporter/snapshots.ts';
import { bytes, group } from './arbitraries.ts';
import { parseExposition } from './exposition.ts';
import { holds, soon } from './holds.ts';

const numbers = [
  ['int8', 1, 1, fc.integer({ min: -128, max: 127 }), 'writeInt8'],
  ['uint8', 2, 1, fc.nat({ max: 255 }), 'writeUInt8'],
  ['int16', 3, 2, fc.integer({ min: -32_768, max: 32_767 }), 'writeInt16LE'],
  ['uint16', 4, 2, fc.nat({ max: 65_535 }), 'writeUInt16LE'],
  ['int32', 5, 4, fc.integer(), 'writeInt32LE'],
  ['uint32', 6, 4, fc.integer({ min: 0, max: 0xffff_ffff }), 'writeUInt32LE'],
  ['float', 9, 4, fc.float(), 'writeFloatLE'],
  ['double', 10, 8, fc.double(), 'writeDoubleLE'],
] as const;
for (const [type, code, size, value, write] of numbers) {
  holds(
    `a value of type ${type} is what it was`,
    fc.property<[number]>(value, (number) => {
      const raw = Buffer.alloc(size);
      raw[write](number);
      expect(decodeCmapValue(code, raw)).toBe(number);
    }),
  );
}

const total = counter('corosync_fuzz_total', 'A counter.');
const level = gauge('corosync_fuzz', 'A gauge.');

/** The two series as they are rendered. */
async function rendered(number: bigint): Promise<number[]> {
  const collector = { name: 'fuzz', enabledByDefault: undefined, metrics: [total, level] };
  const collect = () => [sample(total, number), sample(level, number)];
  const one = createRender({ collectors: [{ ...collector, collect }], build, log: fakeLog().log });
  return parseExposition(await one(healthy, 'text'))
    .filter(({ name }) => name.startsWith('corosync_fuzz'))
    .map(({ value }) => value);
}

holds(
  'a value of 64 bits is exact, and rendered as the nearest number, not below zero',
  fc.asyncProperty(
    fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    async (unsigned, signed) => {
      const raw = Buffer.alloc(16);
      raw.writeBigUInt64LE(unsigned);
      raw.writeBigInt64LE(signed, 8);
      expect(decodeCmapValue(8, raw.subarray(0, 8))).toBe(unsigned);
      expect(decodeCmapValue(7, raw.subarray(8))).toBe(signed);
      expect(await rendered(unsigned)).toEqual([Number(unsigned), Number(unsigned)]);
    },
  ),
);

holds(
  'a string ends at its first NUL, and binary stays as it is',
  fc.property(bytes, (raw) => {
    const [first = ''] = Buffer.from(raw).toString('latin1').split('\0');
    expect(decodeCmapValue(11, Buffer.from(raw))).toBe(Buffer.from(first, 'latin1').toString('utf8'));
    expect(decodeCmapValue(12, Buffer.from(raw))).toEqual(Uint8Array.from(raw));
  }),
);

holds(
  'bytes of whatever type and length are a value',
  fc.property(fc.integer({ min: -1, max: 20 }), bytes, (type, raw) => {
    expect(decodeCmapValue(type, Buffer.from(raw))).toBeDefined();
  }),
);

holds(
  'the name of a group goes to C and back unchanged',
  fc.property(group, (name) => {
    expect(groupOf(nameOf(name))).toBe(name);
  }),
);

/** The bytes that a label was made of. */
function bytesOf(label: string): Buffer {
  const parts = label.split(/\\x([0-9a-f]{2})/);
  return Buffer.concat(parts.map((part, i) => Buffer.from(part, i % 2 === 1 ? 'hex' : 'utf8')));
}

holds(
  'the label of a group can be printed, and tells all bytes of its name but the NULs at its end',
  fc.property(group, (name) => {
    const label = soon(() => groupLabel(name));
    expect(label).not.toMatch(/\p{C}/u);
    expect(bytesOf(label).toString('latin1')).toBe(name.replace(/\0+$/, ''));
  }),
);

test('a control character that takes two bytes is told from one that takes one', () => {
  expect(['\xc2\x80', '\x80'].map(groupLabel)).toEqual(['\\xc2\\x80', '\\x80']);
});
