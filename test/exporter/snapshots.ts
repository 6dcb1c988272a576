import { digestOf } from '../../src/monitor/configuration.ts';
import type { Areas, LibraryHistory, LibraryName, LibraryState, Snapshot } from '../../src/monitor/snapshot.ts';

const history: LibraryHistory = {
  connects: 1,
  connectErrors: {},
  dispatches: 120,
  dispatchErrors: {},
  dispatchSeconds: 0.25,
  lastDispatchCode: 1,
  callbacks: {},
  callErrors: {},
};

function library(name: LibraryName, more: Partial<LibraryState> = {}): LibraryState {
  const loaded = { soname: `lib${name}.so`, features: [] };
  return {
    name,
    loaded,
    missing: undefined,
    connected: true,
    confirmed: 1_700_000_099,
    error: undefined,
    history,
    ...more,
  };
}

/** Counters of a link, told apart by `base`. */
function linkStatistics(base: number): Record<string, bigint> {
  const kinds = ['data', 'ping', 'pong', 'pmtu'].entries();
  const fields = [...kinds].flatMap(([i, kind]) =>
    ['tx_bytes', 'rx_bytes', 'tx_errors', 'tx_retries', 'tx_packets', 'rx_packets'].map((field, j) => {
      const [direction, unit] = field.split('_');
      return [`${direction}_${kind}_${unit}`, BigInt(base + 100 * i + j)] as const;
    }),
  );
  return Object.fromEntries(fields);
}

const links = [2, 3].flatMap((nodeid) => [0, 1].map((link) => ({ nodeid, link })));

const keys = {
  'totem.cluster_name': 'hacluster',
  'totem.config_version': 7n,
  'quorum.provider': 'corosync_votequorum',
  'quorum.device.model': 'net',
  'quorum.device.votes': 1,
  'quorum.device.net.host': 'qnetd.example.com',
  'quorum.device.net.algorithm': 'ffsplit',
  'nodelist.node.0.nodeid': 1,
  'nodelist.node.1.nodeid': 2,
  'nodelist.node.2.nodeid': 3,
  'nodelist.node.2.quorum_votes': 2,
  'config.reload_in_progress': 0,
  'config.reload_status': 1,
  'runtime.config.totem.token': 3000,
  'runtime.config.totem.consensus': 3600,
  'runtime.config.totem.join': 50,
  'runtime.config.totem.token_retransmits_before_loss_const': 4,
  'runtime.config.totem.interface.0.knet_ping_interval': 750,
  'runtime.config.totem.interface.0.knet_ping_timeout': 1500,
  'runtime.members.1.join_count': 1,
  'runtime.members.2.join_count': 2,
  'runtime.members.3.join_count': 1,
  'runtime.members.1.config_version': 7n,
  'runtime.members.2.config_version': 6n,
  'runtime.members.3.config_version': 7n,
  'runtime.votequorum.wait_for_all_status': 1,
  'runtime.totem.pg.mrp.rrp.0.faulty': 0,
};

const messages = ['orf_token', 'memb_merge_detect', 'memb_join', 'mcast', 'memb_commit_token', 'token_hold_cancel'];
const states = ['operational', 'gather', 'commit', 'recovery'];
const totem = [
  ...messages.flatMap((message) => [`stats.srp.${message}_tx`, `stats.srp.${message}_rx`]),
  ...states.flatMap((state) => [`stats.srp.${state}_entered`, `stats.srp.${state}_token_lost`]),
  ...['mcast_retx', 'rx_msg_dropped', 'consensus_timeouts', 'time_since_token_last_received', 'mtt_rx_token'].map(srp),
  ...['avg_token_workload', 'avg_backlog_calc', 'continuous_gather', 'continuous_sendmsg_failures'].map(srp),
  ...['firewall_enabled_or_nic_failure'].map(srp),
  'stats.pg.msg_reserved',
  ...['rx', 'tx'].flatMap((direction) =>
    ['compressed_packets', 'compressed_original_bytes', 'compressed_size_bytes', 'crypt_packets'].map(
      (field) => `stats.knet.handle.${direction}_${field}`,
    ),
  ),
  ...['stats.knet.handle.tx_uncompressed_packets', 'stats.knet.handle.tx_crypt_byte_overhead'],
];

function srp(name: string): string {
  return `stats.srp.${name}`;
}

