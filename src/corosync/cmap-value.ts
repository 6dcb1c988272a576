import type { CmapValue } from './types.ts';

/** cmap_value_types_t of cmap.h: how many bytes one takes at least, and how it is read of them. */
const decoders: Record<number, readonly [size: number, decode: (bytes: Buffer) => CmapValue]> = {
  1: [1, (bytes) => bytes.readInt8()],
  2: [1, (bytes) => bytes.readUInt8()],
  3: [2, (bytes) => bytes.readInt16LE()],
  4: [2, (bytes) => bytes.readUInt16LE()],
  5: [4, (bytes) => bytes.readInt32LE()],
  6: [4, (bytes) => bytes.readUInt32LE()],
  7: [8, (bytes) => bytes.readBigInt64LE()],
  8: [8, (bytes) => bytes.readBigUInt64LE()],
  9: [4, (bytes) => bytes.readFloatLE()],
  10: [8, (bytes) => bytes.readDoubleLE()],
  11: [0, (bytes) => bytes.toString('utf8', 0, bytes.indexOf(0) === -1 ? bytes.length : bytes.indexOf(0))],
};

/** Makes a value of the bytes that cmap_get(3) wrote; what is of another type, or too short for its type, stays binary. */
export function decodeCmapValue(type: number, bytes: Buffer): CmapValue {
  const [size, decode] = decoders[type] ?? [0, binary];
  return bytes.length < size ? binary(bytes) : decode(bytes);
}

/** A copy: the buffer is used again. */
function binary(bytes: Buffer): Uint8Array {
  return Uint8Array.from(bytes);
}
