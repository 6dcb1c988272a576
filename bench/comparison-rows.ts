/** One question that an operator has, and the series that answer it, by the beginnings of their lines. */
export interface Question {
  readonly question: string;
  readonly ours: readonly RegExp[];
  readonly theirs: readonly RegExp[];
}

/** What is done to the cluster, and what is asked then. */
export interface Situation {
  readonly name: 'healthy' | 'link-cut' | 'node-lost' | 'frozen' | 'killed';
  readonly title: string;
  readonly questions: readonly Question[];
}

const none: readonly RegExp[] = [];

/** What an operator asks of a cluster of three nodes with two links, and of the exporter on node 1. */
export const situations: readonly Situation[] = [
  {
    name: 'healthy',
    title: 'All is well',
    questions: [
      {
        question: 'Is this partition quorate?',
        ours: [/^corosync_quorum_quorate /],
        theirs: [/^ha_cluster_corosync_quorate /],
      },
      {
        question: 'Who is a member?',
        ours: [/^corosync_membership_member\{/],
        theirs: [/^ha_cluster_corosync_member_votes\{/],
      },
      {
        question: 'How many votes are there, and how many are needed?',
        ours: [/^corosync_votequorum_(expected|highest_expected|total|quorum)_votes /],
        theirs: [/^ha_cluster_corosync_quorum_votes\{/],
      },
      { question: 'Which features of votequorum are on?', ours: [/^corosync_votequorum_flag\{/], theirs: none },
      {
        question: 'Is the link to each node up?',
        ours: [/^corosync_link_connected\{/],
        theirs: [/^ha_cluster_corosync_ring/],
      },
      { question: 'How long does a packet take on it?', ours: [/^corosync_link_latency_seconds\{/], theirs: none },
      {
        question: 'Which ring are we in?',
        ours: [/^corosync_membership_ring_/],
        theirs: [/^ha_cluster_corosync_rings\{/],
      },
      { question: 'How often was the token lost?', ours: [/^corosync_totem_token_losses_total\{/], theirs: none },
      { question: 'Was corosync scheduled in time?', ours: [/^corosync_scheduling_pauses_total /], theirs: none },
      {
        question: 'Which CPG groups are there, with how many processes?',
        ours: [/^corosync_cpg_group_members\{/],
        theirs: none,
      },
      {
        question: 'Do the programs take what corosync sends them?',
        ours: [/^corosync_ipc_queued_events\{/],
        theirs: none,
      },
      { question: 'Do all nodes run the same configuration?', ours: [/^corosync_config_digest /], theirs: none },
      {
        question: 'Did the collection work?',
        ours: [/^corosync_exporter_collector_success\{collector="(quorum|links)"\}/],
        theirs: [/^ha_cluster_scrape_success\{collector="corosync"\}/],
      },
    ],
  },
  {
    name: 'link-cut',
    title: 'Link 1 of node 2 is cut',
    questions: [
      {
        question: 'Which link is down?',
        ours: [/^corosync_link_connected\{.*\} 0$/],
        theirs: [/^ha_cluster_corosync_ring_errors /, /^ha_cluster_corosync_rings\{/],
      },
      { question: 'How often did it go down?', ours: [/^corosync_link_downs_total\{node_id="2"/], theirs: none },
    ],
  },
  {
    name: 'node-lost',
    title: 'Node 3 is cut off',
    questions: [
      {
        question: 'Which node is missing?',
        ours: [/^corosync_membership_member\{.*\} 0$/],
        theirs: [/^ha_cluster_corosync_member_votes\{/],
      },
      {
        question: 'When did the membership change?',
        ours: [/^corosync_membership_last_change_timestamp_seconds /],
        theirs: none,
      },
      {
        question: 'How often did the node leave?',
        ours: [/^corosync_membership_node_leaves_total\{node_id="3"/],
        theirs: none,
      },
    ],
  },
  {
    name: 'frozen',
    title: 'corosync on node 1 is stopped by a signal',
    questions: [
      {
        question: 'Is corosync alive?',
        ours: [/^corosync_up /, /^corosync_probe_success\{/],
        theirs: [/^ha_cluster_scrape_success\{collector="corosync"\}/],
      },
    ],
  },
  {
    name: 'killed',
    title: 'corosync on node 1 is killed',
    questions: [
      {
        question: 'Is corosync alive?',
        ours: [/^corosync_up /, /^corosync_library_connected\{library="quorum"\}/],
        theirs: [/^ha_cluster_scrape_success\{collector="corosync"\}/, /^ha_cluster_corosync_quorate /],
      },
      {
        question: 'Why not?',
        ours: [/^corosync_library_connect_errors_total\{library="quorum".*\} [1-9]/],
        theirs: none,
      },
    ],
  },
];
