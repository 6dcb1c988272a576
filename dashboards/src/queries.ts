/**
 * What every selector in the dashboards of one cluster and of the exporter has. Where the operator gives the targets a
 * label `cluster` it is the cluster's name, and tells apart instances of two clusters that are called the same.
 */
const chosen = 'job=~"$job",cluster=~"$cluster|",instance=~"$instance"';

/** A metric of the chosen exporters. */
export function of(metric: string, matchers = ''): string {
  return `${metric}{${[chosen, matchers].filter(Boolean).join(',')}}`;
}

/** A metric of all exporters of the chosen jobs. */
export function everywhere(metric: string, matchers = ''): string {
  return `${metric}{${['job=~"$job"', matchers].filter(Boolean).join(',')}}`;
}

/** How much of a counter came within each step of the graph; graphs of it have steps of a minute or more. */
export function increase(metric: string, matchers = ''): string {
  return increaseOf(of(metric, matchers));
}

/** The same of a selector: the number of up to three events a minute; more are overstated by a quarter at most. */
export function increaseOf(selector: string): string {
  return `floor(increase(${selector}[$__rate_interval]))`;
}

/** The rate of a counter. */
export function rate(metric: string, matchers = ''): string {
  return `rate(${of(metric, matchers)}[$__rate_interval])`;
}

/** Adds a label `seen`: the name of the node that the series is about, its nodeid where it has no name. */
export function named(expression: string): string {
  return `label_replace(label_replace(${expression}, "seen", "$1", "node_id", "(.+)"), "seen", "$1", "node", "(.+)")`;
}

/** Several expressions as the columns of a table: each in turn with its name as label `column`. */
export function columns(expressions: Readonly<Record<string, string>>): string {
  return Object.entries(expressions)
    .map(([column, expression]) => `label_replace(${expression}, "column", "${column}", "", "")`)
    .join(' or ');
}

// An exporter that is silent is still known, for this long, by what it said last.
const remembered = '1h';

/**
 * What each exporter says of others, with what to say when it says nothing: -1 while its corosync is silent, -2 while
 * it is. `facts` has a series for each that it knew of.
 */
export function seen(metric: string, facts: string, labels: string): string {
  const known = `last_over_time(${of(facts)}[${remembered}])`;
  const silent = `0 * max by (${labels}) (${known}) - 2 + on (job, instance) group_left () max by (job, instance) (${of('up')})`;
  return `max by (${labels}) (${of(metric)}) or ${silent}`;
}

/** A metric by exporter and library; -1 while the exporter is silent. */
export function byLibrary(metric: string): string {
  const labels = 'max by (job, instance, library)';
  return `${labels} (${of(metric)}) or 0 * ${labels} (last_over_time(${of(metric)}[${remembered}])) - 1`;
}

/** 1 while an exporter is connected to corosync, or held in the attempt by one that is frozen; else 0. */
export const connectedOrHeld =
  `${of('corosync_library_connected', 'library="quorum"')} == 1` +
  ` or on (job, instance) ${of('corosync_exporter_lane_held_seconds', 'lane="services"')} > bool 5`;

/** Quorum at each node: 4 quorate, 3 not, 2 no answer of corosync, 1 not connected to it, 0 no data from the exporter. */
export const quorumAtNode =
  `3 + max by (job, instance) (${of('corosync_quorum_quorate')})` +
  ` or 1 + max by (job, instance) (${connectedOrHeld})` +
  ` or 0 * max by (job, instance) (${of('up')})`;

/** How many different rings the nodes are in: each is named by two numbers. */
export const rings =
  `max(count(count_values("ring", ${of('corosync_membership_ring_representative_node_id')}))` +
  ` or label_replace(count(count_values("ring", ${of('corosync_membership_ring_sequence')})), "by", "sequence", "", ""))`;

// Two exporters scraped at different moments of one change look like two rings for a moment; a split brain lasts.
const lasting = '[45s:15s]';

/**
 * Quorum in the cluster, so that the worst sorts first: -2 in two rings at once, -1 corosync answers no exporter, 0 no
 * exporter answers, 1 at no node, 2 at some, 3 at all that answer. 2 and -2 are a cluster in parts, 1 and -1 none at all.
 */
export const quorumInCluster =
  `-2 + 0 * (min_over_time(count(count_values("ring", ${of('corosync_membership_ring_representative_node_id')}` +
  ` and on (job, instance) ${of('corosync_quorum_quorate')} == 1))${lasting}) > 1)` +
  ` or 1 + max(${of('corosync_quorum_quorate')}) + min(${of('corosync_quorum_quorate')})` +
  ` or -1 + 0 * max(${of('corosync_up')})` +
  ` or 0 * count(${of('up')})`;

/** What is said of the chosen clusters: by the label `cluster` of the targets that have one. */
function ofChosenClusters(query: (selector: string) => string): string {
  const info = (matchers: string) => query(`corosync_cluster_info{job=~"$job",${matchers}}`);
  return `${info('cluster!="",cluster=~"$cluster"')} or ${info('cluster="",cluster_name=~"$cluster"')}`;
}

/** What the exporters of the chosen clusters said of them last. */
export function clusterInfo(range: string): string {
  return ofChosenClusters((selector) => `last_over_time(${selector}[${range}])`);
}

/** The exporter that a series is of: two clusters may have the same names of instances. */
export const sameExporter = 'on (job, instance, cluster)';

/** By exporter, the name of its cluster; of a silent one for some hours the last known: a node may have changed clusters. */
const clusterOfExporter =
  `label_replace(${ofChosenClusters((selector) => selector)}` +
  ` or (topk by (job, instance, cluster) (1, ${clusterInfo('6h')}) unless ${sameExporter} ${everywhere('corosync_cluster_info')}), ` +
  '"cluster_name", "$1", "cluster", "(.+)")';

/** Any expression by exporter, with its cluster's name. */
export function inCluster(expression: string): string {
  return `${expression} * ${sameExporter} group_left (cluster_name) ${clusterOfExporter}`;
}

const by = (aggregate: string, expression: string) => `${aggregate} by (cluster_name) (${inCluster(expression)})`;

/** A sum, minimum or maximum of a metric over the exporters of each cluster. */
export function perCluster(aggregate: 'sum' | 'min' | 'max' | 'count', metric: string, matchers = ''): string {
  return by(aggregate, everywhere(metric, matchers));
}

/** The same of an expression that has one series for each exporter. */
export const perClusterOf = by;

/** As quorumInCluster, for each cluster. */
export const quorumByCluster =
  '-2 + 0 * (min_over_time(count by (cluster_name) (count_values by (cluster_name) ("ring", ' +
  inCluster(
    `(${everywhere('corosync_membership_ring_representative_node_id')} and ${sameExporter} ${everywhere('corosync_quorum_quorate')} == 1)`,
  ) +
  `))${lasting}) > 1)` +
  ` or 1 + ${perCluster('max', 'corosync_quorum_quorate')} + ${perCluster('min', 'corosync_quorum_quorate')}` +
  ` or -1 + 0 * ${perCluster('max', 'corosync_up')}` +
  ` or 0 * ${perCluster('count', 'up')}`;
