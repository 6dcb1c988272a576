import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import {
  type Cfg,
  type Cmap,
  CorosyncError,
  type Cpg,
  csErrorName,
  type Dispatched,
  DispatchMode,
  type Quorum,
  type Votequorum,
} from '../../src/corosync/index.ts';
import type { Lab } from '../cluster/lab.ts';
import { everyService } from './services.ts';

/** A connection to any of the services. */
export type Client = Quorum | Cpg | Cmap | Votequorum | Cfg;

/** Connections of this process to the nodes of a lab. */
export class Clients {
  readonly #lab: Lab;
  #opened: Client[] = [];

  constructor(lab: Lab) {
    for (const service of Object.values(everyService)) service.load(); // before koffi moves this thread, see openLibrary()
    this.#lab = lab;
  }

  /** Connects to that node's corosync. */
  open<One extends Client>(nodeid: number, connect: () => One): One {
    this.#lab.enter(nodeid);
    try {
      const client = connect();
      this.#opened.push(client);
      return client;
    } finally {
      this.#lab.leave();
    }
  }

  closeAll(): void {
    for (const client of this.#opened) client.close();
    this.#opened = [];
  }
}

/** Dispatches until what came is enough. */
export async function gather<Event>(
  client: { dispatch(mode: DispatchMode): Dispatched<Event> },
  enough: (events: readonly Event[]) => boolean,
  timeoutMs = 20_000,
): Promise<Event[]> {
  const events: Event[] = [];
  for (const deadline = Date.now() + timeoutMs; ; await sleep(10)) {
    const dispatched = client.dispatch(DispatchMode.CS_DISPATCH_ALL);
    expect(codeName(dispatched)).toBe('CS_OK');
    events.push(...dispatched.events);
    if (enough(events)) return events;
    if (Date.now() > deadline) throw new Error(`not enough after ${timeoutMs} ms: ${describe(events)}`);
  }
}

/** What came within this time. */
export async function listen<Event>(
  client: { dispatch(mode: DispatchMode): Dispatched<Event> },
  milliseconds: number,
): Promise<readonly Event[]> {
  await sleep(milliseconds);
  return client.dispatch(DispatchMode.CS_DISPATCH_ALL).events;
}

/** The name of the code with which a call fails, and of the C call; `CS_OK` when it does not. */
export function failure(act: () => unknown): string {
  try {
    act();
    return 'CS_OK';
  } catch (error) {
    if (error instanceof CorosyncError) return `${error.call}: ${csErrorName(error.code)}`;
    throw error;
  }
}

export function codeName({ code }: Dispatched<unknown>): string {
  return csErrorName(code);
}

function describe(events: readonly unknown[]): string {
  return JSON.stringify(events, (_, value) => (typeof value === 'bigint' ? String(value) : value));
}
