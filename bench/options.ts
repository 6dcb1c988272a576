/** One cluster to measure on. */
export interface Cell {
  readonly nodes: number;
  readonly links: number;
}

/** What a run is made of. */
export interface Options {
  readonly cells: readonly Cell[];
  /** Turns of each contestant. */
  readonly rounds: number;
  /** How long to watch what is not scraped. */
  readonly idleSeconds: number;
  /** Write docs/benchmark.md and docs/benchmark.svg. */
  readonly write: boolean;
  /** A folder for the CPU profiles; undefined: none are taken. */
  readonly profiles: string | undefined;
}

/** The clusters of a full run; the last tells what a link costs. */
const allCells = '3,8,16,8x4';

/** Reads BENCH_NODES (such as `3,8x4`: 8 nodes with 4 links), BENCH_ROUNDS, BENCH_IDLE, BENCH_WRITE and BENCH_PROFILES. */
export function readOptions(env: NodeJS.ProcessEnv): Options {
  const full = env.BENCH_NODES === undefined && env.BENCH_ROUNDS === undefined && env.BENCH_IDLE === undefined;
  return {
    cells: (env.BENCH_NODES ?? allCells).split(',').map(cell),
    rounds: wholeNumber('BENCH_ROUNDS', env.BENCH_ROUNDS ?? '300'),
    idleSeconds: wholeNumber('BENCH_IDLE', env.BENCH_IDLE ?? '60'),
    write: env.BENCH_WRITE === undefined ? full : env.BENCH_WRITE === '1',
    profiles: env.BENCH_PROFILES,
  };
}

function cell(text: string): Cell {
  const [nodes, links = '2'] = text.split('x');
  return { nodes: wholeNumber('BENCH_NODES', nodes), links: wholeNumber('BENCH_NODES', links) };
}

function wholeNumber(name: string, text: string | undefined): number {
  if (text === undefined || !/^\d+$/.test(text)) throw new Error(`${name} is not made of whole numbers`);
  return Number(text);
}
