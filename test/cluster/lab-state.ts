import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { removeLab } from './leftovers.ts';
import { identify, isRunning, type ProcessId } from './processes.ts';

/** What any process must know to work on a lab; kept in the lab's folder. */
export interface LabState {
  readonly id: string;
  readonly name: string;
  readonly folder: string;
  readonly nodes: number;
  readonly links: number;
  readonly votequorum: boolean;
  /** The process whose end is also the lab's; a lab of the command line has none. */
  readonly owner?: ProcessId;
}

const prefix = 'corosync-lab-';

/** Makes the folder of a new lab, owned by this process, with its state in it. */
export function createState(
  options: Pick<LabState, 'nodes' | 'links' | 'votequorum'> & { name: string | undefined },
): LabState {
  const { nodes, links, votequorum, name } = options;
  const owner = identify(process.pid);
  if (owner === undefined) throw new Error('/proc is not mounted');
  const id = randomBytes(4).toString('hex');
  const folder = mkdtempSync(join(tmpdir(), prefix));
  const state = { id, name: name ?? id, folder, nodes, links, votequorum, owner };
  writeState(state);
  return state;
}

/** Lets the lab outlive this process. */
export function disown({ owner: _, ...state }: LabState): LabState {
  writeState(state);
  return state;
}

/** All labs of this machine. */
export function listStates(): LabState[] {
  return labFolders()
    .map(readState)
    .filter((state) => state !== undefined);
}

/** Removes the labs whose owner was killed before it could do so. */
export function sweepOrphans(): void {
  for (const state of listStates()) {
    if (state.owner !== undefined && !isRunning(state.owner)) removeLab(state);
  }
  for (const folder of labFolders()) {
    if (readState(folder) === undefined && isOld(folder)) rmSync(folder, { recursive: true, force: true });
  }
}

function labFolders(): string[] {
  const entries = readdirSync(tmpdir()).filter((entry) => entry.startsWith(prefix));
  return entries.map((entry) => join(tmpdir(), entry));
}

function readState(folder: string): LabState | undefined {
  try {
    const state: LabState = JSON.parse(readFileSync(join(folder, 'lab.json'), 'utf8'));
    return basename(state.folder) === basename(folder) ? state : undefined;
  } catch {
    return undefined; // being made or removed right now
  }
}

function writeState(state: LabState): void {
  const file = join(state.folder, 'lab.json');
  writeFileSync(`${file}.new`, JSON.stringify(state, null, 2));
  renameSync(`${file}.new`, file); // another process never reads half of it
}

function isOld(folder: string): boolean {
  const written = statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
  return Date.now() - written > 60_000;
}
