import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Functions that older releases of corosync's libraries lack, and the library that each is in. */
export const newerFunctions = {
  quorum_model_initialize: 'libquorum.so.5',
  corosync_cfg_node_status_get: 'libcfg.so.7',
  cmap_initialize_map: 'libcmap.so.4',
} as const;
export type NewerFunction = keyof typeof newerFunctions;

/** Copies the installed libraries into a new folder, for LD_LIBRARY_PATH, in which the loader does not find these functions. */
export function hideFunctions(...names: readonly NewerFunction[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'old-libraries-'));
  for (const name of names) {
    const library = readFileSync(installed(newerFunctions[name]));
    hideSymbol(library, name);
    writeFileSync(join(folder, newerFunctions[name]), library);
  }
  return folder;
}

/** elf(5) and elf.h: 64-bit little-endian libraries. */
const SHT_DYNSYM = 11;
const SYMBOL_SIZE = 24;
const STV_HIDDEN = 2;

// A changed name would not do: the libraries call these functions themselves, by name. Hidden, only they can.
function hideSymbol(library: Buffer, name: string): void {
  const number = (offset: number) => Number(library.readBigUInt64LE(offset));
  const section = (index: number) => number(0x28) + index * library.readUInt16LE(0x3a);
  const sections = Array.from({ length: library.readUInt16LE(0x3c) }, (_, index) => section(index));
  const table = sections.find((header) => library.readUInt32LE(header + 4) === SHT_DYNSYM);
  if (table === undefined) throw new Error('no dynamic symbols');
  const strings = number(section(library.readUInt32LE(table + 0x28)) + 0x18);
  const begin = number(table + 0x18);
  for (let symbol = begin; symbol < begin + number(table + 0x20); symbol += SYMBOL_SIZE) {
    const at = strings + library.readUInt32LE(symbol);
    if (library.toString('latin1', at, library.indexOf(0, at)) !== name) continue;
    library.writeUInt8(STV_HIDDEN, symbol + 5); // st_other
    return;
  }
  throw new Error(`no symbol ${name}`);
}

function installed(soname: string): string {
  const cache = execFileSync('ldconfig', ['-p'], { encoding: 'utf8' });
  const line = cache.split('\n').find((each) => each.trim().startsWith(`${soname} `));
  const path = line?.split(' => ')[1];
  if (path === undefined) throw new Error(`${soname} is not installed`);
  return path;
}
