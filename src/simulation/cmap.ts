import type { CmapApi } from '../corosync/bindings.ts';
import type { CmapEvent, CmapValue, Dispatched, DispatchMode } from '../corosync/types.ts';
import { Connection, type Site } from './connection.ts';

/** A key of a map, and its value by time: undefined while there is no such key. */
export type CmapEntry = readonly [key: string, value: (time: number) => CmapValue | undefined];

/** The simulated libcmap, over one of corosync's maps. */
export class SimulatedCmap implements CmapApi {
  readonly #connection: Connection;
  readonly #entries: ReadonlyMap<string, CmapEntry[1]>;
  readonly #tracked = new Map<string, CmapValue | undefined>();
  #pending: CmapEvent[] = [];

  constructor(site: Site, entries: (site: Site) => readonly CmapEntry[]) {
    this.#connection = new Connection(site, 'cmap_initialize_map');
    this.#entries = new Map(entries(site));
  }

  get(key: string): CmapValue | undefined {
    this.#connection.roundTrip('cmap_get');
    return this.#entries.get(key)?.(this.#connection.time());
  }

  keys(prefix: string): string[] {
    this.#connection.roundTrip('cmap_iter_init');
    const time = this.#connection.time();
    return [...this.#entries].filter(([key, value]) => key.startsWith(prefix) && value(time) !== undefined).map(keyOf);
  }

  track(prefix: string): void {
    this.#connection.roundTrip('cmap_track_add');
    const time = this.#connection.time();
    for (const [key, value] of this.#entries) if (key.startsWith(prefix)) this.#tracked.set(key, value(time));
  }

  /** Of changes that undo each other between two calls nothing is told. */
  dispatch(mode: DispatchMode): Dispatched<CmapEvent> {
    return this.#connection.dispatch<CmapEvent>(mode, (most) => {
      this.#compare(this.#connection.time());
      return this.#pending.splice(0, most);
    });
  }

  close(): void {
    this.#connection.close();
  }

  #compare(time: number): void {
    for (const [key, before] of this.#tracked) {
      const now = this.#entries.get(key)?.(time);
      if (now === before) continue;
      this.#tracked.set(key, now);
      const change = before === undefined ? 'add' : now === undefined ? 'delete' : 'modify';
      this.#pending.push({ kind: 'cmap', key, change });
    }
  }
}

function keyOf([key]: CmapEntry): string {
  return key;
}
