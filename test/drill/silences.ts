import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from './faults.ts';

/** What happens every week, and nobody is to be told. */
export const silences: readonly Fault[] = [
  {
    name: 'corosync-restarted',
    what: 'A planned restart of corosync on node 3',
    site: 'plain',
    expected: [],
    mostScale: 2,
    inject: async ({ lab }) => {
      await lab.stop(3);
      await lab.start(3);
    },
    heal: (site) => site.healthy(),
  },
  {
    name: 'node-rebooted',
    what: 'A planned reboot of node 3: it is away for 40 s',
    site: 'plain',
    expected: [],
    mostScale: 1,
    inject: async (site) => {
      await Promise.all([site.exporter(3).end(), site.lab.stop(3)]);
      site.management.cut(3);
      await sleep(40_000);
      await site.nodeReturns(3);
    },
    heal: (site) => site.healthy(),
  },
  {
    name: 'exporters-restarted',
    what: 'A restart of all exporters',
    site: 'plain',
    expected: [],
    inject: async (site) => {
      for (const nodeid of site.nodeids) {
        await site.exporter(nodeid).end();
        site.startExporter(nodeid);
      }
    },
    heal: (site) => site.healthy(),
  },
  {
    name: 'health',
    what: 'Nothing happens',
    site: 'plain',
    expected: [],
    watch: 3600,
    inject: async () => {},
    heal: (site) => site.healthy(),
  },
];
