import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { delayLink } from './delayed-link.ts';
import type { Fault } from './faults.ts';

const traffic = fileURLToPath(new URL('../cluster/cpg-traffic.mjs', import.meta.url));
const loss = [
  'add table inet loss',
  'add chain inet loss input { type filter hook input priority 0; }',
  'add rule inet loss input iifname "link*" numgen random mod 100 < 20 drop',
];
const running: { traffic?: ChildProcess; undelay?: () => void } = {};

/** Faults of the network between three nodes with three links. */
export const linkFaults: readonly Fault[] = [
  {
    name: 'one-link-cut',
    what: 'The cable of node 3 on link 1 is pulled',
    site: 'plain',
    expected: ['CorosyncLinkDown link=1'],
    inject: ({ lab }) => lab.linkDown(3, 1),
    heal: ({ lab }) => lab.linkUp(3, 1),
  },
  {
    name: 'all-but-one-link-cut',
    what: 'The cables of node 3 on links 1 and 2 are pulled',
    site: 'plain',
    expected: ['CorosyncLastLink'],
    // Of two cables that are plugged in again, one link is up first.
    afterwards: ['CorosyncLinkDown'],
    inject: ({ lab }) => Promise.all([lab.linkDown(3, 1), lab.linkDown(3, 2)]),
    heal: ({ lab }) => Promise.all([lab.linkUp(3, 1), lab.linkUp(3, 2)]),
  },
  {
    name: 'packet-loss',
    what: 'Node 2 loses a fifth of the packets that it is sent on every link, under CPG traffic',
    site: 'plain',
    expected: ['CorosyncRetransmits'],
    // How much it takes to lose the token, a link or a member is a matter of chance, and so is for how long corosync
    // takes no requests because it does not get rid of its messages.
    may: [
      ...['CorosyncTokenLost', 'CorosyncLinkDown', 'CorosyncLinkFlapping', 'CorosyncMembershipFlapping'],
      ...['CorosyncNodeWithoutQuorum', 'CorosyncFrozen'],
    ],
    afterwards: ['CorosyncTokenLost'],
    inject: async (site) => {
      running.traffic = site.lab.spawn(1, process.execPath, [traffic], { stdio: 'ignore' });
      await site.command(2, 'nft', loss.join('; '));
    },
    heal: async (site) => {
      running.traffic?.kill();
      await site.command(2, 'nft', 'delete', 'table', 'inet', 'loss');
    },
  },
  {
    name: 'latency',
    what: 'Packets of node 3 on link 0 take 30 ms longer in each direction: a round trip of 60 ms',
    site: 'plain',
    expected: ['CorosyncLinkLatencyHigh link=0'],
    inject: async (site) => {
      running.undelay = delayLink(site, 3, 0, 30);
    },
    heal: async () => running.undelay?.(),
  },
];
