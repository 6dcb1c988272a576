import { existsSync, readdirSync } from 'node:fs';
import { namespaces } from './network.ts';
import { markedProcesses } from './processes.ts';

/** What there is of a lab on this machine; nothing when it is really gone. */
export function traces({ id, folder, pids }: { id: string; folder: string; pids: readonly number[] }): string[] {
  const memory = existsSync('/dev/shm') ? readdirSync('/dev/shm') : [];
  return [
    ...namespaces(id),
    ...markedProcesses(id).map(({ pid }) => `process ${pid}`),
    ...(existsSync(folder) ? [folder] : []),
    ...memory.filter((name) => pids.some((pid) => name.split('-').includes(String(pid)))),
  ];
}
