import type { Bindings, CmapApi, CpgApi, QuorumApi } from '../corosync/bindings.ts';
import { type CpgEvent, type QuorumEvent, TrackFlags } from '../corosync/types.ts';
import { clusterOf, FollowedConfiguration, longestForming } from './configuration.ts';
import { Connector, type Lane } from './connector.ts';
import type { OpenedFacts } from './lane-protocol.ts';
import type { MonitorOptions } from './options.ts';
import { RoundTrip } from './round-trip.ts';
import { ServicesReader } from './services-reader.ts';
import { viewChange } from './view-change.ts';

/** Our own group: the only one that this program ever joins. */
export const GROUP = 'corosync-exporter';

/** How often the configuration is read in a step while it goes on changing. */
const MOST_READS = 3;

/** How long one wait for our own message may keep the lane, in milliseconds. */
const WAIT = 10;

/** The lane of libquorum, libcpg, libcmap and libcfg: everything that corosync may hold in its sync phase. */
export class Services {
  readonly #options: MonitorOptions;
  readonly #lane: Lane;
  readonly #quorum: Connector<QuorumApi>;
  readonly #cpg: Connector<CpgApi>;
  readonly #cmap: Connector<CmapApi>;
  readonly #reader: ServicesReader;
  readonly #roundTrip: RoundTrip;
  #joined = false;
  #model: 0 | 1 = 1;
  #provider = false;
  /** The last view that was told, to find joins and leaves where libquorum does not tell them. */
  #view: QuorumEvent | undefined;
  readonly #configuration = new FollowedConfiguration();

  constructor(bindings: Bindings, options: MonitorOptions, lane: Lane) {
    this.#options = options;
    this.#lane = lane;
    this.#roundTrip = new RoundTrip(options.cpg.probeInterval, lane.now);
    this.#quorum = new Connector('quorum', bindings.quorum, lane, (quorum) => this.#openedQuorum(quorum));
    this.#cpg = new Connector('cpg', bindings.cpg, lane, (cpg) => this.#openedCpg(cpg));
    this.#cmap = new Connector('cmap', bindings.cmap, lane, (cmap) => this.#openedCmap(cmap));
    this.#reader = new ServicesReader(bindings, options, lane, this.#cpg, this.#cmap);
  }

  /** One round: connect what is not, drain, probe, and read again what has changed. */
  step(): void {
    this.#open();
    this.#drain();
    this.#probe();
    this.#follow();
    this.#reader.watch();
    this.#converse();
  }

