import { blank, cells, colour, presence, steps } from './palette.ts';
import { colouredCell, graph, stat, table } from './panels.ts';
import { columns, increase, named, of, rate, seen } from './queries.ts';
import { matrix } from './transformations.ts';

const path = 'job, instance, node_id, node, link';

/** A label for the lines of a matrix: the node that looks, and over which link. */
const along = (expression: string) => `label_join(${named(expression)}, "from", " link ", "instance", "link")`;

const off = `2 + 0 * (max by (${path}) (${of('corosync_link_enabled')}) == 0)`;

const slow = steps(colour.good, [0.005, colour.attention], [0.05, colour.bad]);

/** Every link as both of its ends see it, and how fast it is. */
export const links = [
  table({
    title: 'Link matrix',
    description:
      'Each line is a node and one of its links, each column the node at the other end, as the former sees it.',
    size: [12, 9],
    queries: [[along(`(${off} or ${seen('corosync_link_connected', 'corosync_link_enabled', path)})`)]],
    transformations: matrix('from', 'seen', 'from'),
    mappings: presence('up', 'DOWN'),
    overrides: [{ match: 'from', properties: { 'custom.cellOptions': { type: 'auto' } } }],
    noValue: '',
    coloured: true,
    sortBy: ['from', false],
  }),
  table({
    title: 'Latency matrix',
    description: 'Mean round trip of pings on each link. Corosync wants a few milliseconds at most.',
    size: [12, 9],
    queries: [
      [along(`max by (${path}) (${of('corosync_link_latency_seconds')} and ${of('corosync_link_connected')} == 1)`)],
    ],
    transformations: matrix('from', 'seen', 'from'),
    unit: 's',
    thresholds: slow,
    mappings: [blank],
    overrides: [{ match: 'from', properties: { 'custom.cellOptions': { type: 'auto' } } }],
    noValue: '',
    coloured: true,
    sortBy: ['from', false],
  }),
  graph({
    title: 'Latency',
    description: 'Mean round trip of pings on each link against the time after which an unanswered link is given up.',
    size: [24, 9],
    queries: [
      [`${of('corosync_link_latency_seconds')}`, '{{instance}} → {{node}} ({{node_id}}) link {{link}}'],
      [`min by (link) (${of('corosync_config_link_ping_timeout_seconds')})`, 'given up after, link {{link}}'],
    ],
    unit: 's',
    min: 0.00001,
    logarithmic: true,
    legendTable: true,
    overrides: [
      {
        match: /^given up/,
        properties: {
          color: { mode: 'fixed', fixedColor: colour.bad },
          'custom.lineStyle': { fill: 'dash', dash: [12, 6] },
        },
      },
    ],
  }),
  graph({
    title: 'Links that went down and came up',
    description: 'How often links went down (below) and came up (above), summed over the links of each node.',
    size: [8, 7],
    queries: [
      [`sum by (instance, link) (${increase('corosync_link_ups_total')})`, '{{instance}} link {{link}} up'],
      [`-sum by (instance, link) (${increase('corosync_link_downs_total')})`, '{{instance}} link {{link}} down'],
    ],
    bars: true,
    mirrored: true,
  }),
  graph({
    title: 'Traffic by kind',
    description: 'Bytes sent (below) and received (above) over all links of the chosen nodes, by kind of packet.',
    size: [8, 7],
    queries: [
      [`sum by (kind) (${rate('corosync_link_receive_bytes_total')})`, '{{kind}} received'],
      [`-sum by (kind) (${rate('corosync_link_transmit_bytes_total')})`, '{{kind}} sent'],
    ],
    unit: 'Bps',
    mirrored: true,
  }),
  graph({
    title: 'Failed and repeated sends',
    description: 'Packets that could not be sent, and packets whose sending was tried again, by node and link.',
    size: [8, 7],
    queries: [
      [`sum by (instance, link) (${rate('corosync_link_transmit_errors_total')})`, '{{instance}} link {{link}} failed'],
      [
        `sum by (instance, link) (${rate('corosync_link_transmit_retries_total')})`,
        '{{instance}} link {{link}} repeated',
      ],
    ],
    unit: 'pps',
    softMax: 1,
  }),
  table({
    title: 'Links by number',
    description:
      'Each link as configured and found: smallest data MTU, interval of pings and time without an answer after which it ' +
      'is given up, and, on corosync 2 only, whether its ring is marked faulty.',
    size: [12, 6],
    queries: [
      [
        columns({
          'Smallest MTU, bytes': `min by (link) (${of('corosync_link_mtu_bytes')})`,
          'Largest MTU, bytes': `max by (link) (${of('corosync_link_mtu_bytes')})`,
          'Ping every': `max by (link) (${of('corosync_config_link_ping_interval_seconds')})`,
          'Given up after': `max by (link) (${of('corosync_config_link_ping_timeout_seconds')})`,
          Faulty: `max by (link) (${of('corosync_ring_faulty')})`,
        }),
      ],
    ],
    transformations: matrix('link', 'column', 'Link', [
      'Smallest MTU, bytes',
      'Largest MTU, bytes',
      'Ping every',
      'Given up after',
      'Faulty',
    ]),
    unit: 'none',
    noValue: '–',
    sortBy: ['Link', false],
    overrides: [
      { match: /^Ping|^Given/, properties: { unit: 's' } },
      {
        match: 'Faulty',
        properties: {
          mappings: cells({ 0: ['no', colour.good], 1: ['FAULTY', colour.bad] }),
          'custom.cellOptions': colouredCell,
        },
      },
    ],
  }),
  table({
    title: 'Reachable nodes',
    description: 'Whether any link from the node of the line to the node of the column is up.',
    size: [8, 6],
    queries: [[named(`max by (instance, node_id, node) (${of('corosync_node_reachable')})`)]],
    transformations: matrix('instance', 'seen', 'from'),
    mappings: presence('reachable', 'UNREACHABLE'),
    noValue: '',
    overrides: [{ match: 'from', properties: { 'custom.cellOptions': { type: 'auto' } } }],
    coloured: true,
    sortBy: ['from', false],
  }),
  stat({
    title: 'Links left out',
    description: 'Links beyond links.traffic_limit of the exporter: their bytes and errors are left out above.',
    size: [4, 6],
    queries: [[`sum(${of('corosync_exporter_links_without_traffic')})`]],
    thresholds: steps(colour.good, [1, colour.attention]),
  }),
];
