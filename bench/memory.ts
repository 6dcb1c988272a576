import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { nodeFlags } from '../test/cluster/exporter-on-node.ts';

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

/** The memory of a program that has what this one is built on, and does nothing (bare-node.mjs). */
export async function readBareMemory(): Promise<Memory> {
  const program = fileURLToPath(new URL('bare-node.mjs', import.meta.url));
  const child = spawn(process.execPath, [...nodeFlags, program], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [port] = await once(child.stdout, 'data');
  for (let turn = 0; turn < 30; turn += 1) await (await fetch(`http://127.0.0.1:${String(port).trim()}/`)).text();
  await sleep(1_000); // until its threads have loaded koffi
  const memory = readMemory(child.pid ?? 0);
  child.stdin.end();
  await once(child, 'exit');
  return memory;
}

function isRuntime(mapping: string): boolean {
  return mapping === process.execPath || /^(libnode\.so|koffi\.node)/.test(basename(mapping));
}
