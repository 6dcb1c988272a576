import type { CmapApi } from '../../src/corosync/bindings.ts';
import type { CmapValue } from '../../src/corosync/types.ts';

/** A map of plain data that keeps what it was asked for. */
export function fakeMap(entries: Readonly<Record<string, CmapValue>> = {}) {
  const values = new Map(Object.entries(entries));
  const asked: string[] = [];
  const map: CmapApi = {
    get: (key) => {
      asked.push(key);
      return values.get(key);
    },
    keys: (prefix) => {
      asked.push(`${prefix}*`);
      return [...values.keys()].filter((key) => key.startsWith(prefix));
    },
    track: () => {},
    dispatch: () => ({ code: 1, events: [] }),
    close: () => {},
  };
  return { map, values, asked, take: () => asked.splice(0) };
}
