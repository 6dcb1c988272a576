import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** [what, milliseconds of the machine's monotonic clock, which] */
type Note = readonly [what: string, at: number, which?: { readonly calls: number; readonly milliseconds: number }];
interface ThreadTrace {
  readonly tid: number;
  readonly notes: readonly Note[];
}

/** A stretch of a lane's thread that belongs to one scrape; milliseconds. */
interface Stretch {
  readonly begin: number;
  readonly end: number;
  readonly native: { readonly calls: number; readonly milliseconds: number };
}

/** Where one scrape's time went, in seconds; the parts up to `send` follow each other. */
export interface ScrapeTrace {
  /** From the request's head to asking the lanes: Node's HTTP, express. */
  readonly ask: number;
  /** Until the last lane has been woken and has said its last word. */
  readonly lanes: number;
  /** Until the main thread has heard all of that. */
  readonly hear: number;
  /** Until the samples are registered: assembling the snapshot, the collectors. */
  readonly collect: number;
  /** prom-client's text. */
  readonly text: number;
  /** Compressing and sending. */
  readonly send: number;
  /** All of the above. */
  readonly total: number;
  /** The busy time of each lane, and how much of it was in calls into libraries if those were timed. */
  readonly services: Busy;
  readonly votequorum: Busy;
}

export interface Busy {
  readonly seconds: number;
  readonly nativeSeconds: number;
  readonly calls: number;
}

/** The traced threads, by thread id. */
export function threadNames(folder: string): Map<number, string> {
  const { main, services, votequorum } = readThreads(folder);
  return new Map([
    [main.tid, 'main'],
    [services.tid, 'lane services'],
    [votequorum.tid, 'lane votequorum'],
  ]);
}

/** What trace-scrape.mjs has written about the last `count` scrapes. */
export function readTrace(folder: string, count: number): ScrapeTrace[] {
  const threads = readThreads(folder);
  const scrapes = splitAt(threads.main.notes, 'request').slice(-count);
  const [services, votequorum] = [stretches(threads.services.notes), stretches(threads.votequorum.notes)];
  return scrapes.flatMap((notes) => {
    const found = scrapeTrace(notes, services, votequorum);
    return found === undefined ? [] : [found];
  });
}

function readThreads(folder: string): Record<'main' | 'services' | 'votequorum', ThreadTrace> {
  const read = (name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as ThreadTrace;
  const lanes = readdirSync(folder).filter((name) => name.startsWith('lane-'));
  // The one that is busy for longer is that of the services.
  const [services, votequorum] = lanes.map(read).sort((a, b) => busyTime(b) - busyTime(a));
  if (services === undefined || votequorum === undefined) throw new Error(`${folder} lacks the trace of a lane`);
  return { main: read('main.json'), services, votequorum };
}

function scrapeTrace(
  notes: readonly Note[],
  services: readonly Stretch[],
  votequorum: readonly Stretch[],
): ScrapeTrace | undefined {
  const first = (what: string) => notes.find(([each]) => each === what)?.[1] ?? Number.NaN;
  const last = (what: string) => notes.findLast(([each]) => each === what)?.[1] ?? Number.NaN;
  const [request, ask, answered] = [first('request'), first('ask'), last('answered')];
  const within = ({ begin, end }: Stretch) => begin >= ask && end <= answered;
  const [one, other] = [services.find(within), votequorum.find(within)];
  if (one === undefined || other === undefined) return undefined;
  const end = Math.max(one.end, other.end);
  const points = [request, ask, end, answered, first('text'), last('texted'), last('finish')];
  const [toAsk = 0, lanes = 0, hear = 0, collect = 0, text = 0, send = 0] = points
    .slice(1)
    .map((point, index) => (point - (points[index] ?? 0)) / 1000);
  const total = (last('finish') - request) / 1000;
  return { ask: toAsk, lanes, hear, collect, text, send, total, services: busy(one), votequorum: busy(other) };
}

function busy({ begin, end, native }: Stretch): Busy {
  return { seconds: (end - begin) / 1000, nativeSeconds: native.milliseconds / 1000, calls: native.calls };
}

function stretches(notes: readonly Note[]): Stretch[] {
  return splitAt(notes, 'begin').flatMap(([begin, end]) =>
    begin === undefined || end === undefined
      ? []
      : [{ begin: begin[1], end: end[1], native: end[2] ?? { calls: 0, milliseconds: 0 } }],
  );
}

function busyTime({ notes }: ThreadTrace): number {
  return stretches(notes).reduce((sum, { begin, end }) => sum + end - begin, 0);
}

function splitAt(notes: readonly Note[], what: string): Note[][] {
  const parts: Note[][] = [];
  for (const note of notes) {
    if (note[0] === what) parts.push([]);
    parts.at(-1)?.push(note);
  }
  return parts;
}
