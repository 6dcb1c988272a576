import { readFileSync } from 'node:fs';
import { basename } from 'node:path';

/** The memory of a process, in bytes. */
export interface Memory {
  readonly rss: number;
  /** Proportional set size: of what is shared with others its share. */
  readonly pss: number;
  /**
   * The same if no other Node.js program ran here: this benchmark is one, and takes a share of the runtime's pages that
   * on a node of a cluster the exporter bears alone.
   */
  readonly pssAlone: number;
}

/** Reads it of /proc. */
export function readMemory(pid: number): Memory {
  let mapping = '';
  let [rss, pss, pssAlone] = [0, 0, 0];
  for (const line of readFileSync(`/proc/${pid}/smaps`, 'utf8').split('\n')) {
    const [, begin, name = ''] = /^([\da-f]+)-[\da-f]+ \S+ \S+ \S+ \d+\s*(.*)$/.exec(line) ?? [];
    if (begin !== undefined) mapping = name;
    const [, field, kilobytes] = /^(Rss|Pss):\s+(\d+) kB$/.exec(line) ?? [];
    if (field === undefined) continue;
    const bytes = 1024 * Number(kilobytes);
    if (field === 'Rss') rss += bytes;
    else pss += bytes;
    if ((field === 'Rss') === isRuntime(mapping)) pssAlone += bytes;
  }
  return { rss, pss, pssAlone };
}

function isRuntime(mapping: string): boolean {
  return mapping === process.execPath || /^(libnode\.so|koffi\.node)/.test(basename(mapping));
}
