import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** What the exporter holds at a moment; bytes where nothing else is said. */
export interface Holding {
  /** In unix seconds. */
  readonly time: number;
  /** Grows also when another Node.js on the machine ends, with which its code was shared. */
  readonly pss: number;
  readonly rss: number;
  /** Of rss, what is the process' own: heaps and stacks. The kernel cannot drop it, as it can pages of files. */
  readonly anonymous: number;
  /** Of rss, pages of the rings that libqb shares with corosync. */
  readonly shared: number;
  readonly descriptors: number;
  readonly threads: number;
  /** koffi's callback slots in use, in all threads. */
  readonly slots: number;
  /** JavaScript heap in use, in all threads: now, and right after V8's last full collections. */
  readonly heap: number;
  readonly heapAfterCollection: number;
  /** Folders of its connections in /dev/shm: with the corosync that runs, and left by earlier ones. */
  readonly shm: number;
  readonly shmBytes: number;
  readonly shmLeft: number;
  /** Lines of /proc/PID/maps with files of libqb. */
  readonly mapped: number;
}

/** Measures the process; `corosync` is the pid of the daemon that it talks to, if there is one. */
export function holding(pid: number, corosync: number | undefined, probes: string): Holding {
  const inside = readdirSync(probes).flatMap((name) => parsed(join(probes, name)));
  const sum = (what: 'used' | 'afterCollection') => inside.reduce((total, one) => total + one[what], 0);
  const folders = sharedMemory(pid);
  const live = folders.filter(({ server }) => server === corosync);
  const sizes = ['smaps_rollup', 'status'].map((name) => readFileSync(`/proc/${pid}/${name}`, 'utf8')).join('');
  const bytes = (name: string) => 1024 * Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(sizes)?.[1]);
  return {
    time: Date.now() / 1000,
    pss: bytes('Pss'),
    rss: bytes('Rss'),
    anonymous: bytes('Anonymous'),
    shared: bytes('RssShmem'),
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
    threads: readdirSync(`/proc/${pid}/task`).length,
    slots: Math.max(0, ...inside.map(({ slots }) => slots)), // koffi counts for the process, in each thread
    heap: sum('used'),
    heapAfterCollection: sum('afterCollection'),
    shm: live.length,
    shmBytes: live.reduce((total, { path }) => total + bytesIn(path), 0),
    shmLeft: folders.length - live.length,
    mapped: (readFileSync(`/proc/${pid}/maps`, 'utf8').match(/\/dev\/shm\/qb-/g) ?? []).length,
  };
}

/** libqb's folders of the connections of a client; it names them qb-<server pid>-<client pid>-… */
export function sharedMemory(client: number): { path: string; server: number }[] {
  return readdirSync('/dev/shm').flatMap((name) => {
    const [, server, of] = /^qb-(\d+)-(\d+)-/.exec(name) ?? [];
    return Number(of) === client ? [{ path: join('/dev/shm', name), server: Number(server) }] : [];
  });
}

/** Of what growth is reckoned. */
export const growing = ['rss', 'anonymous', 'heapAfterCollection'] as const;
export type Growing = (typeof growing)[number];

/** Growth an hour of a figure by least squares over the median of each window: what V8 has not yet collected comes and goes. */
export function growthPerHour(samples: readonly Holding[], what: Growing, window: number): number | undefined {
  const begin = samples[0]?.time ?? 0;
  const windows = new Map<number, Holding[]>();
  for (const sample of samples) {
    const number = Math.floor((sample.time - begin) / window);
    windows.set(number, [...(windows.get(number) ?? []), sample]);
  }
  const points = [...windows.values()].flatMap((held) => {
    const sorted = held.toSorted((a, b) => a[what] - b[what]);
    return sorted[sorted.length >> 1] ?? [];
  });
  if (points.length < 3) return undefined;
  const mean = (values: number[]) => values.reduce((total, value) => total + value, 0) / values.length;
  const [x, y] = [mean(points.map(({ time }) => time)), mean(points.map((point) => point[what]))];
  const spread = points.reduce((total, { time }) => total + (time - x) ** 2, 0);
  return (3600 * points.reduce((total, point) => total + (point.time - x) * (point[what] - y), 0)) / spread;
}

interface Inside {
  readonly slots: number;
  readonly used: number;
  readonly afterCollection: number;
}

/** Nothing while the file is being written. */
function parsed(path: string): Inside[] {
  try {
    return [JSON.parse(readFileSync(path, 'utf8'))];
  } catch {
    return [];
  }
}

function bytesIn(folder: string): number {
  try {
    return readdirSync(folder).reduce((total, name) => total + 512 * statSync(join(folder, name)).blocks, 0);
  } catch {
    return 0; // the connection ended meanwhile
  }
}
