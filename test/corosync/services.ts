import { Cfg, Cmap, CmapMap, Cpg, Quorum, Votequorum } from '../../src/corosync/index.ts';

/** Four services by their names. */
export const services = { quorum: Quorum, cpg: Cpg, cmap: Cmap, votequorum: Votequorum } as const;

/** All that the bindings connect to: the other map and cfg as well. */
export const everyService = {
  ...services,
  cmap_stats: { load: Cmap.load, connect: () => Cmap.connect(CmapMap.CMAP_MAP_STATS) },
  cfg: Cfg,
} as const;
