import type { CfgApi, CmapApi } from '../corosync/bindings.ts';
import { CsError } from '../corosync/cs-error.ts';
import type { LinkStatus, NodeStatus } from '../corosync/types.ts';
import type { Link, Links, ReachedNode, Statistic } from './areas.ts';
import { unless } from './read-area.ts';
import { readStatistics } from './read-statistics.ts';
import type { Cluster, ConfiguredNode } from './snapshot.ts';

/** While a link is down knet leaves it as it was. */
const LATENCY = 'latency_ave';

/** How corosync sees the links to the other nodes: state by one call a node, `fields` by their known keys. */
export function readLinks(
  cfg: CfgApi | undefined,
  stats: CmapApi | undefined,
  cluster: Cluster,
  fields: readonly string[],
): Links {
  const knet = cluster.transport === 'knet';
  const statistics = (node: ConfiguredNode, link: number, names: readonly string[]) =>
    stats === undefined || !knet ? {} : readLinkStatistics(stats, node.nodeid, link, names);
  const nodes: ReachedNode[] = [];
  for (const node of remoteNodes(cluster)) {
    const status = cfg && statusOf(cfg, node.nodeid);
    if (status !== undefined) {
      // UDP and UDPU have one link, with the node's state.
      const links = linksOf(node)
        .filter((link) => knet || link === 0)
        .flatMap((link): Link[] => {
          const { enabled, connected, mtu } = linkStatus(status, node, link) ?? {};
          if (enabled === undefined || connected === undefined) return [];
          const current = connected ? fields : fields.filter((field) => field !== LATENCY);
          return [{ link, enabled, connected, mtu: mtu || undefined, statistics: statistics(node, link, current) }];
        });
      nodes.push({
        nodeid: node.nodeid,
        reachable: status.reachable,
        onwireVersion: status.onwireVersion || undefined,
        links,
      });
    } else if (knet) {
      // Before corosync 3.1.1 the statistics have the state as well.
      const links = linksOf(node).flatMap((link): Link[] => {
        const { enabled, connected, mtu, ...rest } = statistics(node, link, [...stateFields, ...fields]);
        if (enabled === undefined || connected === undefined) return [];
        const state = { enabled: Number(enabled) === 1, connected: Number(connected) === 1 };
        if (!state.connected) delete rest[LATENCY];
        return [{ link, ...state, mtu: Number(mtu) || undefined, statistics: rest }];
      });
      if (links.length === 0) continue;
      const reachable = links.some(({ connected }) => connected);
      nodes.push({ nodeid: node.nodeid, reachable, onwireVersion: undefined, links });
    }
  }
  return { nodes };
}

const stateFields = ['enabled', 'connected', 'mtu'];

/** The nodes that links lead to. */
export function remoteNodes({ nodes }: Cluster): ConfiguredNode[] {
  return nodes.filter(({ local }) => !local);
}

/** The numbers of a node's links. */
export function linksOf({ addresses }: ConfiguredNode): number[] {
  return addresses.map(({ link }) => link);
}

/** What corosync tells of that link of the node. */
export function linkStatus({ links }: NodeStatus, node: ConfiguredNode, link: number): LinkStatus | undefined {
  const numbers = linksOf(node);
  // Corosync 3.1.1 to 3.1.4 do not leave gaps between the links that are configured.
  const compact = links.some(({ source }, slot) => source !== '' && !numbers.includes(slot));
  return links[compact ? numbers.indexOf(link) : link];
}

/** Undefined where corosync has no such call, or does not know the node. */
function statusOf(cfg: CfgApi, nodeid: number): NodeStatus | undefined {
  return unless([CsError.CS_ERR_NOT_SUPPORTED, CsError.CS_ERR_FAILED_OPERATION], () => cfg.nodeStatusGet(nodeid));
}

/**
 * Fields of `stats.knet.nodeN.linkL`. corosync answers CS_ERR_LIBRARY where knet does not have the link: a dead connection
 * is found when it is drained.
 */
export function readLinkStatistics(
  stats: CmapApi,
  nodeid: number,
  link: number,
  fields: readonly string[],
): Record<string, Statistic> {
  const prefix = `stats.knet.node${nodeid}.link${link}.`;
  const found = unless([CsError.CS_ERR_LIBRARY], () =>
    readStatistics(
      stats,
      fields.map((field) => prefix + field),
    ),
  );
  return Object.fromEntries(Object.entries(found ?? {}).map(([key, value]) => [key.slice(prefix.length), value]));
}
