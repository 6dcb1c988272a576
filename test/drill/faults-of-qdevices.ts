import type { Fault } from './faults.ts';

/** Faults of two nodes and the quorum device that decides between them. */
export const qdeviceFaults: readonly Fault[] = [
  {
    name: 'qnetd-stopped',
    what: 'corosync-qnetd is stopped',
    site: 'qdevice',
    expected: ['CorosyncQdeviceVoteWithheld'],
    inject: async (site) => site.stopQnetd(),
    heal: async (site) => site.startQnetd(),
    restore: (site) => site.voting(),
  },
  {
    name: 'qdevice-ended',
    what: 'corosync-qdevice on node 2 is stopped',
    site: 'qdevice',
    expected: ['CorosyncQdeviceNotRegistered node=node2'],
    inject: async (site) => site.qdevice(2).kill(),
    heal: async (site) => site.startQdevice(2),
    restore: (site) => site.voting(),
  },
  {
    name: 'stuck-in-sync',
    what: 'corosync-qdevice on node 1 hangs, and corosync on node 2 is killed: node 1 does not come out of its sync phase',
    site: 'qdevice',
    expected: ['CorosyncSyncStuck', 'CorosyncDown node=node2'],
    mostScale: 3, // 30 s in the expression are as shipped
    watch: 60, // corosync gives the device up after 90 s
    inject: async (site) => {
      site.qdevice(1).kill('SIGSTOP');
      await site.lab.kill(2);
    },
    heal: async (site) => {
      site.qdevice(1).kill('SIGCONT');
      site.qdevice(2).kill();
      await site.lab.start(2);
      site.startQdevice(2);
    },
    restore: (site) => site.voting(),
  },
];
