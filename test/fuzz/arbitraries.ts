import fc from 'fast-check';

/** Any text at all: every code point and half of one, and pieces of what the parser has a meaning for. */
export function texts(...pieces: readonly string[]): fc.Arbitrary<string> {
  const odd = [...' \n\r\t\0\u2028\u200b\ufeff"\'\\-1', '', '\ud800', '9'.repeat(400)];
  const piece = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...pieces) },
    { weight: 2, arbitrary: fc.constantFrom(...odd) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 4 }) },
  );
  return fc.oneof(
    { weight: 4, arbitrary: fc.array(piece, { maxLength: 40 }).map((some) => some.join('')) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
  );
}

/** One piece over and over, then another: what a regular expression that backtracks would never be done with. */
export function endless(...pieces: readonly string[]): fc.Arbitrary<string> {
  const piece = fc.oneof(fc.constantFrom(...pieces), fc.string({ minLength: 1, maxLength: 3 }));
  return fc
    .tuple(piece, piece, piece)
    .map(([head, body, tail]) => head + body.repeat(Math.ceil(60_000 / body.length)) + tail);
}

/** What corosync may tell: bytes, of which some are text. */
export const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 128 }),
  texts('crmd', '\0', '\u00e9', '\\x00', '\n', '{', '}', ',', '=').map((text) => Buffer.from(text).subarray(0, 128)),
);
/** As the binding gives it: one character a byte. */
export const group = bytes.map((raw) => Buffer.from(raw).toString('latin1'));
/** As the binding gives a string of cmap, of a process or of a qdevice. */
export const text = bytes.map((raw) => Buffer.from(raw).toString('utf8'));
