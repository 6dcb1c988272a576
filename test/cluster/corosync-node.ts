import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ConfOptions, corosyncConf } from './corosync-conf.ts';
import { recordPid } from './leftovers.ts';
import { nodeNamespace } from './network.ts';
import {
  commandName,
  identify,
  isRunning,
  isStopped,
  labMark,
  type ProcessId,
  read,
  signal,
  until,
  untilBlocking,
} from './processes.ts';

/** Whom a command runs as; what is left out stays root, and corosync lets in who has uid 0 or gid 0. */
export interface Credentials {
  uid?: number;
  gid?: number;
}

/** One node of a lab: its files and its corosync. What it knows is on disk, so other processes see the same. */
export class CorosyncNode {
  readonly nodeid: number;
  readonly name: string;
  readonly namespace: string;
  readonly runDir: string;
  readonly configFile: string;
  readonly logFile: string;
  readonly #labId: string;
  readonly #labFolder: string;
  readonly #folder: string;

  constructor(lab: { id: string; folder: string }, nodeid: number) {
    this.nodeid = nodeid;
    this.name = `node${nodeid}`;
    this.namespace = nodeNamespace(lab.id, nodeid);
    this.#labId = lab.id;
    this.#labFolder = lab.folder;
    this.#folder = join(lab.folder, this.name);
    this.runDir = join(this.#folder, 'run');
    this.configFile = join(this.#folder, 'etc', 'corosync.conf');
    this.logFile = join(this.#folder, 'corosync.log');
  }

  /** The pid of the running corosync; undefined when there is none. */
  get pid(): number | undefined {
    const recorded = this.#recorded();
    return recorded && isRunning(recorded) ? recorded.pid : undefined;
  }

  get isFrozen(): boolean {
    return this.pid !== undefined && isStopped(this.pid);
  }

  /** Writes the node's files. */
  prepare(options: ConfOptions): void {
    const stateDir = join(this.#folder, 'state');
    // what systemd's RuntimeDirectory= would make for the daemons
    const runDirs = ['corosync', 'corosync-qdevice', 'corosync-qnetd', 'lock'].map((name) => join(this.runDir, name));
    for (const folder of [stateDir, join(this.#folder, 'etc', 'uidgid.d'), ...runDirs])
      mkdirSync(folder, { recursive: true });
    writeFileSync(this.configFile, corosyncConf(options, { stateDir, logFile: this.logFile }));
  }

  /** Starts corosync and waits until it takes clients. */
  async start(): Promise<void> {
    if (this.pid !== undefined) throw new Error(`${this.name} is running already`);
    const output = openSync(this.logFile, 'a');
    const child = this.spawn('corosync', ['-f'], { stdio: ['ignore', output, output], detached: true });
    closeSync(output);
    const started = child.pid === undefined ? undefined : identify(child.pid);
    if (started === undefined) throw new Error(`${this.name}: corosync did not start`);
    writeFileSync(this.#processFile, `${started.pid} ${started.startTime}`);
    child.unref();
    const settled = await until(() => !isRunning(started) || takesClients(started.pid), 20_000);
    if (!settled || !isRunning(started)) throw new Error(`${this.name}: corosync did not start:\n${this.#logTail()}`);
  }

  /** Ends corosync with this signal and waits until it is gone. */
  async end(name: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const recorded = this.#recorded();
    if (recorded === undefined || !isRunning(recorded)) return;
    signal(recorded.pid, name);
    if (!(await until(() => !isRunning(recorded), 15_000))) throw new Error(`${this.name}: corosync outlived ${name}`);
  }

  /** Stops corosync where it stands, as SIGSTOP does. */
  freeze(): void {
    const pid = this.#requirePid();
    signal(pid, 'SIGSTOP');
    untilBlocking(() => isStopped(pid), 1000);
  }

  /** Lets a frozen corosync run on. */
  thaw(): void {
    signal(this.#requirePid(), 'SIGCONT');
  }

  /** Starts a command in the node's namespaces; every step execs the next, so the child's pid is the command's. */
  spawn(
    command: string,
    args: readonly string[],
    { uid, gid, ...options }: SpawnOptions & Credentials = {},
  ): ChildProcess {
    const as = [...(uid === undefined ? [] : [`--reuid=${uid}`]), ...(gid === undefined ? [] : [`--regid=${gid}`])];
    const setpriv = as.length === 0 ? [] : ['setpriv', ...as, '--clear-groups', '--'];
    // `ip netns exec` brings a mount namespace of its own, in which these folders hide the machine's
    const mounts = 'mount --bind "$1" /run && mount --bind "$2" /etc/corosync && shift 2 && exec "$@"';
    const chain = ['netns', 'exec', this.namespace, 'sh', '-c', mounts, 'lab', this.runDir, join(this.#folder, 'etc')];
    const env = { ...(options.env ?? process.env), [labMark]: this.#labId };
    const child = spawn('ip', [...chain, ...setpriv, command, ...args], { ...options, env });
    if (child.pid !== undefined) recordPid(this.#labFolder, child.pid);
    return child;
  }

  get #processFile(): string {
    return join(this.#folder, 'process');
  }

  #recorded(): ProcessId | undefined {
    try {
      const [pid, startTime] = readFileSync(this.#processFile, 'utf8').split(' ');
      return pid && startTime ? { pid: Number(pid), startTime } : undefined;
    } catch {
      return undefined; // never started
    }
  }

  #requirePid(): number {
    if (this.pid === undefined) throw new Error(`${this.name} is not running`);
    return this.pid;
  }

  #logTail(): string {
    return readFileSync(this.logFile, 'utf8').trim().split('\n').slice(-8).join('\n');
  }
}

// its sockets are abstract and listed per network namespace; until the name is corosync's, the chain may still be outside
function takesClients(pid: number): boolean {
  return commandName(pid) === 'corosync' && read(`/proc/${pid}/net/unix`).includes('@quorum');
}
