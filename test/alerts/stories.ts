import { type Cluster, labelsOf, linkLabels } from './cluster.ts';

/** What happens to a cluster, and what it must and must not lead to. Scrape number 20 is at 300 s. */
export interface Story {
  readonly alert: string;
  /** What tells the alert from others of its name, besides the cluster. */
  readonly labels?: string;
  /** The fault, that lasts from scrape `from` to before `until`. */
  readonly fault: (cluster: Cluster, from: number, until?: number) => unknown;
  /** Seconds from the fault after which it fires, and until which it does not. */
  readonly fires: number;
  readonly quiet: number;
  /** How many scrapes such a thing may last, or be, without an alert; 0 where any is one. */
  readonly tolerated: number;
  /** Alerts that come with it. */
  readonly with?: readonly string[];
  readonly nodes?: number;
}

const down = (name: string, value: number) => (cluster: Cluster, from: number, until?: number) =>
  cluster.set(3, name, value, from, until);
const on3 = 'node=node3';

export const stories: readonly Story[] = [
  {
    alert: 'CorosyncQuorumLost',
    fault: (cluster, from, until) => cluster.partition([[1], [2], [3]], [false, false, false], from, until),
    fires: 20,
    quiet: 15,
    tolerated: 1,
    with: ['CorosyncMembershipViewsDiffer'],
  },
  {
    alert: 'CorosyncQuorumUnknown',
    fault: (cluster, from, until) => {
      cluster.corosyncDown(1, from, until);
      cluster.corosyncFrozen(2, from, until);
      cluster.exporterDown(3, from, until);
    },
    fires: 20,
    quiet: 15,
    tolerated: 1,
    with: ['CorosyncDown node=node1', 'CorosyncFrozen node=node2', `CorosyncExporterDown ${on3}`],
  },
  {
    alert: 'CorosyncNodeWithoutQuorum',
    labels: on3,
    fault: (cluster, from, until) => cluster.partition([[1, 2], [3]], [true, false], from, until),
    fires: 20,
    quiet: 15,
    tolerated: 1,
    with: [`CorosyncNodeMissing ${on3}`, 'CorosyncMembershipViewsDiffer', 'CorosyncOneVoteFromQuorumLoss'],
  },
  {
    alert: 'CorosyncSplitBrain',
    fault: (cluster, from, until) => cluster.partition([[1, 2], [3]], [true, true], from, until),
    fires: 20,
    quiet: 15,
    tolerated: 1,
    with: ['CorosyncMembershipViewsDiffer', 'CorosyncOneVoteFromQuorumLoss'],
  },
  {
    alert: 'CorosyncDown',
    labels: on3,
    fault: (cluster, from, until) => cluster.corosyncDown(3, from, until),
    fires: 20,
    quiet: 15,
    tolerated: 1,
  },
  {
    alert: 'CorosyncFrozen',
    labels: on3,
    fault: (cluster, from, until) => cluster.corosyncFrozen(3, from, until),
    fires: 20,
    quiet: 15,
    tolerated: 1,
  },
  {
    alert: 'CorosyncSyncStuck',
    fault: (cluster, from, until) => {
      cluster.setAll('corosync_sync_in_progress', 1, from, until);
      for (const node of cluster.nodes) {
        cluster.grow(node, 'corosync_exporter_lane_held_seconds{lane="services"}', 15, from, until ?? 300);
      }
    },
    fires: 45,
    quiet: 40,
    tolerated: 2,
  },
  {
    alert: 'CorosyncCpgStaleMember',
    labels: `group=crmd ${on3}`,
    fault: (cluster, from, until) =>
      cluster.setAll('corosync_cpg_stale_members{group="crmd",node_id="3",node="node3"}', 1, from, until),
    fires: 20,
    quiet: 15,
    tolerated: 1,
  },
  {
    alert: 'CorosyncNodeMissing',
    labels: on3,
    fault: (cluster, from, until) => {
      for (const node of [1, 2]) cluster.set(node, `corosync_membership_member${labelsOf(3)}`, 0, from, until);
      cluster.exporterDown(3, from, until);
    },
    fires: 60,
    quiet: 45,
    tolerated: 3,
    with: [`CorosyncExporterDown ${on3}`],
  },
  {
    alert: 'CorosyncMembershipViewsDiffer',
    fault: down('corosync_membership_ring_sequence', 14),
    fires: 60,
    quiet: 45,
    tolerated: 3,
  },
  {
    alert: 'CorosyncOneVoteFromQuorumLoss',
    fault: (cluster, from, until) => cluster.setAll('corosync_votequorum_total_votes', 2, from, until),
    fires: 330,
    quiet: 285,
    tolerated: 10,
  },
  {
    alert: 'CorosyncExpectedVotesDiffer',
    fault: down('corosync_votequorum_expected_votes', 5),
    fires: 315,
    quiet: 285,
    tolerated: 10,
  },
  {
    alert: 'CorosyncExpectedVotesLowered',
    fault: (cluster, from, until) => cluster.setAll('corosync_votequorum_expected_votes', 1, from, until),
    fires: 1815,
    quiet: 1785,
    tolerated: 100,
  },
  {
    alert: 'CorosyncWaitForAllBlocking',
    fault: (cluster, from, until) => {
      cluster.setAll('corosync_votequorum_wait_for_all_status', 1, from, until);
      cluster.setAll('corosync_quorum_quorate', 0, from, until);
    },
    fires: 615,
    quiet: 585,
    // A loss of quorum is one at once.
    tolerated: 1,
    with: ['CorosyncQuorumLost'],
  },
  {
    alert: 'CorosyncQdeviceNotRegistered',
    labels: on3,
    fault: (cluster, from, until) => {
      cluster.set(3, 'corosync_qdevice_configured', 1, from, until);
      cluster.set(3, `corosync_qdevice_registered${own(3)}`, 0, from, until);
    },
    fires: 120,
    quiet: 105,
    tolerated: 7,
  },
  {
    alert: 'CorosyncQdeviceNotAlive',
    labels: on3,
    fault: (cluster, from, until) => {
      withQdevice(cluster);
      cluster.set(3, `corosync_qdevice_alive${own(3)}`, 0, from, until);
    },
    fires: 60,
    quiet: 45,
    tolerated: 3,
  },
  {
    alert: 'CorosyncQdeviceVoteWithheld',
    fault: (cluster, from, until) => {
      withQdevice(cluster);
      for (const node of cluster.nodes) cluster.set(node, `corosync_qdevice_cast_vote${own(node)}`, 0, from, until);
    },
    fires: 120,
    quiet: 105,
    tolerated: 7,
  },
  {
    alert: 'CorosyncLinkDown',
    labels: 'link=1',
    fault: (cluster, from, until) => {
      cutLink(cluster, 3, 1, from, until);
    },
    fires: 60,
    quiet: 45,
    tolerated: 3,
    with: ['CorosyncLastLink'],
  },
  {
    alert: 'CorosyncLastLink',
    fault: (cluster, from, until) => {
      cutLink(cluster, 2, 0, from, until);
    },
    fires: 60,
    quiet: 45,
    tolerated: 3,
    with: ['CorosyncLinkDown link=0'],
  },
  {
    alert: 'CorosyncTokenLost',
    fault: (cluster, from, until) => {
      bump(cluster, 'corosync_totem_token_losses_total{state="operational"}', 1, from);
      // A short one is a node that left.
      if (until !== undefined) bump(cluster, `corosync_membership_node_leaves_total${labelsOf(2)}`, 1, from);
    },
    fires: 90,
    quiet: 45,
    tolerated: 1,
  },
  {
    alert: 'CorosyncFirewallOrNicFailure',
    labels: on3,
    fault: down('corosync_totem_firewall_or_nic_failure', 1),
    fires: 60,
    quiet: 45,
    tolerated: 3,
  },
  {
    alert: 'CorosyncSchedulingPause',
    labels: on3,
    fault: (cluster, from, until) => {
      if (until === undefined) bump(cluster, 'corosync_scheduling_pauses_total', 1, from);
    },
    fires: 20,
    quiet: -5,
    tolerated: 0,
  },
  {
    alert: 'CorosyncCpgGroupIncomplete',
    labels: 'group=crmd',
    fault: (cluster, from, until) => cluster.setAll('corosync_cpg_group_nodes{group="crmd"}', 2, from, until),
    fires: 60,
    quiet: 45,
    tolerated: 3,
  },
  {
    alert: 'CorosyncConfigVersionDiffers',
    fault: down('corosync_config_version', 8),
    fires: 315,
    quiet: 285,
    tolerated: 10,
  },
  {
    alert: 'CorosyncConfigDiffers',
    fault: down('corosync_config_digest', 4712),
    fires: 315,
    quiet: 285,
    tolerated: 10,
  },
  {
    alert: 'CorosyncConfigReloadFailed',
    labels: on3,
    fault: (cluster, from, until) => {
      cluster.set(3, 'corosync_config_reload_status_code', 1, 0);
      cluster.set(3, 'corosync_config_reload_status_code', 7, from, until);
    },
    fires: 60,
    quiet: 45,
    tolerated: 3,
  },
  {
    alert: 'CorosyncExporterDown',
    labels: on3,
    fault: (cluster, from, until) => cluster.exporterDown(3, from, until),
    fires: 120,
    quiet: 105,
    tolerated: 7,
  },
  {
    alert: 'CorosyncTargetsExceedNodes',
    fault: (cluster, from, until) => cluster.setAll('corosync_nodelist_nodes', 2, from, until),
    fires: 315,
    quiet: 285,
    tolerated: 10,
  },
  {
    alert: 'CorosyncAccessRefused',
    labels: on3,
    fault: (cluster, from, until) => {
      cluster.corosyncDown(3, from, until);
      cluster.set(3, 'corosync_library_error_code{library="quorum"}', 11, from, until);
    },
    fires: 60,
    quiet: 45,
    tolerated: 3,
  },
  {
    alert: 'CorosyncReconnectLoop',
    labels: on3,
    fault: (cluster, from, until) =>
      cluster.grow(3, 'corosync_library_connects_total{library="quorum"}', 1, from, until ?? from + 10),
    fires: 75,
    quiet: 30,
    tolerated: 2,
  },
  {
    alert: 'CorosyncCollectorFailing',
    labels: `collector=links ${on3}`,
    fault: down('corosync_exporter_collector_success{collector="links"}', 0),
    fires: 300,
    quiet: 285,
    tolerated: 10,
  },
  {
    alert: 'CorosyncMembershipFlapping',
    fault: (cluster, from, until) => cluster.grow(3, 'corosync_membership_changes_total', 1, from, until ?? from + 10),
    fires: 120,
    quiet: 30,
    tolerated: 3,
  },
  {
    alert: 'CorosyncLinkFlapping',
    labels: 'link=1',
    fault: (cluster, from, until) =>
      cluster.grow(3, `corosync_link_downs_total${linkLabels(1, 1)}`, 1, from, until ?? from + 10),
    fires: 120,
    quiet: 15,
    tolerated: 1,
  },
  {
    alert: 'CorosyncLinkLatencyHigh',
    labels: 'link=0',
    fault: (cluster, from, until) =>
      cluster.set(3, `corosync_link_latency_seconds${linkLabels(1, 0)}`, 0.06, from, until),
    fires: 615,
    quiet: 585,
    tolerated: 20,
  },
  {
    alert: 'CorosyncLinkLatencyNearTimeout',
    labels: 'link=0',
    fault: (cluster, from, until) =>
      cluster.set(3, `corosync_link_latency_seconds${linkLabels(1, 0)}`, 0.5, from, until),
    fires: 75,
    quiet: 45,
    tolerated: 3,
  },
  {
    alert: 'CorosyncLinkSendErrors',
    labels: 'link=1',
    fault: (cluster, from, until) =>
      cluster.grow(
        3,
        'corosync_link_transmit_errors_total{node_id="1",node="node1",link="1",kind="data"}',
        30,
        from,
        until ?? 300,
      ),
    fires: 345,
    quiet: 285,
    tolerated: 1,
  },
  {
    alert: 'CorosyncRetransmits',
    fault: (cluster, from, until) =>
      cluster.grow(3, 'corosync_totem_multicast_retransmits_total', 60, from, until ?? 300),
    fires: 420,
    quiet: 285,
    tolerated: 1,
  },
  {
    alert: 'CorosyncIpcBacklog',
    labels: on3,
    fault: down('corosync_ipc_queued_events{ipc_service="cpg",process="pacemakerd"}', 500),
    fires: 120,
    quiet: 105,
    tolerated: 7,
  },
];

