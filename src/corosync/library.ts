import type { NativeLibrary } from './ffi.ts';
import { configureStacks, openLibrary } from './ffi.ts';

/** A client library of corosync that cannot be loaded; the message says which package brings it. */
export class LibraryError extends Error {
  readonly soname: string;

  constructor(soname: string, cause: unknown) {
    super(`${soname} cannot be loaded: ${remedy(soname)}`, { cause });
    this.name = 'LibraryError';
    this.soname = soname;
  }
}

/** Loads one of corosync's libraries by its soname: the plain `.so` comes only with development packages. */
export function loadCorosyncLibrary(soname: string): NativeLibrary {
  return loadFirstLibrary([soname]).library;
}

/** Loads the first of these that is installed: the same library had other sonames in older releases. */
export function loadFirstLibrary(sonames: readonly [string, ...string[]]): { soname: string; library: NativeLibrary } {
  configureStacks();
  let first: unknown;
  for (const soname of sonames) {
    try {
      return { soname, library: openLibrary(soname) };
    } catch (cause) {
      first ??= cause;
    }
  }
  throw new LibraryError(sonames[0], first);
}

/** Whether the library has a function that older releases lack. */
export function hasFunction(library: NativeLibrary, name: string): boolean {
  try {
    library.func(name, 'int', []);
    return true;
  } catch {
    return false;
  }
}

function remedy(soname: string): string {
  // libquorum.so.5 is in libquorum5 on Debian, Ubuntu and SUSE.
  const [name, version] = soname.split('.so.');
  return (
    `install ${name}${version} (Debian, Ubuntu: apt install ${name}${version}; ` +
    `SUSE: zypper install ${name}${version}) or corosynclib (RHEL, Fedora: dnf install corosynclib)`
  );
}
