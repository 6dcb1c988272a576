import type { Bindings, Service } from '../corosync/bindings.ts';
import { SimulatedCfg } from './cfg.ts';
import { SimulatedCmap } from './cmap.ts';
import { configuration } from './configuration.ts';
import type { Site } from './connection.ts';
import { SimulatedCpg } from './cpg.ts';
import { SimulatedQuorum } from './quorum.ts';
import { nodeids } from './script.ts';
import { statistics } from './statistics.ts';
import { SimulatedVotequorum } from './votequorum.ts';

/** Which node's corosync to simulate, and when, in unix milliseconds, its cluster started: all must be told the same. */
export interface Simulation {
  readonly nodeid: number;
  readonly startedAt: number;
}

/** A simulated cluster in the place of corosync. */
export function createBindings(simulation: Simulation, now: () => number = Date.now): Bindings {
  const { nodeid, startedAt } = simulation;
  if (!nodeids.includes(nodeid)) {
    throw new RangeError(`The simulated cluster has the nodes ${nodeids.join(', ')}, not ${nodeid}`);
  }
  const site: Site = { nodeid, startedAt, now };
  return {
    simulated: true,
    quorum: service(['quorum_model_v1'], () => new SimulatedQuorum(site)),
    cpg: service([], () => new SimulatedCpg(site)),
    cmap: service(['stats_map'], () => new SimulatedCmap(site, configuration)),
    cmap_stats: service(['stats_map'], () => new SimulatedCmap(site, statistics)),
    cfg: service(['node_status_v1'], () => new SimulatedCfg(site)),
    votequorum: service([], () => new SimulatedVotequorum(site)),
  };
}

function service<Api>(features: readonly string[], connect: () => Api): Service<Api> {
  return { load: () => ({ soname: 'simulated', features }), connect };
}
