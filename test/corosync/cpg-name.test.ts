import { expect, test } from 'vitest';
import { groupOf, nameOf } from '../../src/corosync/cpg-name.ts';

const tooLong = "a CPG group's name has at most 128 characters, of one byte each";

test.each([
  ['an empty name', ''],
  ['a plain name', 'corosync-exporter'],
  ["a name as Pacemaker's, whose NUL counts", 'crmd\0'],
  ['a NUL in the middle', 'a\0b'],
  ['a name of 128 characters', 'x'.repeat(128)],
  ['every byte below 128', String.fromCharCode(...Array.from({ length: 128 }, (_, byte) => byte))],
  ['every byte from 128 on', String.fromCharCode(...Array.from({ length: 128 }, (_, byte) => 128 + byte))],
])('%s goes to C and back unchanged', (_, group) => {
  const name = nameOf(group);
  expect(name.length).toBe(group.length);
  expect(name.value).toHaveLength(128);
  expect(groupOf(name)).toBe(group);
});

test('a character is one byte and the rest of the field is zero', () => {
  expect(Array.from(nameOf('\u00e9\0').value.subarray(0, 4))).toEqual([0xe9, 0, 0, 0]);
});

test.each([
  ['129 characters', 'x'.repeat(129)],
  ['a character that latin1 does not have', '\u0100'],
  ['a character outside the basic plane', '\u{1f600}'],
  ['half of a surrogate pair', '\ud83d'],
])('a name with %s is refused', (_, group) => {
  expect(() => nameOf(group)).toThrow(new RangeError(tooLong));
});

test('a length beyond the field does not read beyond it', () => {
  expect(groupOf({ length: 4000, value: new Uint8Array(128).fill(65) })).toBe('A'.repeat(128));
});
