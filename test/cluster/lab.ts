import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { complete, type LabOptions } from './corosync-conf.ts';
import { CorosyncNode, type Credentials } from './corosync-node.ts';
import { enterNamespace } from './enter-namespace.ts';
import { createState, disown, type LabState, listStates, sweepOrphans } from './lab-state.ts';
import { removeLab } from './leftovers.ts';
import { type Membership, readMembership, waitForMembership } from './membership.ts';
import { createNetwork, namespacePath, regroup, setCable } from './network.ts';
import { keepAtExit, removeAtExit } from './open-labs.ts';
import { until } from './processes.ts';
import { type Result, run } from './run.ts';

/** A corosync cluster on this machine: a network namespace per node, bridges between them. */
export class Lab {
  readonly id: string;
  readonly name: string;
  readonly folder: string;
  readonly nodes: readonly CorosyncNode[];
  #state: LabState;
  readonly #children = new Set<ChildProcess>();
  #leave: (() => void) | undefined;

  private constructor(state: LabState) {
    this.#state = state;
    ({ id: this.id, name: this.name, folder: this.folder } = state);
    this.nodes = Array.from({ length: state.nodes }, (_, index) => new CorosyncNode(state, index + 1));
  }

  /** Starts a cluster and waits until all nodes are members and quorate; it ends with this process at the latest. */
  static async up(options: LabOptions): Promise<Lab> {
    const conf = complete(options);
    sweepOrphans();
    const state = createState({ ...conf, name: options.name });
    removeAtExit(state);
    const lab = new Lab(state);
    try {
      createNetwork(state);
      for (const node of lab.nodes) node.prepare(conf);
      await Promise.all(lab.nodes.map((node) => node.start()));
      const all = lab.nodes.map((node) => node.nodeid);
      // one after the other: sixteen nodes asked at a time keep two cores from forming the cluster
      for (const nodeid of all)
        await lab.waitFor(nodeid, all, { quorate: conf.votequorum }, 30_000 + 5000 * conf.nodes);
      return lab;
    } catch (error) {
      await lab.down();
      throw error;
    }
  }

  /** The labs there are now, of whichever process. */
  static list(): Lab[] {
    return listStates().map((state) => new Lab(state));
  }

  /** The node with this nodeid. */
  node(nodeid: number): CorosyncNode {
    const node = this.nodes[nodeid - 1];
    if (node === undefined) throw new RangeError(`There is no node ${nodeid}; the lab has ${this.nodes.length}`);
    return node;
  }

  /** Splits the network; nodes in different groups hear nothing of each other on any link. */
  async partition(groups: readonly (readonly number[])[]): Promise<void> {
    regroup(this.#state, groups);
  }

  /** Undoes a partition. */
  async heal(): Promise<void> {
    await this.partition([this.nodes.map((node) => node.nodeid)]);
  }

  /** Pulls the node's cable on this link. */
  async linkDown(nodeid: number, link: number): Promise<void> {
    setCable(this.#state, nodeid, link, 'down');
  }

  /** Plugs it in again. */
  async linkUp(nodeid: number, link: number): Promise<void> {
    setCable(this.#state, nodeid, link, 'up');
  }

  freeze(nodeid: number): void {
    this.node(nodeid).freeze();
  }

  thaw(nodeid: number): void {
    this.node(nodeid).thaw();
  }

  /** Kills corosync with SIGKILL. */
  async kill(nodeid: number): Promise<void> {
    await this.node(nodeid).end('SIGKILL');
  }

  /** Stops corosync in order: it tells the others that it leaves. */
  async stop(nodeid: number): Promise<void> {
    await this.node(nodeid).end('SIGTERM');
  }

  async start(nodeid: number): Promise<void> {
    await this.node(nodeid).start();
  }

  /** Runs a command on a node to its end, or kills it after 10 s unless told otherwise. */
  async exec(
    nodeid: number,
    command: string,
    args: readonly string[] = [],
    options: Credentials & { timeoutMs?: number } = {},
  ): Promise<Result> {
    const { timeoutMs = 10_000, ...credentials } = options;
    // a session of its own, so that the timeout ends what the command started too
    const spawned = this.spawn(nodeid, command, args, {
      ...credentials,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    return run(spawned, timeoutMs);
  }

  /** Starts a command on a node that runs until it ends, is killed, or the lab goes down. */
  spawn(
    nodeid: number,
    command: string,
    args: readonly string[] = [],
    options: SpawnOptions & Credentials = {},
  ): ChildProcess {
    const child = this.node(nodeid).spawn(command, args, options);
    this.#children.add(child.once('exit', () => this.#children.delete(child)));
    return child;
  }

  /** Moves the calling thread into a node's network, where it can connect to that node's corosync; sockets stay where they were made. */
  enter(nodeid: number): void {
    const path = namespacePath(this.node(nodeid).namespace);
    this.leave();
    this.#leave = enterNamespace(path);
  }

  /** Moves the calling thread back. */
  leave(): void {
    this.#leave?.();
    this.#leave = undefined;
  }

  /** What a node says about its membership; undefined while it does not answer. */
  async membership(nodeid: number): Promise<Membership | undefined> {
    return readMembership(
      (command, args) => this.exec(nodeid, command, args, { timeoutMs: 2000 }),
      this.#state.votequorum,
    );
  }

  /** Waits until a node sees exactly these members and is quorate or not. */
  async waitFor(
    nodeid: number,
    members: readonly number[],
    { quorate }: { quorate: boolean },
    timeoutMs = 30_000,
  ): Promise<void> {
    await waitForMembership(`node${nodeid}`, () => this.membership(nodeid), { quorate, members }, timeoutMs);
  }

  /** Makes the lab outlive this process, until somebody takes it down. */
  disown(): void {
    keepAtExit(this.#state);
    this.#state = disown(this.#state);
  }

  /** Ends everything the lab started and removes what it made; may be called twice. */
  async down(): Promise<void> {
    this.leave();
    removeLab(this.#state);
    keepAtExit(this.#state);
    await until(() => this.#children.size === 0, 2000); // the killed children are reaped
  }
}
