import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { haveHeaders } from '../corosync/headers.ts';
import { documentOf, tableOf } from './documents.ts';

const text = documentOf('docs/security.md');
const libraries = ['quorum', 'cpg', 'votequorum', 'cmap', 'corosync_cfg'];
const functions = new RegExp(`\\b(?:${libraries.join('|')})_[a-z][a-z0-9_]*`, 'g');

/** The code of the program by file, without comments. */
const sources = ['src', 'exporter'].flatMap((root) =>
  readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => ({ file: join(root, name), code: withoutComments(readFileSync(join(root, name), 'utf8')) })),
);
const binding = sources.filter(({ file }) => file.startsWith('src/corosync/')).map(({ code }) => code);

const bound = tableOf(text, 'library').flatMap(([, calls = '']) => calls.match(functions) ?? []);
const writing = tableOf(text, 'not bound').flatMap(([calls = '']) => calls.match(functions) ?? []);

test('the calls that are bound are those that the document lists, and no others', () => {
  expect(binding.flatMap(prototypes).toSorted()).toEqual(bound.toSorted());
});

test('no call that writes is named anywhere in the program', () => {
  expect(writing).toHaveLength(29);
  expect(sources.filter(({ code }) => namesOf(code).some((name) => writing.includes(name)))).toEqual([]);
});

test.runIf(haveHeaders)(
  'each function of the headers is bound, or listed as not bound, or reads one type of key',
  () => {
    const headers = ['cmap', 'votequorum', 'cfg'].map((name) =>
      readFileSync(`/usr/include/corosync/${name}.h`, 'utf8'),
    );
    const declared = headers.flatMap((header) =>
      [...header.matchAll(/^(?:extern )?cs_error_t\s+(\w+)\s*\(/gm)].map(([, name = '']) => name),
    );
    expect(declared).toEqual(expect.arrayContaining(['cmap_set', 'votequorum_setexpected', 'corosync_cfg_kill_node']));
    const other = declared.filter((name) => !bound.includes(name) && !writing.includes(name));
    expect(other.filter((name) => !/^cmap_get_|^cmap_track_delete$/.test(name))).toEqual([]);
  },
);

describe('the check itself finds', () => {
  test.each(["bind(library, 'cmap_set(uint64_t handle)')", 'library.func("int votequorum_setvotes(int x)")'])(
    '%s',
    (code) => {
      expect(namesOf(code).some((name) => writing.includes(name))).toBe(true);
      expect(prototypes(code)).toHaveLength(1);
    },
  );
});

/** The C functions that strings begin with a prototype of. */
function prototypes(code: string): readonly string[] {
  const strings = code.matchAll(/['"`](?:int )?([a-z_0-9]+)\(/g);
  return Array.from(strings, ([, name = '']) => name).filter((name) => name.match(functions)?.[0] === name);
}

function namesOf(code: string): readonly string[] {
  return code.match(functions) ?? [];
}

function withoutComments(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[^:'"`\\])\/\/.*$/gm, '$1');
}
