import { chmodSync, lstatSync, lutimesSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Everything below `root`, folders too, by their paths from there. */
export function everythingIn(root: string): readonly string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' }).sort();
}

/** The files below `root`, without links. */
export function filesIn(root: string): readonly string[] {
  return everythingIn(root).filter((path) => lstatSync(join(root, path)).isFile());
}

/** Writes a file and the folders that it is in. */
export function write(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

/** Makes a symbolic link and the folders that it is in. */
export function link(path: string, target: string): void {
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(target, path);
}

/** Gives everything a mode and a time that depend on nothing but its path; `programs` are what is run by its name. */
export function settle(root: string, date: number, programs: RegExp): void {
  for (const path of ['', ...everythingIn(root)]) {
    const full = join(root, path);
    const status = lstatSync(full);
    if (!status.isSymbolicLink()) chmodSync(full, status.isDirectory() || programs.test(path) ? 0o755 : 0o644);
    lutimesSync(full, date, date);
  }
}
