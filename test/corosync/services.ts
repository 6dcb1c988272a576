import { Cmap, Cpg, Quorum, Votequorum } from '../../src/corosync/index.ts';

/** The four services by their names. */
export const services = { quorum: Quorum, cpg: Cpg, cmap: Cmap, votequorum: Votequorum } as const;
