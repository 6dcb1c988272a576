import { extname } from 'node:path';
import { CsError } from '../corosync/cs-error.ts';
import { isHungUp } from '../corosync/libc.ts';
import { connectionsFor, librariesOfArea } from './areas.ts';
import { type Answer, assemble, type Findings, type Probed } from './assemble.ts';
import { ChangeLog } from './change-log.ts';
import { type Change, changeOf, type Liveness, livenessChange, livenessOf } from './changes.ts';
import { DaemonReader } from './daemon.ts';
import { emptyHistory, type History, record } from './history.ts';
import type { LaneEvent, OpenedFacts } from './lane-protocol.ts';
import { LaneThread } from './lane-thread.ts';
import type { MonitorLog, MonitorOptions } from './options.ts';
import { type Daemon, type LaneName, type LibraryName, laneNames, libraryNames, type Snapshot } from './snapshot.ts';
import { StuckCall } from './stuck-call.ts';

const librariesOf: Readonly<Record<LaneName, readonly LibraryName[]>> = {
  services: ['quorum', 'cpg', 'cmap', 'cmap_stats', 'cfg'],
  votequorum: ['votequorum'],
};

/** Answers to an attempt to connect that corosync itself puts into its log. */
const refusals: readonly (number | undefined)[] = [CsError.CS_ERR_ACCESS, CsError.CS_ERR_NO_SPACE];

/** How long scrapes join the reading that is under way: no scrape waits longer, in milliseconds. */
const LONGEST_READING = 3_000;

/** A request to both lanes. */
interface Reading {
  /** Monotonic milliseconds. */
  readonly since: number;
  readonly done: Promise<unknown>;
}

/** Watches corosync through two lanes and says, at any time and within a deadline, what is known to be true. */
export class Monitor {
  /** What happened last. */
  readonly changes = new ChangeLog();
  readonly #options: MonitorOptions;
  readonly #log: MonitorLog;
  readonly #lanes: Readonly<Record<LaneName, LaneThread>>;
  #watch: NodeJS.Timeout | undefined;
  /** How often it is looked whether corosync answers while it does not, in milliseconds. */
  readonly #lookEvery: number;
  #history: History = emptyHistory;
  readonly #answers: Partial<Record<'quorum' | 'votequorum', Answer>> = {};
  #areas: Findings['areas'] = {};
  readonly #libraries: readonly LibraryName[];
  readonly #confirmed: Partial<Record<LibraryName, number>> = {};
  /** What the attempt to connect to libquorum came to; it goes first. */
  #quorumCode: number | undefined;
  #votequorumAllowed = false;
  #liveness: Liveness = 'unknown';
  #reading: Reading | undefined;
  /** The connection to libquorum: corosync's pid, and the socket. */
  #connection: OpenedFacts = {};
  readonly #stuckCall = new StuckCall();
  readonly #daemonReader: DaemonReader;
  #daemon: Daemon | undefined;
  #ready = false;
  #stopped = false;

  private constructor({ log, ...options }: MonitorOptions & { readonly log: MonitorLog }) {
    this.#options = options;
    this.#log = log;
    this.#daemonReader = new DaemonReader(options.pidFile);
    const { cfg, stats } = connectionsFor(options.reads);
    this.#libraries = libraryNames.filter((name) => (name === 'cfg' ? cfg : name === 'cmap_stats' ? stats : true));
    const module = options.simulation === undefined ? '../corosync/index' : '../simulation/bindings';
    const bindings = new URL(`${module}${extname(import.meta.url)}`, import.meta.url).href;
    const lane = (name: LaneName, services?: LaneThread) =>
      new LaneThread({
        name,
        services,
        options,
        bindings,
        log,
        onEvent: (event) => this.#receive(event),
        onStart: () => this.#started(name),
        onEnd: () => this.#ended(name),
      });
    const services = lane('services');
    this.#lanes = { services, votequorum: lane('votequorum', services) };
    this.#lookEvery = Math.min(options.probeTimeout, 1_000) / 2;
    this.#look(this.#lookEvery);
  }

