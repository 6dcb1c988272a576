import { ofOneCluster as annotations } from './annotations.ts';
import { configuration, scheduling } from './cluster-configuration.ts';
import { groups } from './cluster-groups.ts';
import { links } from './cluster-links.ts';
import { atAGlance, quorum } from './cluster-quorum.ts';
import { totem } from './cluster-totem.ts';
import { votes } from './cluster-votes.ts';
import { dashboard } from './dashboard.ts';
import { ofOneCluster as variables } from './variables.ts';

/** One cluster: who is in, who sees whom, and what the network does. */
export const clusterDashboard = dashboard({
  uid: 'corosync-cluster',
  description: 'One Corosync cluster, as each of its nodes sees it, from corosync-exporter.',
  from: 'now-1h',
  variables,
  annotations,
  sections: [
    { panels: [...atAGlance, ...quorum] },
    { title: 'Votes and membership', panels: votes },
    { title: 'Links', panels: links },
    { title: 'Totem', panels: totem },
    { title: 'Scheduling', panels: scheduling },
    { title: 'Process groups', panels: groups },
    { title: 'Configuration', panels: configuration },
  ],
});
