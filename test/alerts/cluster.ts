/** Values of one series in promtool's notation: one a scrape, from the first on; `_` is none, `stale` its end. */
export type Values = string;

/** How long a story is, in scrapes of 15 s. */
export const scrapes = 240;

/** The series of one exporter by name and labels, without `job` and `instance`. */
type Series = Map<string, Values>;

/** What Prometheus has of a cluster whose exporters it scrapes every 15 s: all well until it is told otherwise. */
export class Cluster {
  readonly name: string;
  readonly #instances: string;
  readonly #nodes: readonly number[];
  readonly #series = new Map<number, Series>();
  readonly #target: string;

  /** `target`: labels of the targets, such as `cluster="a"`. */
  constructor(name = 'lab', { nodes = 3, target = '', instances = name } = {}) {
    this.name = name;
    this.#instances = instances;
    this.#nodes = Array.from({ length: nodes }, (_, i) => i + 1);
    this.#target = target;
    for (const node of this.#nodes) this.#series.set(node, this.#healthy(node));
  }

  get nodes(): readonly number[] {
    return this.#nodes;
  }

  /** Changes series of one node, all that start with `series`, from scrape number `from` to before `until`. */
  set(node: number, series: string, value: number | string, from: number, until: number = scrapes): this {
    const own = this.#of(node);
    const names = [...own.keys()].filter((name) => name === series || name.startsWith(`${series}{`));
    if (names.length === 0) names.push(series);
    for (const name of names) own.set(name, overlay(own.get(name), String(value), from, until));
    return this;
  }

  /** The same on all nodes. */
  setAll(series: string, value: number | string, from: number, until: number = scrapes): this {
    for (const node of this.#nodes) this.set(node, series, value, from, until);
    return this;
  }

  /** A series that grows by `step` a scrape from scrape number `from` on, from 0. */
  grow(node: number, series: string, step: number, from: number, until: number = scrapes): this {
    const values = Array.from({ length: scrapes }, (_, i) => Math.max(0, Math.min(i, until) - from) * step);
    this.#of(node).set(series, values.join(' '));
    return this;
  }

  /** The exporter cannot be scraped: all its series end. */
  exporterDown(node: number, from: number, until: number = scrapes): this {
    for (const name of this.#of(node).keys()) this.set(node, name, name === 'up' ? 0 : '_', from, until);
    return this;
  }

  /** corosync is not there: state and readings are absent. */
  corosyncDown(node: number, from: number, until: number = scrapes): this {
    this.#unconfirmed(node, from, until);
    this.set(node, 'corosync_library_connected', 0, from, until);
    return this.set(node, 'corosync_library_error_code{library="quorum"}', 2, from, until);
  }

  /** corosync does not answer. */
  corosyncFrozen(node: number, from: number, until: number = scrapes): this {
    return this.#unconfirmed(node, from, until);
  }

  /** Splits the cluster: each node sees its own part only. */
  partition(parts: readonly (readonly number[])[], quorate: readonly boolean[], from: number, until = scrapes): this {
    for (const [i, part] of parts.entries()) {
      for (const node of part) {
        this.set(node, 'corosync_quorum_quorate', quorate[i] ? 1 : 0, from, until);
        this.set(node, 'corosync_membership_members', part.length, from, until);
        this.set(node, 'corosync_membership_ring_representative_node_id', part[0] ?? 0, from, until);
        this.set(node, 'corosync_membership_ring_sequence', 17, from, until);
        this.set(node, 'corosync_votequorum_total_votes', part.length, from, until);
        for (const other of this.#nodes.filter((one) => !part.includes(one))) {
          this.set(node, `corosync_membership_member${labelsOf(other)}`, 0, from, until);
        }
      }
    }
    return this;
  }

  /** As promtool's `input_series`. */
  *input(): Iterable<{ series: string; values: Values }> {
    for (const node of this.#nodes) {
      for (const [series, values] of this.#of(node)) {
        const [, name, labels = ''] = /^(\w+)(?:\{(.*)\})?$/.exec(series) ?? [];
        const all = [`job="corosync"`, `instance="${this.#instances}-${node}"`, this.#target, labels].filter(
          (one) => one !== '',
        );
        yield { series: `${name}{${all.join(',')}}`, values };
      }
    }
  }

  #of(node: number): Series {
    const series = this.#series.get(node);
    if (series === undefined) throw new RangeError(`there is no node ${node}`);
    return series;
  }

  #unconfirmed(node: number, from: number, until: number): this {
    for (const name of this.#of(node).keys()) {
      if (/^corosync_(quorum|membership|votequorum|link|totem|cpg|ipc|config|qdevice)_/.test(name)) {
        this.set(node, name, '_', from, until);
      }
    }
    this.set(node, 'corosync_up', 0, from, until);
    return this.set(node, 'corosync_probe_success', 0, from, until);
  }

  #healthy(node: number): Series {
    const n = this.#nodes.length;
    const values: Record<string, number> = {
      up: 1,
      corosync_up: 1,
      'corosync_library_connected{library="quorum"}': 1,
      'corosync_library_connects_total{library="quorum"}': 1,
      'corosync_probe_success{library="quorum"}': 1,
      'corosync_probe_success{library="votequorum"}': 1,
      corosync_sync_in_progress: 0,
      'corosync_exporter_lane_held_seconds{lane="services"}': 0,
      'corosync_exporter_collector_success{collector="links"}': 1,
      [`corosync_cluster_info{cluster_name="${this.name}"}`]: 1,
      corosync_nodelist_nodes: n,
      corosync_quorum_quorate: 1,
      corosync_quorum_provider_configured: 1,
      corosync_membership_members: n,
      corosync_membership_ring_representative_node_id: 1,
      corosync_membership_ring_sequence: 13,
      corosync_membership_changes_total: 0,
      corosync_votequorum_expected_votes: n,
      corosync_votequorum_total_votes: n,
      corosync_votequorum_quorum_votes: Math.floor(n / 2) + 1,
      corosync_votequorum_wait_for_all_status: 0,
      corosync_config_expected_votes: n,
      corosync_config_version: 7,
      corosync_config_digest: 4711,
      corosync_totem_firewall_or_nic_failure: 0,
      'corosync_totem_token_losses_total{state="operational"}': 0,
      corosync_totem_multicast_retransmits_total: 0,
      'corosync_totem_messages_received_total{message="multicast"}': 0,
      corosync_scheduling_pauses_total: 0,
      'corosync_cpg_group_nodes{group="crmd"}': n,
      'corosync_ipc_queued_events{ipc_service="cpg",process="pacemakerd"}': 0,
      corosync_qdevice_configured: 0,
      'corosync_config_link_ping_timeout_seconds{link="0"}': 0.825,
    };
    for (const flag of ['two_node', 'wait_for_all', 'last_man_standing', 'auto_tie_breaker', 'allow_downscale']) {
      values[`corosync_votequorum_flag{flag="${flag}"}`] = 0;
    }
    for (const other of this.#nodes) {
      const labels = labelsOf(other);
      values[`corosync_node_info{node_id="${other}",node="node${other}",local="${other === node}"}`] = 1;
      values[`corosync_membership_member${labels}`] = 1;
      values[`corosync_membership_node_leaves_total${labels}`] = 0;
      values[`corosync_cpg_stale_members{group="crmd",node_id="${other}",node="node${other}"}`] = 0;
      if (other === node) continue;
      for (const link of [0, 1]) {
        const of = linkLabels(other, link);
        values[`corosync_link_enabled${of}`] = 1;
        values[`corosync_link_connected${of}`] = 1;
        values[`corosync_link_latency_seconds${of}`] = 0.0002;
        values[`corosync_link_downs_total${of}`] = 0;
      }
    }
    return new Map(Object.entries(values).map(([series, value]) => [series, `${value}x${scrapes}`]));
  }
}

/** The labels of a series about a node. */
export function labelsOf(node: number): string {
  return `{node_id="${node}",node="node${node}"}`;
}

/** The labels of a series about a link to a node. */
export function linkLabels(node: number, link: number): string {
  return `{node_id="${node}",node="node${node}",link="${link}"}`;
}

/** The values with some of them replaced; a series that is not there yet begins with none. */
function overlay(values: Values | undefined, value: string, from: number, until: number): Values {
  const all = values === undefined ? Array.from({ length: scrapes }, () => '_') : expand(values);
  // Prometheus ends a series that a scrape lacks at once; without the marker it would last for five minutes.
  for (let i = from; i < Math.min(until, all.length); i += 1) all[i] = value === '_' && i === from ? 'stale' : value;
  if (until < all.length && all[until] === '_') all[until] = 'stale';
  return all.join(' ');
}

function expand(values: Values): string[] {
  const constant = /^(\S+)x(\d+)$/.exec(values);
  if (constant === null) return values.split(' ');
  return Array.from({ length: Number(constant[2]) }, () => String(constant[1]));
}
