import { type BigIntStats, statSync } from 'node:fs';

/** How some files are: the same text as long as none of them has changed. */
export interface FilesState {
  readonly text: string;
  /** When the last of them changed, in milliseconds of the clock; it follows symbolic links. */
  readonly changedAt: number;
}

/** Looks at the files; one that is missing is a state as well. */
export function filesState(files: readonly string[]): FilesState {
  const stats = files.map(stat);
  return {
    text: stats.map((one) => (one ? [one.dev, one.ino, one.size, one.mtimeNs, one.ctimeNs].join(':') : '-')).join(' '),
    changedAt: Math.max(0, ...stats.map((one) => (one ? Number(one.ctimeMs) : 0))),
  };
}

function stat(file: string): BigIntStats | undefined {
  try {
    return statSync(file, { bigint: true });
  } catch {
    return undefined;
  }
}
