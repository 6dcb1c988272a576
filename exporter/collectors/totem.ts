import { type Collector, counter, gauge, inSeconds, readOf, row, rowSamples, type StatisticRow } from './metric.ts';

const transmitted = counter(
  'corosync_totem_messages_transmitted_total',
  'Totem messages sent, by kind (cmap stats.srp.*_tx).',
  ['message'],
);
const received = counter(
  'corosync_totem_messages_received_total',
  'Totem messages received, by kind (cmap stats.srp.*_rx).',
  ['message'],
);
const retransmits = counter(
  'corosync_totem_multicast_retransmits_total',
  'Multicast messages sent again because another node missed them (cmap stats.srp.mcast_retx).',
);
const dropped = counter(
  'corosync_totem_messages_dropped_total',
  'Messages received and dropped (cmap stats.srp.rx_msg_dropped).',
);
const entries = counter(
  'corosync_totem_state_entries_total',
  'Times that totem entered the state (cmap stats.srp.*_entered).',
  ['state'],
);
const tokenLosses = counter(
  'corosync_totem_token_losses_total',
  'Times that the token was lost in the state (cmap stats.srp.*_token_lost).',
  ['state'],
);
const consensusTimeouts = counter(
  'corosync_totem_consensus_timeouts_total',
  'Times that no consensus about a new membership was reached in time (cmap stats.srp.consensus_timeouts).',
);
const lastTokenAge = gauge(
  'corosync_totem_last_token_age_seconds',
  'Seconds since the token came last, as of up to 3 s ago (cmap stats.srp.time_since_token_last_received).',
);
const tokenInterval = gauge(
  'corosync_totem_token_interval_seconds',
  'Mean time in seconds between two arrivals of the token (cmap stats.srp.mtt_rx_token).',
);
const tokenWorkload = gauge(
  'corosync_totem_token_workload_seconds',
  'Mean time in seconds that this node holds the token (cmap stats.srp.avg_token_workload).',
);
const backlog = gauge(
  'corosync_totem_backlog_messages',
  'Mean number of messages that wait to be sent when the token comes (cmap stats.srp.avg_backlog_calc).',
);
const continuousGather = gauge(
  'corosync_totem_continuous_gather',
  'Times in a row that totem gathered without forming a membership (cmap stats.srp.continuous_gather).',
);
const continuousSendFailures = gauge(
  'corosync_totem_continuous_send_failures',
  'Times in a row that sending failed (cmap stats.srp.continuous_sendmsg_failures).',
);
const firewallOrNic = gauge(
  'corosync_totem_firewall_or_nic_failure',
  '1 if corosync cannot form a membership and takes a firewall or network card for the cause (cmap stats.srp.firewall_enabled_or_nic_failure).',
);
const queueReserved = gauge(
  'corosync_totem_message_queue_reserved',
  'Room in the send queue that is reserved, in messages (cmap stats.pg.msg_reserved).',
);
const tokenTimeout = gauge(
  'corosync_config_token_timeout_seconds',
  'Seconds without the token after which it is lost (cmap runtime.config.totem.token).',
);
const consensusTimeout = gauge(
  'corosync_config_consensus_timeout_seconds',
  'Seconds to wait for consensus before a new round for a membership (cmap runtime.config.totem.consensus).',
);
const joinTimeout = gauge(
  'corosync_config_join_timeout_seconds',
  'Seconds to wait for join messages (cmap runtime.config.totem.join).',
);
const tokenRetransmits = gauge(
  'corosync_config_token_retransmits',
  'Times that the token is sent again before it is lost (cmap runtime.config.totem.token_retransmits_before_loss_const).',
);

const states = ['operational', 'gather', 'commit', 'recovery'];
/** corosync's names of the messages, and ours. */
const messages = {
  orf_token: 'token',
  memb_merge_detect: 'merge_detect',
  memb_join: 'join',
  mcast: 'multicast',
  memb_commit_token: 'commit_token',
  token_hold_cancel: 'token_hold_cancel',
};

const milliseconds = 1e3;

const statistics: readonly StatisticRow[] = [
  ...Object.entries(messages).map(([key, message]) => row(`stats.srp.${key}_tx`, transmitted, { message })),
  ...Object.entries(messages).map(([key, message]) => row(`stats.srp.${key}_rx`, received, { message })),
  row('stats.srp.mcast_retx', retransmits, {}),
  row('stats.srp.rx_msg_dropped', dropped, {}),
  ...states.map((state) => row(`stats.srp.${state}_entered`, entries, { state })),
  ...states.map((state) => row(`stats.srp.${state}_token_lost`, tokenLosses, { state })),
  row('stats.srp.consensus_timeouts', consensusTimeouts, {}),
  inSeconds(milliseconds, row('stats.srp.time_since_token_last_received', lastTokenAge, {})),
  inSeconds(milliseconds, row('stats.srp.mtt_rx_token', tokenInterval, {})),
  inSeconds(milliseconds, row('stats.srp.avg_token_workload', tokenWorkload, {})),
  row('stats.srp.avg_backlog_calc', backlog, {}),
  row('stats.srp.continuous_gather', continuousGather, {}),
  row('stats.srp.continuous_sendmsg_failures', continuousSendFailures, {}),
  row('stats.srp.firewall_enabled_or_nic_failure', firewallOrNic, {}),
  row('stats.pg.msg_reserved', queueReserved, {}),
];

const configured: readonly StatisticRow[] = [
  inSeconds(milliseconds, row('runtime.config.totem.token', tokenTimeout, {})),
  inSeconds(milliseconds, row('runtime.config.totem.consensus', consensusTimeout, {})),
  inSeconds(milliseconds, row('runtime.config.totem.join', joinTimeout, {})),
  row('runtime.config.totem.token_retransmits_before_loss_const', tokenRetransmits, {}),
];

/** The protocol that carries everything: its token, its states, its messages and its queue. */
export const totemCollector: Collector = {
  name: 'totem',
  enabledByDefault: true,
  reads: { statistics: statistics.map(({ key }) => key) },
  metrics: [...new Set([...statistics, ...configured].map(({ metric }) => metric))],
  *collect(snapshot) {
    yield* rowSamples(statistics, readOf(snapshot, 'statistics') ?? {});
    yield* rowSamples(configured, snapshot.configuration?.keys ?? {});
  },
};
