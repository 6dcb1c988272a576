import { parentPort, workerData } from 'node:worker_threads';
import type { Bindings } from '../corosync/bindings.ts';
import type { Lane } from './connector.ts';
import { HeldMark } from './held.ts';
import type { LaneCommand, LaneData, LaneEvent } from './lane-protocol.ts';
import type { MonitorOptions } from './options.ts';

/** How long a lane may read for a scrape, in milliseconds: no scrape waits longer. */
const READ_TIME = 3_000;

/** What a lane does: a step on its timer and on each request, and after a request a read. */
export interface LaneWork {
  step(): void;
  /** Reads what is shown of corosync besides; `nodeids` are those of the configured nodes and of the members. */
  read(nodeids: readonly number[]): void;
  readonly nextStepIn: number;
  close(): void;
  allowed?: boolean;
}

/** The life of a lane's thread: it ends when it is told to, or of an exception, and closes its connections either way. */
export async function runLane(
  make: (bindings: Bindings, options: MonitorOptions, lane: Lane) => LaneWork,
): Promise<void> {
  const port = parentPort;
  if (port === null) throw new Error('a lane is a worker thread');
  const { options, bindings, heldSince, servicesHeldSince } = workerData as LaneData;
  const held = new HeldMark(heldSince);
  const servicesHeld = servicesHeldSince && new HeldMark(servicesHeldSince);
  const { createBindings } = await import(bindings);
  const now = () => performance.now();
  const lane = {
    held,
    servicesHeld,
    now,
    post: (event: LaneEvent) => port.postMessage(event),
    readUntil: 0,
  } satisfies Lane;
  const work = make(createBindings(options.simulation), options, lane);
  let timer: NodeJS.Timeout | undefined;

  const orEnd = (action: () => void) => {
    try {
      action();
    } catch (error) {
      clearTimeout(timer);
      // Left open, the connections would fill corosync's queues for as long as the process lives.
      work.close();
      throw error;
    }
  };
  const step = () =>
    orEnd(() => {
      clearTimeout(timer);
      work.step();
      timer = setTimeout(step, work.nextStepIn);
    });
  port.on('message', (command: LaneCommand) =>
    orEnd(() => {
      switch (command.kind) {
        case 'read':
          step();
          lane.readUntil = now() + READ_TIME;
          work.read(command.nodeids);
          return lane.post({ kind: 'answered', id: command.id });
        case 'connect':
          work.allowed = command.allowed;
          return step();
        case 'stop':
          clearTimeout(timer);
          work.close();
          return port.close();
        default:
          return unreachable(command);
      }
    }),
  );
  step();
}

function unreachable(value: never): never {
  throw new Error(`not a command: ${JSON.stringify(value)}`);
}
