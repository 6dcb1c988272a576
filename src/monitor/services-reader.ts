import type { Bindings, CfgApi, CmapApi, CpgApi } from '../corosync/bindings.ts';
import { type AreaName, type Areas, connectionsFor, type Pause, type Reads } from './areas.ts';
import { Connector, type Lane } from './connector.ts';
import { LinkWatch } from './link-watch.ts';
import type { MonitorOptions } from './options.ts';
import { readArea } from './read-area.ts';
import { ClientReader } from './read-clients.ts';
import { readGroups } from './read-groups.ts';
import { readLinks } from './read-links.ts';
import { readPauses } from './read-pauses.ts';
import { readStatistics, TotemStatistics } from './read-statistics.ts';
import { TrafficReader } from './read-traffic.ts';
import type { Cluster } from './snapshot.ts';

const SERVICES_PREFIX = 'runtime.services.';
const IPC_TYPE = 'system.qb_ipc_type';

/** What the services lane reads for a scrape: the areas that are asked for, on the connections that they need. */
export class ServicesReader {
  readonly #reads: Reads;
  readonly #trafficLimit: number;
  readonly #lane: Lane;
  readonly #cpg: Connector<CpgApi>;
  readonly #cmap: Connector<CmapApi>;
  readonly #stats: Connector<CmapApi>;
  readonly #cfg: Connector<CfgApi>;
  readonly #watch: LinkWatch;
  readonly #totem = new TotemStatistics();
  readonly #clients = new ClientReader();
  readonly #traffic = new TrafficReader();
  #serviceKeys: readonly string[] | undefined;
  /** The newest scheduling pause that was told. */
  #lastPause: Pause | undefined;
  /** Undefined until the configuration was read. */
  cluster: Cluster | undefined;
  /** In milliseconds; undefined until it was read. */
  longestForming: number | undefined;

  /** `cpg` and `cmap` are opened, drained and closed by the lane itself. */
  constructor(
    bindings: Bindings,
    { reads, trafficLimit, dispatchInterval }: MonitorOptions,
    lane: Lane,
    cpg: Connector<CpgApi>,
    cmap: Connector<CmapApi>,
  ) {
    this.#reads = reads;
    this.#trafficLimit = trafficLimit;
    this.#lane = lane;
    this.#cpg = cpg;
    this.#cmap = cmap;
    this.#stats = new Connector('cmap_stats', bindings.cmap_stats, lane, () => this.#openedStats());
    this.#watch = new LinkWatch(dispatchInterval);
    this.#cfg = new Connector('cfg', bindings.cfg, lane, () => this.#openedCfg());
  }

  /** Connects what is needed and is not connected. */
  open(): void {
    for (const connector of this.#needed) connector.open();
  }

  /** Another corosync may have other services. */
  openedCmap(): void {
    this.#serviceKeys = undefined;
  }

  /** Nothing is due here; a drain finds out whether the connections are still good. */
  drain(): void {
    this.#stats.drain();
    this.#cfg.drain();
  }

  /** Tells which links went up or down since the last look. */
  watch(): void {
    const { cluster } = this;
    if (cluster === undefined) return;
    const changes = this.#cfg.call((cfg) => this.#watch.look(cfg, cluster, this.#lane.now()));
    for (const change of changes ?? []) this.#lane.post(change);
  }

  read(): void {
    this.#stats.tellDispatches();
    this.#cfg.tellDispatches();
    const { cluster } = this;
    this.#area('links', (fields) =>
      cluster === undefined || !(this.#cfg.connected || this.#stats.connected)
        ? undefined
        : this.#withBoth((cfg, stats) => readLinks(cfg, stats, cluster, fields)),
    );
    this.#area('statistics', (keys) =>
      this.#stats.read((stats) => this.#totem.read(stats, keys, this.#lane.now(), this.longestForming)),
    );
    this.#area('pauses', () => this.#stats.read((stats) => this.#readPauses(stats)));
    this.#area('groups', () => this.#readGroups());
    this.#area('clients', (fields) => this.#stats.read((stats) => this.#clients.read(stats, fields)));
    this.#area('traffic', (fields) =>
      this.#stats.read((stats) => cluster && this.#traffic.read(stats, cluster, fields, this.#trafficLimit)),
    );
    this.#area('services', () => this.#cmap.read((cmap) => this.#readServices(cmap)));
  }

  /** Milliseconds until there is a connection to be made. */
  get retryIn(): number | undefined {
    const waits = this.#needed.map(({ retryIn }) => retryIn).filter((wait) => wait !== undefined);
    return waits.length === 0 ? undefined : Math.min(...waits);
  }

  close(): void {
    this.#cfg.close();
    this.#stats.close();
  }

  get #needed(): readonly { open(): void; readonly retryIn: number | undefined }[] {
    const { cfg, stats } = connectionsFor(this.#reads);
    return [...(cfg ? [this.#cfg] : []), ...(stats ? [this.#stats] : [])];
  }

  #area<Name extends AreaName>(name: Name, read: (names: readonly string[]) => Areas[Name] | undefined): void {
    readArea(this.#lane, this.#reads, name, read);
  }

  /** With knet either connection has the state of the links; only one of them may be there. */
  #withBoth<T>(calls: (cfg: CfgApi | undefined, stats: CmapApi | undefined) => T): T | undefined {
    if (!this.#cfg.connected) return this.#stats.read((stats) => calls(undefined, stats));
    return this.#cfg.read((cfg) =>
      this.#stats.connected ? this.#stats.read((stats) => calls(cfg, stats)) : calls(cfg, undefined),
    );
  }

  #openedCfg(): Record<string, never> {
    this.#watch.reset();
    return {};
  }

  #openedStats(): Record<string, never> {
    this.#totem.reset();
    this.#clients.reset();
    this.#traffic.reset();
    return {};
  }

  /**
   * cpg_iteration_next(3) never comes back if corosync ends the connection meanwhile. When corosync stops it ends one
   * service each time it looks for requests, and that of cmap before that of cpg: a stop that has begun shows there.
   * With messages over sockets not even the end of the connection would be noticed.
   */
  #readGroups(): Areas['groups'] | undefined {
    const transport = this.#cmap.read((cmap) => cmap.get(IPC_TYPE) ?? 'native');
    if (transport === undefined) return undefined;
    if (transport === 'socket') throw new Error(`${IPC_TYPE} is socket: to list the groups could hang for ever`);
    return this.#cpg.read(readGroups);
  }

  #readPauses(stats: CmapApi): Areas['pauses'] {
    const pauses = readPauses(stats, this.#lastPause);
    this.#lastPause = pauses[0] ?? this.#lastPause;
    return pauses;
  }

  #readServices(cmap: CmapApi): Areas['services'] {
    this.#serviceKeys ??= cmap.keys(SERVICES_PREFIX).filter((key) => /\.[tr]x$/.test(key));
    return readStatistics(cmap, this.#serviceKeys);
  }
}
