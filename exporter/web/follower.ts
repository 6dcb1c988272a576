import type { ConfigError } from '../config-error.ts';
import type { Log } from '../log.ts';
import { type FilesState, filesState } from './file-state.ts';
import { tryWebSettings, type WebReading, type WebSettings } from './settings.ts';

/** Files that changed so recently may still be being written, or their pair still be missing: in milliseconds. */
const settleTime = 200;
/** Reasons not to read a file that pass without a change of it. */
const passing = ['EAGAIN', 'EBUSY', 'EIO', 'EMFILE', 'ENFILE', 'ENOMEM', 'ESTALE'];
/** Then it is read again after so many milliseconds. */
const retryAfter = 5_000;

/** The settings of a web configuration file as they are now; a change that cannot be used leaves the last good ones. */
export class WebSettingsFollower {
  readonly #file: string;
  readonly #log: Log;
  readonly #attempt: () => WebReading;
  #settings: WebSettings;
  #files: readonly string[];
  /** The state of the files that was read last. */
  #read: FilesState;
  /** A newer state, and when it was first seen. */
  #seen: { readonly text: string; readonly at: number } | undefined;
  /** Why the files as they are now cannot be used. */
  #problem: string | undefined;
  /** When to read the files again as they are. */
  #retryAt = Number.POSITIVE_INFINITY;

  /** Reads the file; a mistake in it is a ConfigError here, and only here. */
  constructor(file: string, log: Log, read = tryWebSettings) {
    this.#file = file;
    this.#log = log;
    this.#attempt = () => read(file);
    const { reading, state } = readWithState(this.#attempt, [file]);
    if (reading.settings === undefined) throw reading.error;
    this.#settings = reading.settings;
    this.#files = reading.files;
    this.#read = state;
  }

  /** The settings to use for what comes next. */
  current(): WebSettings {
    const state = filesState(this.#files);
    if (state.text === this.#read.text && performance.now() < this.#retryAt) this.#seen = undefined;
    else if (this.#isSettled(state)) this.#readAgain();
    return this.#settings;
  }

  #isSettled(state: FilesState): boolean {
    const now = Date.now();
    if (now - state.changedAt >= settleTime) return true;
    // Where the clock was set back, or a file went away, waiting says the same.
    if (this.#seen?.text !== state.text) this.#seen = { text: state.text, at: performance.now() };
    return performance.now() - this.#seen.at >= settleTime;
  }

  #readAgain(): void {
    const { reading, state } = readWithState(this.#attempt, this.#files);
    // Written while it was read: half of it may be missing.
    if (filesState(reading.files).text !== state.text) return;
    this.#retryAt = isPassing(reading.error) ? performance.now() + retryAfter : Number.POSITIVE_INFINITY;
    this.#files = reading.files;
    this.#read = state;
    this.#seen = undefined;
    const { settings } = reading;
    const problem = settings === undefined ? reading.error?.message : this.#refusal(settings, reading.empty);
    if (problem !== undefined) return this.#keep(problem);
    if (settings === undefined) return;
    this.#settings = settings;
    this.#problem = undefined;
    this.#log.info('Web configuration read again', { web_config_file: this.#file, users: settings.users.size });
  }

  /** What a running server does not follow: that would open it to everybody, or needs another kind of server. */
  #refusal(settings: WebSettings, empty: boolean): string | undefined {
    if (empty) return `${this.#file}:1: the file is empty; write {} if nothing is wanted`;
    if ((settings.tls === undefined) === (this.#settings.tls === undefined)) return undefined;
    return `${this.#file}:1: tls_server_config was ${settings.tls ? 'added' : 'removed'}; restart the exporter for that`;
  }

  #keep(problem: string): void {
    if (problem === this.#problem) return;
    this.#problem = problem;
    this.#log.warn('Web configuration cannot be used, the last good one stays', { err: problem });
  }
}

/** Reads, with the state from before it: what changes meanwhile is then seen as newer. */
function readWithState(
  attempt: () => WebReading,
  files: readonly string[],
): { reading: WebReading; state: FilesState } {
  const state = filesState(files);
  const reading = attempt();
  // One that could not be read far enough names no files: those known before are still looked at.
  const named = reading.settings ? reading.files : [...new Set([...reading.files, ...files])];
  if (named.join('\0') === files.join('\0')) return { reading: { ...reading, files: named }, state };
  return readWithState(attempt, named);
}

function isPassing(error: ConfigError | undefined): boolean {
  return passing.includes((error?.cause as NodeJS.ErrnoException | undefined)?.code ?? '');
}
