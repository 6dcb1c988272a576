import { configurationFaults } from './configuration.ts';
import { corosyncFaults } from './corosync.ts';
import { exporterFaults } from './exporter.ts';
import type { Fault } from './fault.ts';
import { limitFaults } from './limits.ts';
import { edgeFaults, numberFaults, toTheEdge } from './numbers.ts';
import { Site } from './site.ts';

/** A cluster, and the faults that are tried on it. */
export interface Cluster {
  readonly name: string;
  /** In an order in which none disturbs the next. */
  readonly faults: readonly Fault[];
  up(): Promise<Site>;
}

/** All clusters with all faults. */
export const clusters: readonly Cluster[] = [
  {
    name: 'four nodes with two links',
    faults: [...corosyncFaults, ...limitFaults, ...exporterFaults, ...numberFaults, ...configurationFaults],
    up: () => Site.up({ nodes: 4, links: 2 }),
  },
  {
    name: 'three nodes with large numbers',
    faults: edgeFaults,
    up: () => Site.up({ nodes: 3, transport: 'udpu' }, toTheEdge),
  },
];
