import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  /** Microseconds. */
  readonly timeDeltas: readonly number[];
}

const shown = 25;

/** The functions in which each thread was most, in milliseconds a scrape; a call into corosync counts while it waits. */
export function hotSpots(folder: string, scrapes: number): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.cpuprofile'))
    .flatMap((name) => [`${name}, milliseconds a scrape:`, ...ofThread(join(folder, name), scrapes)]);
}

function ofThread(file: string, scrapes: number): string[] {
  const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(file, 'utf8')) as CpuProfile;
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
  const times = new Map<string, number>();
  samples.forEach((id, index) => {
    const name = names.get(id) ?? '';
    if (name !== '(idle)') times.set(name, (times.get(name) ?? 0) + (timeDeltas[index] ?? 0) / 1000 / scrapes);
  });
  const all = [...times.values()].reduce((sum, time) => sum + time, 0);
  const top = [...times].sort(([, a], [, b]) => b - a).slice(0, shown);
  return [['(all)', all] as const, ...top].map(([name, time]) => `  ${time.toFixed(3)}  ${name}`);
}

function nameOf({ functionName, url, lineNumber }: CpuProfile['nodes'][number]['callFrame']): string {
  if (url === '') return functionName;
  return `${functionName || '(anonymous)'} ${url.replace(/^.*\/(?=node_modules\/|dist\/)/, '')}:${lineNumber + 1}`;
}