const counts = { queued: 3, flow_control: 1, requests: 10n, responses: 9n, dispatched: 8n, overload: 2n };

const areas: Areas = {
  votes: {
    expectedVotes: 5,
    highestExpected: 5,
    totalVotes: 5,
    quorum: 3,
    flags: {
      two_node: false,
      wait_for_all: true,
      last_man_standing: false,
      auto_tie_breaker: false,
      allow_downscale: false,
    },
    qdeviceVotes: 1,
    qdeviceName: 'Qdevice',
    nodes: [1, 2, 3].map((nodeid) => ({
      nodeid,
      state: nodeid === 2 ? 'dead' : 'member',
      votes: nodeid === 3 ? 2 : 1,
      expectedVotes: 5,
      qdevice: { registered: nodeid !== 2, alive: nodeid !== 2, castVote: nodeid === 1, masterWins: false },
    })),
  },
  links: {
    nodes: [2, 3].map((nodeid) => ({
      nodeid,
      reachable: nodeid === 3,
      onwireVersion: 1,
      links: [0, 1].map((link) => ({
        link,
        enabled: true,
        connected: nodeid === 3,
        mtu: nodeid === 3 ? 1397 : undefined,
        statistics: { latency_ave: 212 + link, up_count: 2, down_count: nodeid === 3 ? 1 : 2 },
      })),
    })),
  },
  traffic: {
    links: links.map((one, i) => ({ ...one, statistics: { ...linkStatistics(1000 * i), latency_samples: 512 } })),
    omitted: 0,
  },
  statistics: Object.fromEntries(totem.map((key, i) => [key, i])),
  pauses: [],
  groups: [
    { name: 'corosync-exporter', members: { 1: 1, 2: 1, 3: 1 } },
    { name: 'crmd', members: { 1: 1, 3: 1 } },
  ],
  clients: {
    closed: 41n,
    connections: [
      { key: '2.100.0x1', pair: { service: 'cpg', process: 'pacemakerd' }, statistics: counts },
      { key: '2.100.0x2', pair: { service: 'cpg', process: 'pacemakerd' }, statistics: { ...counts, flow_control: 0 } },
    ],
  },
  services: { 'runtime.services.cpg.0.tx': 4n, 'runtime.services.cpg.0.rx': 5n },
};

/** Three nodes, all well; nothing happened but a loss of quorum long ago. */
export const healthy: Snapshot = {
  time: 1_700_000_100,
  simulated: false,
  up: true,
  syncInProgress: false,
  libraries: [
    library('quorum', {
      loaded: { soname: 'libquorum.so.5', features: ['quorum_model_v1'] },
      history: { ...history, callbacks: { quorum: 3, nodelist: 3 } },
    }),
    library('cpg', { history: { ...history, callbacks: { confchg: 2, deliver: 40, totem_confchg: 1 } } }),
    library('cmap', { history: { ...history, callbacks: { cmap: 1 } } }),
    library('cmap_stats', { loaded: { soname: 'libcmap.so.4', features: ['stats_map'] } }),
    library('cfg', { loaded: { soname: 'libcfg.so.7', features: ['node_status_v1'] } }),
    library('votequorum', { history: { ...history, dispatches: 0, dispatchSeconds: 0, lastDispatchCode: undefined } }),
  ],
  probes: [
    { library: 'quorum', success: true, seconds: 0.0001 },
    { library: 'votequorum', success: true, seconds: 0.0002 },
  ],
  lanes: [
    { name: 'services', heldSeconds: 0, restarts: 0 },
    { name: 'votequorum', heldSeconds: 0, restarts: 0 },
  ],
  cluster: {
    name: 'hacluster',
    transport: 'knet',
    cryptoCipher: 'aes256',
    cryptoHash: 'sha256',
    nodes: [1, 2, 3].map((nodeid) => ({
      nodeid,
      name: `node${nodeid}`,
      local: nodeid === 1,
      addresses: [
        { link: 0, address: `192.0.2.${nodeid}` },
        { link: 1, address: `198.51.100.${nodeid}` },
      ],
    })),
  },
  localNodeid: 1,
  configuration: { keys, digest: digestOf(keys) },
  quorum: { quorate: true, provider: true, ringId: { nodeid: 1, seq: 1208n }, members: [1, 2, 3] },
  membership: { ringId: { nodeid: 1, seq: 1208n }, members: [1, 2, 3] },
  quorumHistory: { notifications: 2, transitions: { quorate: 1, inquorate: 1 }, lastTransition: 1_700_000_010.5 },
  membershipHistory: { changes: 2, joins: { 2: 1 }, leaves: { 2: 1 }, lastChange: 1_700_000_010.25 },
  cpg: {
    confchg: { join: 1, nodedown: 1 },
    deliveries: 40,
    roundTrip: { bounds: [0.001, 0.01, 1], counts: [30, 9, 0, 1], sum: 2.5, count: 40 },
    roundTripFailures: { timeout: 1 },
  },
  cpgPeers: 3,
  areas: Object.fromEntries(Object.entries(areas).map(([name, value]) => [name, { seconds: 0.0005, value }])),
  pauses: { count: 1, last: { timestamp: 1_700_000_020.5, delay: 0.75 }, since: 1_700_000_020.5 },
  clients: [
    {
      service: 'cpg',
      process: 'pacemakerd',
      totals: {
        requests: 30n,
        responses: 29n,
        dispatched: 28n,
        overload: 4n,
        invalid_request: 0n,
        flow_control_count: 1n,
      },
    },
    { service: 'cmap', process: 'corosync-cmapct', totals: { requests: 2n ** 60n } },
  ],
  staleMembers: [
    { group: 'crmd', nodeid: 1, count: 0 },
    { group: 'crmd', nodeid: 2, count: 1 },
  ],
  daemon: { startTime: 1_700_000_000.12, residentBytes: 181_403_648 },
};

