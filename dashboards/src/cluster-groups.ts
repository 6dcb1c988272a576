import { cells, colour, meanings, steps } from './palette.ts';
import { colouredCell, graph, stat, table } from './panels.ts';
import { columns, of } from './queries.ts';
import { matrix } from './transformations.ts';

/** Who is in which process group, and who should no longer be. */
export const groups = [
  stat({
    title: 'Stale members',
    description:
      'Processes that a group still lists on a node that is gone: the others wait for them for ever. Restart corosync on the ' +
      'node that lists them.',
    size: [4, 8],
    queries: [
      [`max(sum by (job, instance) (${of('corosync_cpg_stale_members')})) or 0 * max(${of('corosync_cpg_groups')})`],
    ],
    mappings: meanings({ 0: ['none', colour.good] }),
    thresholds: steps(colour.good, [1, colour.bad]),
  }),
  table({
    title: 'Groups',
    description: 'Each CPG group: its processes, the nodes that they are on, and members that are stale.',
    size: [10, 8],
    queries: [
      [
        columns({
          Processes: `max by (group) (${of('corosync_cpg_group_members')})`,
          Nodes: `max by (group) (${of('corosync_cpg_group_nodes')})`,
          Stale: `max by (group) (sum by (job, instance, group) (${of('corosync_cpg_stale_members')}))`,
        }),
      ],
    ],
    transformations: matrix('group', 'column', 'Group', ['Nodes', 'Processes', 'Stale']),
    unit: 'none',
    sortBy: ['Group', false],
    overrides: [
      {
        match: 'Stale',
        properties: {
          mappings: cells({ 0: ['none', colour.good] }),
          thresholds: { mode: 'absolute', steps: steps(colour.good, [1, colour.bad]) },
          'custom.cellOptions': colouredCell,
        },
      },
    ],
  }),
  graph({
    title: 'Nodes in each group',
    description:
      'Nodes with processes in each group, against the members of the cluster: a group with fewer misses a daemon.',
    size: [10, 8],
    queries: [
      [`max by (group) (${of('corosync_cpg_group_nodes')})`, '{{group}}'],
      [`max(${of('corosync_membership_members')})`, 'members of the cluster'],
      [`max(${of('corosync_cpg_groups')})`, 'number of groups'],
    ],
    stairs: true,
    decimals: 0,
    overrides: [
      {
        match: 'members of the cluster',
        properties: {
          color: { mode: 'fixed', fixedColor: colour.bad },
          'custom.lineStyle': { fill: 'dash', dash: [12, 6] },
        },
      },
    ],
  }),
];
