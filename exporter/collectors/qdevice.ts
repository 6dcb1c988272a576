import type { NodeVotes } from '../../src/monitor/snapshot.ts';
import { type Collector, gauge, readOf, sample } from './metric.ts';
import { nodeLabels } from './nodes.ts';

const node = ['node_id', 'node', 'local'] as const;

const configured = gauge(
  'corosync_qdevice_configured',
  '1 if corosync.conf has a quorum device (cmap quorum.device.model), 0 if not.',
);
const info = gauge(
  'corosync_qdevice_info',
  'Always 1: the quorum device, by the name it registered with (votequorum_getinfo) and as configured (cmap quorum.device.*).',
  ['name', 'model', 'host', 'algorithm'],
);
const votes = gauge('corosync_qdevice_votes', 'Votes of the quorum device (votequorum_getinfo).');

const registered = gauge(
  'corosync_qdevice_registered',
  "1 if the node's qdevice daemon is registered with its corosync (votequorum_getinfo of that node).",
  node,
);
const alive = gauge(
  'corosync_qdevice_alive',
  "1 if the node's qdevice daemon polls its corosync in time (votequorum_getinfo of that node).",
  node,
);
const castVote = gauge(
  'corosync_qdevice_cast_vote',
  '1 if the qdevice gives its votes to the partition of the node (votequorum_getinfo of that node).',
  node,
);
const masterWins = gauge(
  'corosync_qdevice_master_wins',
  '1 if with the qdevice the node may stay quorate alone (votequorum_getinfo of that node).',
  node,
);

const bits = [
  [registered, 'registered'],
  [alive, 'alive'],
  [castVote, 'castVote'],
  [masterWins, 'masterWins'],
] as const satisfies readonly (readonly [unknown, keyof NodeVotes['qdevice']])[];

/** The quorum device as each node knows it. */
export const qdeviceCollector: Collector = {
  name: 'qdevice',
  enabledByDefault: true,
  reads: { votes: [] },
  metrics: [configured, info, votes, registered, alive, castVote, masterWins],
  *collect(snapshot) {
    const known = readOf(snapshot, 'votes');
    const keys = snapshot.configuration?.keys;
    const model = keys?.['quorum.device.model'];
    if (keys !== undefined) yield sample(configured, model !== undefined);
    if (model !== undefined) {
      const text = (key: string) => String(keys?.[`quorum.device.${model}.${key}`] ?? '');
      const name = known?.qdeviceName ?? '';
      yield sample(info, 1, { name, model: String(model), host: text('host'), algorithm: text('algorithm') });
    }
    if (known === undefined) return;
    // Without a device there is nothing to be alive.
    const { qdeviceName, nodes } = known;
    if (model === undefined && qdeviceName === '' && !nodes.some(({ qdevice }) => qdevice.registered)) return;
    yield sample(votes, known.qdeviceVotes);
    for (const { nodeid, qdevice } of nodes) {
      const local = snapshot.cluster?.nodes.some((one) => one.local && one.nodeid === nodeid) ?? false;
      const labels = { ...nodeLabels(snapshot, nodeid), local: String(local) };
      for (const [metric, bit] of bits) yield sample(metric, qdevice[bit], labels);
    }
  },
};
