import { clusterCollector } from './cluster.ts';
import { cpgCollector } from './cpg.ts';
import { healthCollector } from './health.ts';
import { membershipCollector } from './membership.ts';
import type { Collector } from './metric.ts';
import { processCollector, processMemoryCollector } from './process.ts';
import { quorumCollector } from './quorum.ts';

/** Every collector, in the order of the exposition. */
export const collectors: readonly Collector[] = [
  healthCollector,
  quorumCollector,
  membershipCollector,
  clusterCollector,
  cpgCollector,
  processCollector,
  processMemoryCollector,
];
