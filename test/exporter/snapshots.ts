import type { LibraryHistory, LibraryName, LibraryState, Snapshot } from '../../src/monitor/snapshot.ts';

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
  joinCounts: { 1: 1, 2: 2, 3: 1 },
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
  daemon: { startTime: 1_700_000_000.12, residentBytes: 181_403_648 },
};

/** Corosync is stopped in the middle of something: nothing is confirmed, the configuration is remembered. */
export const frozen: Snapshot = {
  ...healthy,
  up: false,
  syncInProgress: undefined,
  probes: healthy.probes.map((probe) => ({ ...probe, success: false, seconds: 1 })),
  lanes: healthy.lanes.map((lane) => ({ ...lane, heldSeconds: 12.5 })),
  joinCounts: undefined,
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
  joinCounts: undefined,
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
};
