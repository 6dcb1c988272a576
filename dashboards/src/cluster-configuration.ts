import { colour, meanings, resultCodes, steps } from './palette.ts';
import { graph, stat, table } from './panels.ts';
import { columns, increase, of } from './queries.ts';
import { matrix, only } from './transformations.ts';

const one = (metric: string) => `max by (job, instance) (${of(metric)})`;

/** When the machine did not let corosync run. */
export const scheduling = [
  graph({
    title: 'Scheduling pauses',
    description:
      'How often corosync was not let run in time: a busy hypervisor, a snapshot, memory that was swapped out.',
    size: [12, 6],
    queries: [[`${increase('corosync_scheduling_pauses_total')}`, '{{instance}}']],
    bars: true,
    softMax: 2,
  }),
  table({
    title: 'Last pause and start of corosync',
    description: 'When the last pause was and how long, and when corosync was started, by node.',
    size: [12, 6],
    queries: [
      [
        columns({
          'corosync started': `1000 * ${one('corosync_process_start_time_seconds')}`,
          'Last pause': `1000 * ${one('corosync_scheduling_last_pause_timestamp_seconds')}`,
          'It took': one('corosync_scheduling_last_pause_seconds'),
        }),
      ],
    ],
    transformations: matrix('instance', 'column', 'Node', ['corosync started', 'Last pause', 'It took']),
    unit: 'none',
    noValue: 'none seen',
    sortBy: ['Node', false],
    overrides: [
      { match: /^corosync started|^Last pause/, properties: { unit: 'dateTimeFromNow' } },
      { match: 'It took', properties: { unit: 's' } },
    ],
  }),
];

/** Whether the nodes have the same configuration. */
export const configuration = [
  stat({
    title: 'Configurations',
    description:
      'How many different contents of corosync.conf the nodes have loaded, by digest. More than one is an accident in waiting.',
    size: [4, 7],
    queries: [[`count(count_values("digest", ${of('corosync_config_digest')}))`]],
    mappings: meanings({ 1: ['all alike', colour.good] }),
    thresholds: steps(colour.good, [2, colour.bad]),
  }),
  table({
    title: 'Configuration by node',
    description:
      'Version and digest of the configuration that each node has loaded. The outcome of the last reload is a cs_error_t.',
    size: [10, 7],
    queries: [
      [
        columns({
          Version: one('corosync_config_version'),
          Digest: one('corosync_config_digest'),
          'Last reload': one('corosync_config_reload_status_code'),
          Reload: one('corosync_config_reload_in_progress'),
        }),
      ],
    ],
    transformations: matrix('instance', 'column', 'Node', ['Version', 'Digest', 'Reload', 'Last reload']),
    unit: 'none',
    noValue: 'none',
    sortBy: ['Node', false],
    overrides: [
      { match: 'Last reload', properties: { mappings: resultCodes } },
      {
        match: 'Reload',
        properties: { mappings: meanings({ 0: ['at rest', colour.good], 1: ['RELOADING', colour.attention] }) },
      },
    ],
  }),
  table({
    title: 'Addresses',
    description: 'Addresses of each configured node, by link.',
    size: [10, 7],
    queries: [[`max by (node_id, link, address) (${of('corosync_node_address_info')})`]],
    transformations: only(['node_id', 'Node id'], ['link', 'Link'], ['address', 'Address']),
    sortBy: ['Node id', false],
  }),
  table({
    title: 'Cluster and quorum device as configured',
    description:
      'Transport and encryption of the cluster, and name, model, host and algorithm of its quorum device if it has one.',
    size: [24, 5],
    queries: [
      [
        `max by (instance, cluster_name, transport, crypto_cipher, crypto_hash, name, model, host, algorithm) (` +
          `${of('corosync_qdevice_info')} * on (job, instance) group_left (cluster_name, transport, crypto_cipher, crypto_hash) ` +
          `max by (job, instance, cluster_name, transport, crypto_cipher, crypto_hash) (${of('corosync_cluster_info')})` +
          ` or on (job, instance) ${of('corosync_cluster_info')})`,
      ],
    ],
    transformations: only(
      ['instance', 'Node'],
      ['cluster_name', 'Cluster'],
      ['transport', 'Transport'],
      ['crypto_cipher', 'Cipher'],
      ['crypto_hash', 'Hash'],
      ['name', 'Device'],
      ['model', 'Model'],
      ['host', 'Host'],
      ['algorithm', 'Algorithm'],
    ),
    sortBy: ['Node', false],
  }),
];
