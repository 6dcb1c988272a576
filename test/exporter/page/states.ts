import type { Snapshot } from '../../../src/monitor/snapshot.ts';
import { healthy } from '../snapshots.ts';

const { links, votes, groups } = healthy.areas;

/** `healthy` without its faults: every link up, all three nodes members for votequorum too. */
export const whole: Snapshot = {
  ...healthy,
  areas: {
    ...healthy.areas,
    links: links?.value && {
      ...links,
      value: {
        nodes: links.value.nodes.map((node) => ({
          ...node,
          reachable: true,
          links: node.links.map((link) => ({ ...link, connected: true })),
        })),
      },
    },
    votes: votes?.value && {
      ...votes,
      value: {
        ...votes.value,
        nodes: votes.value.nodes.map((node) => ({
          ...node,
          state: 'member' as const,
          qdevice: { ...node.qdevice, registered: true, alive: true },
        })),
      },
    },
  },
};

const ringId = { nodeid: 1, seq: 1212n };

/** Node 1 cut off from the others, just now: a group still has processes of node 3. */
export const alone: Snapshot = {
  ...healthy,
  quorum: { quorate: false, provider: true, ringId, members: [1] },
  membership: { ringId, members: [1] },
  areas: {
    ...healthy.areas,
    groups,
    links: links?.value && {
      ...links,
      value: {
        nodes: links.value.nodes.map((node) => ({
          ...node,
          reachable: false,
          links: node.links.map((link) => ({ ...link, connected: false })),
        })),
      },
    },
    votes: votes?.value && {
      ...votes,
      value: {
        ...votes.value,
        totalVotes: 1,
        nodes: votes.value.nodes.map((node) => ({ ...node, state: node.nodeid === 1 ? 'member' : 'dead' })),
      },
    },
  },
  staleMembers: [{ group: 'crmd', nodeid: 3, count: 1 }],
};
