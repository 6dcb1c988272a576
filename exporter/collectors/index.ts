import { clusterCollector } from './cluster.ts';
import { configurationCollector } from './configuration.ts';
import { cpgCollector } from './cpg.ts';
import { cpgGroupsCollector, cpgNodeMembersCollector } from './cpg-groups.ts';
import { healthCollector } from './health.ts';
import { ipcCollector } from './ipc.ts';
import { knetHandleCollector } from './knet-handle.ts';
import { linkPacketsCollector, linkTrafficCollector } from './link-traffic.ts';
import { linksCollector } from './links.ts';
import { membershipCollector } from './membership.ts';
import type { Collector } from './metric.ts';
import { processCollector, processMemoryCollector } from './process.ts';
import { qdeviceCollector } from './qdevice.ts';
import { quorumCollector } from './quorum.ts';
import { schedulingCollector } from './scheduling.ts';
import { serviceMessagesCollector } from './service-messages.ts';
import { totemCollector } from './totem.ts';
import { votequorumCollector } from './votequorum.ts';

/** Every collector, in the order of the exposition. */
export const collectors: readonly Collector[] = [
  healthCollector,
  quorumCollector,
  membershipCollector,
  clusterCollector,
  votequorumCollector,
  qdeviceCollector,
  linksCollector,
  linkTrafficCollector,
  linkPacketsCollector,
  knetHandleCollector,
  totemCollector,
  schedulingCollector,
  cpgCollector,
  cpgGroupsCollector,
  cpgNodeMembersCollector,
  ipcCollector,
  configurationCollector,
  serviceMessagesCollector,
  processCollector,
  processMemoryCollector,
];
