import { clusterDashboard } from './cluster.ts';
import { clustersDashboard } from './clusters.ts';
import type { Uid } from './dashboard.ts';
import { exporterDashboard } from './exporter.ts';
import type { Json } from './finish.ts';

/** Every dashboard by its uid, which is also the name of its file. */
export const dashboards: Readonly<Record<Uid, Json>> = {
  'corosync-clusters': clustersDashboard,
  'corosync-cluster': clusterDashboard,
  'corosync-exporter': exporterDashboard,
};
