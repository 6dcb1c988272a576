import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import { LibraryError, loadCorosyncLibrary, loadFirstLibrary } from '../../src/corosync/library.ts';

vi.setConfig({ testTimeout: 30_000 }); // whole processes, on a machine that may be busy

const { glibcVersionRuntime } = (process.report.getReport() as { header: { glibcVersionRuntime?: string } }).header;
const haveGlibc = glibcVersionRuntime !== undefined;

test.each([
  ['libquorum.so.5', 'libquorum5'],
  ['libcpg.so.4', 'libcpg4'],
  ['libcmap.so.4', 'libcmap4'],
  ['libvotequorum.so.8', 'libvotequorum8'],
  ['libcfg.so.7', 'libcfg7'],
])('without %s the error names the packages to install', (soname, deb) => {
  const cause = new Error('cannot open shared object file');
  const error = new LibraryError(soname, cause);
  expect(error).toMatchObject({ name: 'LibraryError', soname, cause });
  expect(error.message).toBe(
    `${soname} cannot be loaded: install ${deb} (Debian, Ubuntu: apt install ${deb}; SUSE: zypper install ${deb}) ` +
      'or corosynclib (RHEL, Fedora: dnf install corosynclib)',
  );
});

test('a library that is not there is a LibraryError with the reason of dlopen', () => {
  expect(() => loadCorosyncLibrary('libquorum.so.4711')).toThrow(LibraryError);
  const error = catching(() => loadCorosyncLibrary('libquorum.so.4711'));
  expect(error.cause).toBeInstanceOf(Error);
  expect(String(error.cause)).toMatch(/cannot open shared object file|No such file/);
});

describe.runIf(haveGlibc)('of several sonames', () => {
  test.each([
    ['the first that there is', ['libc.so.6', 'libm.so.6'], 'libc.so.6'],
    ['the second where the first is not installed', ['libcfg.so.4711', 'libc.so.6'], 'libc.so.6'],
  ] as const)('%s is loaded', (_, sonames, soname) => {
    const loaded = loadFirstLibrary(sonames);
    expect(loaded.soname).toBe(soname);
    expect(loaded.library.func('int abs(int value)')(-7)).toBe(7);
  });

  test('none is an error that tells of the first, which current releases have', () => {
    const error = catching(() => loadFirstLibrary(['libcfg.so.4711', '/proc/self/status']));
    expect(error).toBeInstanceOf(LibraryError);
    expect(error.message).toMatch(/^libcfg\.so\.4711 cannot be loaded: install libcfg4711 /);
    expect(String(error.cause)).toMatch(/cannot open shared object file|No such file/);
  });
});

test.runIf(existsSync('/proc/self/maps'))('importing src/corosync loads none of the libraries', () => {
  const script = `
    import * as corosync from './src/corosync/index.ts';
    import { readFileSync } from 'node:fs';
    const libraries = readFileSync('/proc/self/maps', 'utf8').match(/lib(quorum|cpg|cmap|votequorum|cfg|qb)\\.so/g);
    console.log(JSON.stringify({ names: Object.keys(corosync), libraries }));
  `;
  const child = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
    encoding: 'utf8',
  });
  expect(child.stderr).toBe('');
  const { names, libraries } = JSON.parse(child.stdout);
  expect(libraries).toBeNull();
  expect(names).toEqual(expect.arrayContaining(['Quorum', 'Cpg', 'Cmap', 'Votequorum', 'Cfg', 'createBindings']));
});

function catching(act: () => unknown): Error {
  try {
    act();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}
