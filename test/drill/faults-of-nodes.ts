import type { Fault } from './faults.ts';
import type { Site } from './site.ts';

/** nobody and nogroup: no user that corosync lets in. */
const NOBODY = 65534;
const grant = (site: Site, allowed: 0 | 1) =>
  site.command(3, 'corosync-cmapctl', '-s', `uidgid.gid.${NOBODY}`, 'u8', String(allowed));
const pacemakerGroups = ['attrd', 'cib', 'crmd', 'stonith-ng'];

/** Faults of node 3 of three. */
export const nodeFaults: readonly Fault[] = [
  {
    name: 'node-killed',
    what: 'Node 3 loses power',
    site: 'plain',
    expected: ['CorosyncNodeMissing node=node3'],
    watch: 170, // by then CorosyncExporterDown would have arrived, if nothing inhibited it
    inject: (site) => site.nodeDies(3),
    heal: (site) => site.nodeReturns(3),
  },
  {
    name: 'corosync-killed',
    what: 'corosync on node 3 is killed',
    site: 'plain',
    expected: ['CorosyncDown node=node3'],
    inject: ({ lab }) => lab.kill(3),
    heal: ({ lab }) => lab.start(3),
  },
  {
    name: 'corosync-frozen',
    what: 'corosync on node 3 is stopped by SIGSTOP',
    site: 'plain',
    expected: ['CorosyncFrozen node=node3'],
    // corosync itself counts it when it runs again
    afterwards: ['CorosyncSchedulingPause node=node3'],
    inject: async ({ lab }) => lab.freeze(3),
    heal: async ({ lab }) => lab.thaw(3),
  },
  {
    name: 'exporter-killed',
    what: 'The exporter on node 3 is killed',
    site: 'plain',
    expected: ['CorosyncExporterDown node=node3'],
    inject: (site) => site.killExporter(3),
    heal: async (site) => site.startExporter(3),
  },
  {
    name: 'access-revoked',
    what: 'The exporter on node 3 is no longer allowed in, and corosync there is restarted',
    site: 'plain',
    expected: ['CorosyncAccessRefused node=node3'],
    prepare: async (site) => {
      await grant(site, 1);
      await site.exporter(3).end();
      site.startExporter(3, { uid: NOBODY, gid: NOBODY });
    },
    inject: async (site) => {
      await grant(site, 0);
      await site.lab.stop(3);
      await site.lab.start(3);
    },
    heal: (site) => grant(site, 1),
    restore: async (site) => {
      await site.exporter(3).end();
      site.startExporter(3);
    },
  },
  {
    name: 'pacemaker-ended',
    what: "Pacemaker's daemons on node 3 end, corosync runs",
    site: 'plain',
    expected: pacemakerGroups.map((group) => `CorosyncCpgGroupIncomplete group=${group}`),
    prepare: (site) => site.startPacemaker(1, 2, 3),
    inject: (site) => site.endPacemaker(3),
    heal: (site) => site.startPacemaker(3),
    restore: (site) => site.endPacemaker(1, 2, 3),
  },
];