  static start(options: MonitorOptions & { readonly log: MonitorLog }): Monitor {
    return new Monitor(options);
  }

  /** True once corosync has answered. */
  get ready(): boolean {
    return this.#ready;
  }

  /** What is true now, within `deadline` milliseconds; never rejects. Calls at the same time share one request. */
  async read(deadline: number): Promise<Snapshot> {
    const { since, done } = this.#sharedReading();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, deadline);
    });
    await Promise.race([done, late]);
    clearTimeout(timer);
    return this.#assemble(since);
  }

  /** Ends the lanes; false if corosync held one beyond `deadline` milliseconds: only exitNow() ends the process then. */
  async stop(deadline: number): Promise<boolean> {
    this.#stopped = true;
    clearTimeout(this.#watch);
    const ended = await Promise.all(laneNames.map((name) => this.#lanes[name].stop(deadline)));
    return ended.every(Boolean);
  }

  /** What lanes that are slow but not held heard long ago confirms nothing any more. */
  #sharedReading(): Reading {
    if (this.#reading === undefined || performance.now() - this.#reading.since > LONGEST_READING) {
      const reading = this.#request();
      this.#reading = reading;
      void reading.done.then(() => {
        if (this.#reading === reading) this.#reading = undefined;
      });
    }
    return this.#reading;
  }

  #request(): Reading {
    const since = performance.now();
    const configured = this.#history.cluster?.nodes.map(({ nodeid }) => nodeid) ?? [];
    const nodeids = [...new Set([...configured, ...(this.#history.quorum?.members ?? [])])];
    const done = Promise.all(laneNames.map((name) => this.#lanes[name].read(nodeids)));
    // The lanes are at work: this costs no time.
    this.#look(this.#options.probeTimeout + this.#lookEvery);
    this.#readDaemon();
    return { since, done };
  }

  #connectedTo(connection: OpenedFacts): void {
    this.#connection = connection;
    // A read that is under way began with another corosync, or with none.
    this.#readDaemon();
  }

  #readDaemon(): void {
    this.#daemon = this.#daemonReader.read(this.#connection.pid);
  }

  #assemble(since: number): Snapshot {
    return assemble({
      ...this.#probed(since),
      time: Date.now() / 1000,
      now: performance.now() / 1000,
      simulated: this.#options.simulation !== undefined,
      confirmed: { ...this.#confirmed, votequorum: this.#votequorumConfirmed() },
      areas: this.#areas,
      reads: this.#options.reads,
      libraries: this.#libraries,
      daemon: this.#daemon,
    });
  }

  /** Its lane does not tell of each answer. */
  #votequorumConfirmed(): number | undefined {
    const ago = this.#lanes.votequorum.answeredSecondsAgo;
    return ago === undefined ? undefined : Date.now() / 1000 - ago;
  }

  #probed(since: number): Probed {
    return {
      since,
      probeTimeout: this.#options.probeTimeout / 1000,
      history: this.#history,
      answers: this.#answers,
      lanes: laneNames.map((name) => this.#lanes[name].state),
      ended: this.#connectionEnded,
    };
  }

  #receive(event: LaneEvent): void {
    const at = Date.now() / 1000;
    const before = this.#history;
    this.#history = record(before, event, at, performance.now() / 1000);
    if (event.kind === 'probed') {
      const { library, quorate, seconds } = event;
      this.#answers[library] = { at: performance.now(), seconds, quorate };
      this.#confirmed[library] = at;
    } else if (event.kind === 'area') {
      const { kind: _, area, ...outcome } = event;
      if (outcome.value !== undefined) for (const library of librariesOfArea[area]) this.#confirm(library, at);
      this.#areas = { ...this.#areas, [area]: { ...outcome, at: performance.now() } };
    } else if (event.kind === 'quorum' || event.kind === 'nodelist') {
      this.#confirmed.quorum = at;
    } else if (event.kind === 'configuration') {
      this.#confirmed.cmap = at;
    } else if ((event.kind === 'connected' || event.kind === 'refused') && event.library === 'quorum') {
      this.#quorumCode = event.kind === 'connected' ? CsError.CS_OK : event.code;
      if (event.kind === 'connected') this.#connectedTo(event);
    } else if ((event.kind === 'lost' || event.kind === 'closed') && event.library === 'quorum') {
      // The next corosync is another process: until it is connected only the pid file can tell which.
      this.#connectedTo({});
    }
    this.#tell(changeOf(before, event), at);
    this.#allowVotequorum();
    if (event.kind === 'probed') {
      // Awake as it is, this thread looks now, and again only if the next answer does not come.
      const nextAnswer = event.library === 'quorum' ? this.#options.dispatchInterval : 0;
      this.#look(nextAnswer + this.#lookEvery);
    }
  }

  /** Links can be read without libcfg. */
  #confirm(library: LibraryName, at: number): void {
    if (this.#history.libraries[library].connected) this.#confirmed[library] = at;
  }

  /** A lane's thread is new: nobody has told it yet what it may. */
  #started(name: LaneName): void {
    if (name === 'votequorum') this.#votequorumAllowed = false;
  }

  /** A lane's thread is gone, and what it had open is closed: nothing of it may be shown until there is another. */
  #ended(name: LaneName): void {
    for (const library of librariesOf[name]) {
      if (!this.#history.libraries[library].connected) continue;
      this.#receive({ kind: 'closed', library });
    }
  }

  /**
   * While corosync refuses us, libquorum alone tries for all: each attempt is a line or more in corosync's log. And where
   * no provider is loaded, the votequorum service does not exist.
   */
  #allowVotequorum(): void {
    const known = this.#quorumCode !== undefined || this.#servicesHeld > this.#options.probeTimeout;
    const provider = this.#history.provider !== false;
    const allowed = known && provider && !refusals.includes(this.#quorumCode);
    if (allowed === this.#votequorumAllowed) return;
    this.#votequorumAllowed = allowed;
    this.#lanes.votequorum.send({ kind: 'connect', allowed });
  }

  /** Notices what no event tells: that corosync holds a lane, and that it no longer does; and looks again `after` so long. */
  #look(after: number): void {
    if (this.#stopped) return;
    clearTimeout(this.#watch);
    this.#watch = setTimeout(() => {
      this.#askVotequorum();
      this.#look(this.#lookEvery);
    }, after).unref();
    this.#allowVotequorum();
    this.#leaveStuckLane();
    const { dispatchInterval, probeTimeout } = this.#options;
    const held = this.#servicesHeld;
    // What was heard of when corosync took the call that it holds is of before, and proves nothing.
    const recent = held > probeTimeout ? held - this.#lookEvery : 2 * Math.max(dispatchInterval, probeTimeout);
    const liveness = livenessOf(this.#probed(performance.now() - recent));
    this.#ready ||= liveness === 'answering' || liveness === 'syncing';
    // Right after a thaw nothing is proven yet: that is no change.
    if (liveness === 'unknown' || liveness === this.#liveness) return;
    this.#tell(livenessChange(this.#liveness, liveness), Date.now() / 1000);
    this.#liveness = liveness;
  }

  /** While corosync holds the other lane votequorum tells why; its next step may be a dispatch interval away. */
  #askVotequorum(): void {
    const lane = this.#lanes.votequorum;
    if (this.#servicesHeld <= this.#options.probeTimeout || lane.state.heldSeconds > 0) return;
    lane.send({ kind: 'connect', allowed: this.#votequorumAllowed });
  }

  #leaveStuckLane(): void {
    const held = this.#servicesHeld;
    const ended = held > 0 && this.#connectionEnded;
    if (this.#stuckCall.isStuck(held, ended, performance.now())) this.#lanes.services.leaveBehind();
  }

  get #connectionEnded(): boolean {
    const { fd } = this.#connection;
    return fd !== undefined && isHungUp(fd);
  }

  /** Milliseconds. */
  get #servicesHeld(): number {
    return 1000 * this.#lanes.services.state.heldSeconds;
  }

  #tell(change: Change | undefined, at: number): void {
    if (change === undefined) return;
    this.#log[change.level](change.message, change.fields);
    this.changes.add(change, at);
  }
}