/** Corosync is stopped in the middle of something: nothing is confirmed, the configuration is remembered. */
export const frozen: Snapshot = {
  ...healthy,
  up: false,
  syncInProgress: undefined,
  probes: healthy.probes.map((probe) => ({ ...probe, success: false, seconds: 1 })),
  lanes: healthy.lanes.map((lane) => ({ ...lane, heldSeconds: 12.5 })),
  configuration: undefined,
  areas: {},
  staleMembers: undefined,
  quorum: undefined,
  membership: undefined,
  cpgPeers: undefined,
};

/** Corosync was killed: the connections are lost and not back yet. */
export const down: Snapshot = {
  ...frozen,
  libraries: healthy.libraries.map((state) => ({
    ...state,
    connected: false,
    confirmed: undefined,
    error: { call: `${state.name}_dispatch`, code: 2 },
    history: {
      ...state.history,
      connectErrors: { CS_ERR_LIBRARY: 4, CS_ERR_NOT_EXIST: 1 },
      callErrors: { [`${state.name}_finalize`]: { CS_ERR_LIBRARY: 1 } },
      ...(state.name === 'votequorum' ? {} : { dispatchErrors: { CS_ERR_LIBRARY: 1 }, lastDispatchCode: 2 }),
    },
  })),
  lanes: healthy.lanes,
  daemon: undefined,
};

/** The sync phase: votequorum answers, everything else waits; the state announced last still holds. */
export const sync: Snapshot = {
  ...healthy,
  syncInProgress: true,
  probes: healthy.probes.map((probe) =>
    probe.library === 'quorum' ? { ...probe, success: false, seconds: 1 } : probe,
  ),
  lanes: healthy.lanes.map((lane) => (lane.name === 'services' ? { ...lane, heldSeconds: 3.25 } : lane)),
  configuration: undefined,
  areas: { votes: { seconds: 0.0005, value: areas.votes } },
  staleMembers: undefined,
};

/** Right after the start, with no library installed. */
export const blank: Snapshot = {
  ...down,
  libraries: down.libraries.map((state) => ({
    ...state,
    loaded: undefined,
    missing: 'install it',
    error: undefined,
    history: { ...history, connects: 0, dispatches: 0, dispatchSeconds: 0, lastDispatchCode: undefined },
  })),
  cluster: undefined,
  localNodeid: undefined,
  quorumHistory: { notifications: 0, transitions: { quorate: 0, inquorate: 0 }, lastTransition: undefined },
  membershipHistory: { changes: 0, joins: {}, leaves: {}, lastChange: undefined },
  cpg: {
    confchg: {},
    deliveries: 0,
    roundTrip: { bounds: [0.001, 0.01, 1], counts: [0, 0, 0, 0], sum: 0, count: 0 },
    roundTripFailures: {},
  },
  pauses: { count: 0, last: undefined, since: undefined },
  clients: [],
};
