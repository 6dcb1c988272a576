import { type Collector, gauge, row, rowSamples, sample } from './metric.ts';
import { byMember } from './nodes.ts';

const version = gauge(
  'corosync_config_version',
  'Version of the configuration on this node (cmap totem.config_version); absent where corosync.conf has none.',
);
const nodeVersion = gauge(
  'corosync_node_config_version',
  'Version of the configuration on the node, as it announced when it joined or reloaded; 0: it has none (cmap runtime.members.*.config_version).',
  ['node_id', 'node'],
);
const digest = gauge(
  'corosync_config_digest',
  'First 48 bits of a hash of what must be equal on all nodes: cmap totem.*, nodelist.* and quorum.* without what each node has for itself. Absent in the middle of a reload.',
);
const reloading = gauge(
  'corosync_config_reload_in_progress',
  '1 while corosync reloads its configuration, else 0 (cmap config.reload_in_progress).',
);
const reloadStatus = gauge(
  'corosync_config_reload_status_code',
  'Outcome of the last reload that corosync tried to apply, a cs_error_t: 1 is CS_OK (cmap config.reload_status). A file that cannot be parsed leaves it as it was; absent before the first.',
);

/** Whether all nodes run the same configuration. */
export const configurationCollector: Collector = {
  name: 'configuration',
  enabledByDefault: true,
  metrics: [version, nodeVersion, digest, reloading, reloadStatus],
  *collect(snapshot) {
    const { configuration } = snapshot;
    if (configuration === undefined) return;
    const { keys } = configuration;
    yield* rowSamples([row('totem.config_version', version, {})], keys);
    for (const [node, value] of byMember(snapshot, 'config_version')) yield sample(nodeVersion, value, node);
    if (configuration.digest !== undefined) yield sample(digest, configuration.digest);
    yield sample(reloading, Number(keys['config.reload_in_progress'] ?? 0));
    yield* rowSamples([row('config.reload_status', reloadStatus, {})], keys);
  },
};
