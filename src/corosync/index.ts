import type { Bindings } from './bindings.ts';
import { Cfg } from './cfg.ts';
import { Cmap, CmapMap } from './cmap.ts';
import { Cpg } from './cpg.ts';
import { returnLargeBlocks } from './libc.ts';
import { Quorum } from './quorum.ts';
import { Votequorum } from './votequorum.ts';

export { Cfg } from './cfg.ts';
export { Cmap, CmapMap } from './cmap.ts';
export { Cpg, type CpgOptions } from './cpg.ts';
export { CorosyncError, CsError, type CsErrorName, csErrorName } from './cs-error.ts';
export { LibraryError } from './library.ts';
export { Quorum } from './quorum.ts';
export * from './types.ts';
export { Votequorum } from './votequorum.ts';

/** The real libraries, as the monitor's lanes use them: in a process that lives through many restarts of corosync. */
export function createBindings(): Bindings {
  returnLargeBlocks();
  return {
    simulated: false,
    quorum: { load: Quorum.load, connect: () => Quorum.connect() },
    cpg: { load: Cpg.load, connect: () => Cpg.connect() },
    cmap: { load: Cmap.load, connect: () => Cmap.connect() },
    cmap_stats: { load: Cmap.load, connect: () => Cmap.connect(CmapMap.CMAP_MAP_STATS) },
    cfg: { load: Cfg.load, connect: () => Cfg.connect() },
    votequorum: { load: Votequorum.load, connect: () => Votequorum.connect() },
  };
}
