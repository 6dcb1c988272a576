import { colour, meanings } from './palette.ts';
import { graph, table, timeline } from './panels.ts';
import { increase, of, rate } from './queries.ts';
import { only } from './transformations.ts';

/** Each area that is read, whether that worked and how long it took. */
export const collectors = [
  timeline({
    title: 'Areas read',
    description:
      'Whether each area could be read and rendered at every node that answers. The log of the exporter says why not.',
    size: [12, 12],
    queries: [[`min by (collector) (${of('corosync_exporter_collector_success')})`, '{{collector}}']],
    mappings: meanings({ 1: ['read', colour.good], 0: ['FAILED', colour.bad] }),
  }),
  graph({
    title: 'Time of each collector',
    description: 'Time that it took at the slowest node to read an area and to render it.',
    size: [12, 12],
    queries: [[`max by (collector) (${of('corosync_exporter_collector_duration_seconds')})`, '{{collector}}']],
    unit: 's',
    legendTable: true,
  }),
];

/** What the exporters cost. */
export const own = [
  graph({
    title: 'Processor',
    description: 'Processor time that each exporter takes, in shares of one core.',
    size: [8, 7],
    queries: [[`${rate('process_cpu_seconds_total')}`, '{{instance}}']],
    unit: 'percentunit',
  }),
  graph({
    title: 'Memory',
    description: 'Resident memory of each exporter.',
    size: [8, 7],
    queries: [[`${of('process_resident_memory_bytes')}`, '{{instance}}']],
    unit: 'bytes',
  }),
  graph({
    title: 'Workers and descriptors',
    description:
      'How long each worker has been waiting in one call, how often workers were started again, open descriptors.',
    size: [8, 7],
    queries: [
      [`max by (lane) (${of('corosync_exporter_lane_held_seconds')})`, '{{lane}} waits, in seconds'],
      [`sum by (lane) (${increase('corosync_exporter_lane_restarts_total')})`, '{{lane}} restarts'],
      [`max(${of('process_open_fds')})`, 'descriptors'],
    ],
  }),
  table({
    title: 'Versions',
    description: 'Version of each exporter and what it was built from and runs on.',
    size: [10, 8],
    queries: [
      [`max by (instance, version, revision, node_version, koffi_version) (${of('corosync_exporter_build_info')})`],
    ],
    transformations: only(
      ['instance', 'Exporter'],
      ['version', 'Version'],
      ['revision', 'Revision'],
      ['node_version', 'Node.js'],
      ['koffi_version', 'koffi'],
    ),
    sortBy: ['Exporter', false],
  }),
  table({
    title: 'Libraries of corosync',
    description: 'Client libraries that the exporters have loaded, and the optional calls found in them.',
    size: [14, 8],
    queries: [[`count by (library, soname, features) (${of('corosync_library_info')})`]],
    transformations: only(
      ['library', 'Library'],
      ['soname', 'File'],
      ['features', 'Optional calls'],
      ['Value', 'Exporters'],
    ),
    sortBy: ['Library', false],
  }),
];
