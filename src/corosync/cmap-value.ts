import type { CmapValue } from './types.ts';

/** cmap_value_types_t of cmap.h. */
const decoders: Record<number, (bytes: Buffer) => CmapValue> = {
  1: (bytes) => bytes.readInt8(),
  2: (bytes) => bytes.readUInt8(),
  3: (bytes) => bytes.readInt16LE(),
  4: (bytes) => bytes.readUInt16LE(),
  5: (bytes) => bytes.readInt32LE(),
  6: (bytes) => bytes.readUInt32LE(),
  7: (bytes) => bytes.readBigInt64LE(),
  8: (bytes) => bytes.readBigUInt64LE(),
  9: (bytes) => bytes.readFloatLE(),
  10: (bytes) => bytes.readDoubleLE(),
  11: (bytes) => bytes.toString('utf8', 0, bytes.indexOf(0) === -1 ? bytes.length : bytes.indexOf(0)),
  12: (bytes) => Uint8Array.from(bytes),
};

/** Makes a value of the bytes that cmap_get(3) wrote; a type that cmap.h does not name stays binary. */
export function decodeCmapValue(type: number, bytes: Buffer): CmapValue {
  return decoders[type]?.(bytes) ?? Uint8Array.from(bytes);
}