/** Everything that happens on purpose, or to the monitoring only, and must wake nobody. */
export const silences: Readonly<Record<string, (cluster: Cluster) => unknown>> = {
  health: () => {},
  'one scrape of one exporter that fails': (cluster) => cluster.exporterDown(2, 20, 21),
  'one scrape of all exporters that fails': (cluster) => {
    for (const node of cluster.nodes) cluster.exporterDown(node, 20, 21);
  },
  'an exporter that is restarted': (cluster) => {
    cluster.exporterDown(1, 20, 21);
    cluster.set(1, 'corosync_library_connects_total{library="quorum"}', 1, 0);
  },
  'all exporters that are restarted': (cluster) => {
    for (const node of cluster.nodes) cluster.exporterDown(node, 19 + node, 20 + node);
  },
  'a corosync that is restarted': (cluster) => {
    cluster.corosyncDown(2, 20, 21);
    for (const node of [1, 3]) {
      cluster.set(node, `corosync_membership_member${labelsOf(2)}`, 0, 20, 22);
      cluster.set(node, 'corosync_membership_ring_sequence', 17, 20);
    }
    cluster.set(2, 'corosync_membership_ring_sequence', 17, 22);
    cluster.grow(2, 'corosync_library_connects_total{library="quorum"}', 1, 20, 21);
  },
  'a node that is rebooted in less than a minute': (cluster) => {
    cluster.corosyncDown(2, 20, 21);
    cluster.exporterDown(2, 21, 23);
    for (const node of [1, 3]) {
      cluster.set(node, `corosync_membership_member${labelsOf(2)}`, 0, 20, 24);
      cluster.set(node, 'corosync_votequorum_total_votes', 2, 20, 24);
      cluster.set(node, 'corosync_cpg_group_nodes{group="crmd"}', 2, 20, 24);
      cluster.set(node, 'corosync_membership_members', 2, 20, 24);
    }
    cluster.set(2, 'corosync_quorum_quorate', 0, 23, 24);
  },
  'a cluster without a quorum provider that is split': (cluster) => {
    cluster.setAll('corosync_quorum_provider_configured', 0, 0);
    cluster.partition([[1, 2], [3]], [true, true], 20, 22);
  },
  'a sync phase in which one node has not heard yet': (cluster) => {
    cluster.set(1, 'corosync_membership_members', '_', 20, 22);
    cluster.set(1, 'corosync_membership_ring_representative_node_id', '_', 20, 22);
    cluster.set(1, 'corosync_membership_ring_sequence', '_', 20, 22);
    cluster.set(1, 'corosync_sync_in_progress', 1, 20, 22);
    for (const node of [2, 3]) {
      cluster.set(node, 'corosync_membership_members', 2, 20, 22);
      cluster.set(node, 'corosync_membership_ring_representative_node_id', 2, 20, 22);
    }
  },
  'a node that joins, seen by some before others': (cluster) => {
    cluster.set(1, 'corosync_membership_members', 2, 20, 21);
    cluster.set(1, 'corosync_membership_ring_sequence', 9, 20, 21);
  },
};

function own(node: number): string {
  return `{node_id="${node}",node="node${node}",local="true"}`;
}

function withQdevice(cluster: Cluster): void {
  cluster.setAll('corosync_qdevice_configured', 1, 0);
  for (const node of cluster.nodes) {
    for (const bit of ['registered', 'alive', 'cast_vote'])
      cluster.set(node, `corosync_qdevice_${bit}${own(node)}`, 1, 0);
  }
}

/** Both ends of each path see it. */
function cutLink(cluster: Cluster, node: number, link: number, from: number, until?: number): void {
  for (const other of cluster.nodes.filter((one) => one !== node)) {
    cluster.set(other, `corosync_link_connected${linkLabels(node, link)}`, 0, from, until);
    cluster.set(node, `corosync_link_connected${linkLabels(other, link)}`, 0, from, until);
  }
}

/** A counter of node 3 that grows once. */
function bump(cluster: Cluster, series: string, by: number, from: number): void {
  cluster.grow(3, series, by, from, from + 1);
}
