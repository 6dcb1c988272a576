import koffi from 'koffi';
import { expect, test } from 'vitest';
import { openLibrary } from '../../src/corosync/ffi.ts';
import { returnLargeBlocks } from '../../src/corosync/libc.ts';

// The library's own malloc and free, as libqb calls them.
const library = openLibrary(null);
const malloc = library.func('void *malloc(size_t size)');
const free = library.func('void free(void *pointer)');

/** Takes a block twice; whether the second is mapped for itself alone. */
function isMappedAnew(bytes: number): boolean {
  free(malloc(bytes));
  const block = malloc(bytes);
  // Right behind the header of 16 bytes at the begin of a page.
  const mapped = koffi.address(block) % 4096n === 16n;
  free(block);
  return mapped;
}

test('a large block goes back to the system when it is freed', () => {
  expect(isMappedAnew(4 << 20)).toBe(false);
  returnLargeBlocks();
  // Larger than what is left of the one before, which would be taken.
  expect(isMappedAnew(16 << 20)).toBe(true);
});
