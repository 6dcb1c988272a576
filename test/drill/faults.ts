import { clusterFaults } from './faults-of-clusters.ts';
import { linkFaults } from './faults-of-links.ts';
import { nodeFaults } from './faults-of-nodes.ts';
import { qdeviceFaults } from './faults-of-qdevices.ts';
import { silences } from './silences.ts';
import type { Site, SiteName } from './site.ts';

/** Something that happens to a cluster, and what it is to lead to. An alert is its name and what tells it from others of that name: `node=`, `link=`, `group=`. */
export interface Fault {
  readonly name: string;
  /** What happens, as the report says it. */
  readonly what: string;
  readonly site: SiteName;
  /** What is to arrive: no more and no less. */
  readonly expected: readonly string[];
  /** What may arrive as well, and why. */
  readonly may?: readonly string[];
  /** What may arrive after healing: facts that are true only then. */
  readonly afterwards?: readonly string[];
  /** How many seconds of the fault are watched at least, unscaled; the default spans a `for` of a minute. */
  readonly watch?: number;
  /** How much time may be scaled at most, where corosync's own times count, which do not scale. */
  readonly mostScale?: number;
  /** Before the monitoring starts. */
  prepare?(site: Site): Promise<void>;
  /** Under the monitoring, before the fault; alerts of it are expected ones too. */
  before?(site: Site, scale: number): Promise<void>;
  inject(site: Site): Promise<unknown>;
  heal(site: Site): Promise<unknown>;
  /** After everything is resolved. */
  restore?(site: Site): Promise<void>;
}

/** In an order in which no fault disturbs the next. */
export const faults: readonly Fault[] = [...clusterFaults, ...nodeFaults, ...linkFaults, ...silences, ...qdeviceFaults];
