import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { HeldMark } from './held.ts';
import type { LaneCommand, LaneData, LaneEvent } from './lane-protocol.ts';
import type { MonitorLog, MonitorOptions } from './options.ts';
import type { LaneName, LaneState } from './snapshot.ts';

const FIRST_RESTART = 1_000;
const LAST_RESTART = 30_000;
/** Megabytes; V8 would let what is short-lived take 48 of them in each thread before it looks. */
const YOUNG_GENERATION = 3;
/** How often it is looked whether corosync holds a lane that somebody waits for, in milliseconds. */
const LOOK = 20;

export interface LaneThreadOptions {
  readonly name: LaneName;
  readonly options: MonitorOptions;
  readonly bindings: string;
  readonly log: MonitorLog;
  /** The lane of the services, if this one is to watch whether corosync holds it. */
  readonly services?: LaneThread | undefined;
  readonly onEvent: (event: LaneEvent) => void;
  /** Called for each thread that is started, also again after an error. */
  readonly onStart: () => void;
  /** Called when a thread has ended: what it had open is closed. */
  readonly onEnd: () => void;
}

/** A read that was asked for. */
interface Waiting {
  readonly id: number;
  readonly answered: Promise<void>;
  readonly resolve: () => void;
}

/** A lane as the main thread has it: a worker thread that may be held, and is started again when it dies. */
export class LaneThread {
  readonly #options: LaneThreadOptions;
  /** The memory of its mark. */
  readonly heldSince = HeldMark.allocate();
  readonly #mark = new HeldMark(this.heldSince);
  #worker: Worker | undefined;
  #restarts = 0;
  #restartTimer: NodeJS.Timeout | undefined;
  #restartAfter = FIRST_RESTART;
  #stopping = false;
  #leftBehind = false;
  #lastId = 0;
  #waiting: Waiting | undefined;

  constructor(options: LaneThreadOptions) {
    this.#options = options;
    this.#start();
  }

  get state(): LaneState {
    return { name: this.#options.name, heldSeconds: this.#mark.seconds(), restarts: this.#restarts };
  }

  /** Since a call that tells so came back with an answer; undefined: none has yet. */
  get answeredSecondsAgo(): number | undefined {
    return this.#mark.answeredSecondsAgo();
  }

  send(command: LaneCommand): void {
    this.#worker?.postMessage(command);
  }

  /**
   * Asks for a read, or joins the one that is under way. Resolves when it is complete, when corosync has held the lane
   * in one call for longer than the probe's deadline, or when the lane is not running.
   */
  async read(nodeids: readonly number[]): Promise<void> {
    if (this.#worker === undefined) return;
    const { answered } = this.#waiting ?? this.#ask(nodeids);
    let timer: NodeJS.Timeout | undefined;
    const held = new Promise<void>((resolve) => {
      const look = () => {
        if (this.#mark.seconds() * 1000 > this.#options.options.probeTimeout) resolve();
        else timer = setTimeout(look, LOOK);
      };
      look();
    });
    await Promise.race([answered, held]);
    clearTimeout(timer);
  }

  /** Goes on with another thread: this one is in a call that never comes back, and stays there with all that it has. */
  leaveBehind(): void {
    const worker = this.#worker;
    if (worker === undefined) return;
    this.#options.log.error('A lane does not come back from a call and is replaced', {
      lane: this.#options.name,
      seconds: this.#restartAfter / 1000,
    });
    worker.removeAllListeners().on('error', () => {});
    void worker.terminate(); // should it come back after all
    this.#leftBehind = true;
    this.#ended();
  }

  /** Ends the thread in order; true if it has ended within `deadline` milliseconds, and none was left behind before. */
  async stop(deadline: number): Promise<boolean> {
    this.#stopping = true;
    clearTimeout(this.#restartTimer);
    const worker = this.#worker;
    if (worker === undefined) return !this.#leftBehind;
    let timer: NodeJS.Timeout | undefined;
    const ended = new Promise<boolean>((resolve) => worker.once('exit', () => resolve(true)));
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(resolve, deadline, false);
    });
    this.send({ kind: 'stop' });
    const result = await Promise.race([ended, late]);
    clearTimeout(timer);
    return result && !this.#leftBehind;
  }

  #ask(nodeids: readonly number[]): Waiting {
    this.#lastId += 1;
    let resolve = () => {};
    const answered = new Promise<void>((done) => {
      resolve = done;
    });
    this.#waiting = { id: this.#lastId, answered, resolve };
    this.send({ kind: 'read', id: this.#lastId, nodeids });
    return this.#waiting;
  }

  #start(): void {
    const { name, options, bindings, services } = this.#options;
    const workerData: LaneData = {
      options,
      bindings,
      heldSince: this.heldSince,
      servicesHeldSince: services?.heldSince,
    };
    const worker = new Worker(new URL(`./${name}-lane${extname(import.meta.url)}`, import.meta.url), {
      workerData,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION },
    });
    this.#worker = worker;
    worker.on('message', (event: LaneEvent) => this.#receive(event));
    worker.on('error', (error: NodeJS.ErrnoException) => {
      // V8 ends such a thread where it is: its connections stay open until the process ends, and corosync fills them.
      if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') throw new Error(`the lane ${name} ran out of memory`);
      this.#options.log.error('A lane died and is started again', {
        lane: name,
        err: error,
        seconds: this.#restartAfter / 1000,
      });
    });
    worker.on('exit', () => this.#ended());
    this.#options.onStart();
  }

  #receive(event: LaneEvent): void {
    if (event.kind !== 'answered') return this.#options.onEvent(event);
    this.#restartAfter = FIRST_RESTART;
    if (event.id !== this.#waiting?.id) return;
    this.#waiting.resolve();
    this.#waiting = undefined;
  }

  #ended(): void {
    this.#worker = undefined;
    this.#mark.clear();
    this.#waiting?.resolve();
    this.#waiting = undefined;
    this.#options.onEnd();
    if (this.#stopping) return;
    this.#restarts += 1;
    this.#restartTimer = setTimeout(() => this.#start(), this.#restartAfter);
    this.#restartAfter = Math.min(2 * this.#restartAfter, LAST_RESTART);
  }
}
