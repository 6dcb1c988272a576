import type { CmapValue } from '../corosync/types.ts';
import { joinCountOf, viewOf } from './cluster.ts';
import type { CmapEntry } from './cmap.ts';
import type { Site } from './connection.ts';
import { address, linkNumbers, ping } from './network.ts';
import { nodeids } from './script.ts';
import { serviceMessages } from './service-messages.ts';

/** Of corosync.conf, on all nodes; it is never reloaded. */
const configVersion = 4n;

/** The simulated configuration map: corosync.conf, what corosync made of it, and what it tells of its members. */
export function configuration({ nodeid }: Site): CmapEntry[] {
  return [
    ...Object.entries({ ...configured(nodeid), ...inEffect }).map(constant),
    ...members(nodeid),
    ...votequorum(nodeid),
    ...serviceMessages(nodeid),
  ];
}

function configured(local: number): Record<string, CmapValue> {
  const nodes = nodeids.flatMap((nodeid, position) => [
    [`nodelist.node.${position}.nodeid`, nodeid],
    [`nodelist.node.${position}.name`, `node${nodeid}`],
    ...linkNumbers.map((link) => [`nodelist.node.${position}.ring${link}_addr`, address(link, nodeid)]),
  ]);
  return {
    'totem.version': 2,
    'totem.config_version': configVersion,
    'totem.cluster_name': 'demo',
    'totem.transport': 'knet',
    'totem.crypto_cipher': 'aes256',
    'totem.crypto_hash': 'sha256',
    'totem.secauth': 'on',
    'totem.token': 1000,
    ...Object.fromEntries(linkNumbers.map((link) => [`totem.interface.${link}.bindnetaddr`, address(link, local)])),
    'quorum.provider': 'corosync_votequorum',
    'quorum.expected_votes': nodeids.length,
    'config.reload_in_progress': 0,
    'config.totemconfig_reload_in_progress': 0,
    'nodelist.local_node_pos': nodeids.indexOf(local),
    ...Object.fromEntries(nodes),
  };
}

/** What corosync 3.1 makes of a token of 1000 ms with three nodes. */
const inEffect: Record<string, CmapValue> = {
  'runtime.config.totem.block_unlisted_ips': 1,
  'runtime.config.totem.cancel_token_hold_on_retransmit': 0,
  'runtime.config.totem.consensus': 1980,
  'runtime.config.totem.downcheck': 1000,
  'runtime.config.totem.fail_recv_const': 2500,
  'runtime.config.totem.heartbeat_failures_allowed': 0,
  'runtime.config.totem.hold': 303,
  ...Object.fromEntries(
    linkNumbers.flatMap((link) => [
      [`runtime.config.totem.interface.${link}.knet_ping_interval`, ping.interval],
      [`runtime.config.totem.interface.${link}.knet_ping_timeout`, ping.timeout],
    ]),
  ),
  'runtime.config.totem.join': 50,
  'runtime.config.totem.knet_compression_level': 0,
  'runtime.config.totem.knet_compression_model': 'none',
  'runtime.config.totem.knet_compression_threshold': 0,
  'runtime.config.totem.knet_mtu': 0,
  'runtime.config.totem.knet_pmtud_interval': 30,
  'runtime.config.totem.max_messages': 17,
  'runtime.config.totem.max_network_delay': 50,
  'runtime.config.totem.merge': 200,
  'runtime.config.totem.miss_count_const': 5,
  'runtime.config.totem.send_join': 0,
  'runtime.config.totem.seqno_unchanged_const': 30,
  'runtime.config.totem.token': 1650,
  'runtime.config.totem.token_retransmit': 392,
  'runtime.config.totem.token_retransmits_before_loss_const': 4,
  'runtime.config.totem.token_warning': 75,
  'runtime.config.totem.window_size': 50,
};

function members(local: number): CmapEntry[] {
  return nodeids.flatMap((nodeid) => {
    const joins = (time: number) => joinCountOf(local, nodeid, time);
    const status = (time: number) => (viewOf(local, time).members.includes(nodeid) ? 'joined' : 'left');
    const ip = linkNumbers.map((link) => `r(${link}) ip(${address(link, nodeid)}) `).join('');
    const fields: CmapEntry[] = [
      ['config_version', () => configVersion],
      ['ip', () => ip],
      ['join_count', joins],
      ['status', status],
    ];
    // A corosync that has just started does not know nodes that it has not met.
    return fields.map(
      ([field, value]): CmapEntry => [
        `runtime.members.${nodeid}.${field}`,
        (time) => (joins(time) > 0 ? value(time) : undefined),
      ],
    );
  });
}

function votequorum(local: number): CmapEntry[] {
  return [
    ['runtime.votequorum.this_node_id', () => local],
    ['runtime.votequorum.lowest_node_id', (time) => Math.min(...viewOf(local, time).members)],
    ['runtime.votequorum.highest_node_id', (time) => Math.max(...viewOf(local, time).members)],
    ['runtime.votequorum.ev_barrier', () => nodeids.length],
    ['runtime.votequorum.two_node', () => 0],
  ];
}

function constant([key, value]: [string, CmapValue]): CmapEntry {
  return [key, () => value];
}
