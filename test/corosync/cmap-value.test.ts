import { expect, test } from 'vitest';
import { decodeCmapValue } from '../../src/corosync/cmap-value.ts';
import { enumOf, haveHeaders } from './headers.ts';

const types = {
  CMAP_VALUETYPE_INT8: 1,
  CMAP_VALUETYPE_UINT8: 2,
  CMAP_VALUETYPE_INT16: 3,
  CMAP_VALUETYPE_UINT16: 4,
  CMAP_VALUETYPE_INT32: 5,
  CMAP_VALUETYPE_UINT32: 6,
  CMAP_VALUETYPE_INT64: 7,
  CMAP_VALUETYPE_UINT64: 8,
  CMAP_VALUETYPE_FLOAT: 9,
  CMAP_VALUETYPE_DOUBLE: 10,
  CMAP_VALUETYPE_STRING: 11,
  CMAP_VALUETYPE_BINARY: 12,
};

test.runIf(haveHeaders)('the types are cmap_value_types_t of cmap.h, no more and no less', () => {
  expect(types).toEqual(enumOf('cmap.h', 'cmap_value_types_t'));
});

const bytes = (...values: number[]) => Buffer.from(values);
const ones = (length: number) => Buffer.alloc(length, 0xff);
const float = Buffer.from(new Float32Array([1.5]).buffer);
const double = Buffer.from(new Float64Array([-0.1]).buffer);

test.each([
  ['CMAP_VALUETYPE_INT8', ones(1), -1],
  ['CMAP_VALUETYPE_UINT8', ones(1), 255],
  ['CMAP_VALUETYPE_INT16', bytes(0xfe, 0xff), -2],
  ['CMAP_VALUETYPE_UINT16', bytes(0xfe, 0xff), 65534],
  ['CMAP_VALUETYPE_INT32', ones(4), -1],
  ['CMAP_VALUETYPE_UINT32', ones(4), 4294967295],
  ['CMAP_VALUETYPE_INT64', ones(8), -1n],
  ['CMAP_VALUETYPE_UINT64', ones(8), 18446744073709551615n],
  ['CMAP_VALUETYPE_UINT64', bytes(7, 0, 0, 0, 0, 0, 0, 0), 7n],
  ['CMAP_VALUETYPE_FLOAT', float, 1.5],
  ['CMAP_VALUETYPE_DOUBLE', double, -0.1],
  ['CMAP_VALUETYPE_STRING', Buffer.from('node\u00e91\0'), 'node\u00e91'],
  ['CMAP_VALUETYPE_STRING', Buffer.from('no NUL'), 'no NUL'],
  ['CMAP_VALUETYPE_STRING', Buffer.alloc(0), ''],
  ['CMAP_VALUETYPE_BINARY', bytes(0, 1, 255), Uint8Array.of(0, 1, 255)],
] as const)('%s %j', (type, raw, value) => {
  expect(decodeCmapValue(types[type], raw)).toStrictEqual(value);
});

test.each([0, 13, 99])('a value of the unknown type %i stays binary', (type) => {
  expect(decodeCmapValue(type, bytes(1, 2))).toStrictEqual(Uint8Array.of(1, 2));
});

test('a binary value is a copy: the buffer that corosync wrote into may be used again', () => {
  const raw = bytes(1, 2);
  const value = decodeCmapValue(types.CMAP_VALUETYPE_BINARY, raw);
  raw.fill(9);
  expect(value).toStrictEqual(Uint8Array.of(1, 2));
});