  /** Milliseconds until the next step has something to do. */
  get nextStepIn(): number {
    const waits = [this.#options.dispatchInterval, this.#quorum.retryIn];
    if (this.#quorum.connected) waits.push(this.#cpg.retryIn, this.#cmap.retryIn, this.#reader.retryIn);
    if (this.#joined && this.#cpg.connected) waits.push(this.#roundTrip.dueIn);
    return Math.max(1, Math.min(...waits.filter((wait) => wait !== undefined)));
  }

  read(): void {
    for (const connector of [this.#quorum, this.#cpg, this.#cmap]) connector.tellDispatches();
    this.#reader.read();
  }

  close(): void {
    this.#reader.close();
    this.#cmap.close();
    // Just closed, our going would look like a crash to the other members: PROCDOWN instead of LEAVE.
    if (this.#joined) this.#cpg.call((cpg) => cpg.leave(GROUP));
    this.#cpg.close();
    this.#quorum.close();
  }

  /** libquorum goes first: while corosync refuses us or is not there, the others do not try. */
  #open(): void {
    const { connected } = this.#quorum;
    this.#quorum.open();
    if (!this.#quorum.connected) return;
    // The state has come with the connection. Now, as corosync may hold what follows.
    if (!connected) this.#drainQuorum();
    this.#cpg.open();
    this.#cmap.open();
    this.#reader.open();
  }

  #openedQuorum(quorum: QuorumApi): OpenedFacts {
    quorum.trackstart(TrackFlags.CS_TRACK_CURRENT | TrackFlags.CS_TRACK_CHANGES);
    this.#model = quorum.model;
    this.#provider = quorum.provider;
    this.#view = undefined;
    return { provider: quorum.provider, pid: quorum.peerPid(), fd: quorum.fdGet() };
  }

  #openedCpg(cpg: CpgApi): Record<string, never> {
    this.#joined = false;
    this.#roundTrip.reset();
    this.#lane.post({ kind: 'local', nodeid: cpg.localGet() });
    return {};
  }

  #openedCmap(cmap: CmapApi): Record<string, never> {
    this.#configuration.follow(cmap);
    this.#reader.openedCmap();
    return {};
  }

  #drain(): void {
    this.#drainQuorum();
    this.#drainCpg();
    this.#drainCmap();
    this.#reader.drain();
  }

  #drainCmap(): void {
    for (const { key } of this.#cmap.drain()) this.#configuration.changed(key);
  }

  #drainQuorum(): void {
    for (const event of this.#quorum.drain()) {
      this.#lane.post(event);
      // Without a provider that libquorum has no members to tell, and says that there are none.
      if (this.#model === 0 && this.#provider && event.kind === 'quorum') this.#postView(event);
    }
  }

  #postView(event: QuorumEvent): void {
    const { ringId, members } = event;
    const change = viewChange(this.#view, event);
    this.#view = event;
    if (change !== undefined) this.#lane.post({ kind: 'nodelist', ringId, members, ...change });
  }

  #drainCpg(): void {
    for (const event of this.#cpg.drain()) this.#handleCpg(event);
  }

  #handleCpg(event: CpgEvent): void {
    if (event.kind === 'deliver') {
      this.#lane.post({ kind: 'delivered' });
      const result = this.#roundTrip.delivered(event);
      if (result !== undefined) this.#lane.post(result);
    } else if (event.kind === 'confchg') {
      const { members, left, joined } = event;
      this.#lane.post({ kind: 'confchg', members, left, joined });
    }
  }

  #probe(): void {
    const before = this.#lane.now();
    const quorate = this.#quorum.call((quorum) => quorum.getquorate());
    const seconds = (this.#lane.now() - before) / 1000;
    // What corosync announced before it answered is in the ring by now: with it, the state is as new as the answer.
    this.#drainQuorum();
    if (quorate === undefined) return;
    this.#lane.post({ kind: 'probed', library: 'quorum', quorate, seconds });
  }

  /** What is followed of the configuration is read when it has changed, and again if it changed while it was read. */
  #follow(): void {
    for (let reads = 0; this.#configuration.stale && reads < MOST_READS; reads += 1) {
      const configuration = this.#cmap.call((cmap) => this.#configuration.read(cmap));
      if (configuration === undefined) return;
      this.#drainCmap();
      // Half of it may be of before the change; where nothing is known yet, that is better than nothing.
      if (this.#configuration.stale && this.#reader.cluster !== undefined) continue;
      this.#reader.cluster = clusterOf(configuration.keys);
      this.#reader.longestForming = longestForming(configuration.keys);
      this.#lane.post({ kind: 'configuration', configuration });
    }
  }

  /** Takes part in our own group, and times a message in it. */
  #converse(): void {
    if (!this.#cpg.connected || !this.#options.cpg.join) return;
    if (!this.#joined) {
      this.#joined = this.#cpg.call(joinOwnGroup) ?? false;
      this.#drainCpg();
    }
    if (!this.#joined) return;
    const result = this.#cpg.call((cpg) => this.#roundTrip.step(cpg));
    if (result !== undefined) this.#lane.post(result);
    // A message is back in about a millisecond: wait for it here, or its time would be that of the next step.
    if (this.#roundTrip.pending && this.#cpg.call((cpg) => cpg.waitReadable(WAIT))) this.#drainCpg();
  }
}

function joinOwnGroup(cpg: CpgApi): true {
  cpg.join(GROUP);
  return true;
}
