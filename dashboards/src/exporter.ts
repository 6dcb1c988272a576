import { ofOneCluster as annotations } from './annotations.ts';
import { dashboard } from './dashboard.ts';
import { clients, groupRoundTrip } from './exporter-clients.ts';
import { answers, dispatch, health } from './exporter-health.ts';
import { collectors, own } from './exporter-own.ts';
import { ofOneCluster as variables } from './variables.ts';

/** The exporters themselves: what corosync answers them, and what they cost. */
export const exporterDashboard = dashboard({
  uid: 'corosync-exporter',
  description: 'The exporters of one Corosync cluster and the programs that talk to corosync, from corosync-exporter.',
  from: 'now-1h',
  variables,
  annotations,
  sections: [
    { panels: health },
    { title: 'Answers of corosync', panels: answers },
    { title: 'Dispatch', panels: dispatch },
    { title: "Round trip through the exporters' own group", panels: groupRoundTrip },
    { title: 'Programs that talk to corosync', panels: clients },
    { title: 'Collectors', panels: collectors },
    { title: 'The process itself', panels: own },
  ],
});
