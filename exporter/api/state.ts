import { csErrorName } from '../../src/corosync/cs-error.ts';
import type { RingId } from '../../src/corosync/types.ts';
import { formatRingId } from '../../src/monitor/changes.ts';
import type { Link, Snapshot } from '../../src/monitor/snapshot.ts';
import type { State } from './schema.ts';

/** A snapshot in the words of the API. */
export function stateOf(snapshot: Snapshot): State {
  const { cluster, quorum, membership, configuration, areas } = snapshot;
  const votes = areas.votes?.value;
  const version = configuration?.keys['totem.config_version'];
  return {
    time: snapshot.time,
    simulated: snapshot.simulated,
    up: snapshot.up,
    sync_in_progress: snapshot.syncInProgress ?? null,
    cluster: cluster
      ? {
          name: cluster.name,
          transport: cluster.transport,
          crypto_cipher: cluster.cryptoCipher,
          crypto_hash: cluster.cryptoHash,
        }
      : null,
    local_node_id: snapshot.localNodeid ?? null,
    quorum: quorum
      ? { quorate: quorum.quorate, provider_configured: quorum.provider, ring: ringOf(quorum.ringId) }
      : null,
    membership: membership ? { members: [...membership.members], ring: ringOf(membership.ringId) } : null,
    votes: votes
      ? {
          expected: votes.expectedVotes,
          highest_expected: votes.highestExpected,
          total: votes.totalVotes,
          quorum: votes.quorum,
          flags: Object.entries(votes.flags).flatMap(([name, on]) => (on ? [name] : [])),
          qdevice: votes.qdeviceName === '' ? null : { name: votes.qdeviceName, votes: votes.qdeviceVotes },
        }
      : null,
    nodes: nodesOf(snapshot),
    groups: groupsOf(snapshot),
    configuration: configuration
      ? { version: version === undefined ? null : String(version), digest: configuration.digest ?? null }
      : null,
    libraries: snapshot.libraries.map(({ name, connected, confirmed, missing, error }) => ({
      library: name,
      connected,
      confirmed: confirmed ?? null,
      missing: missing ?? null,
      error: error && !connected ? { ...error, name: csErrorName(error.code) } : null,
    })),
    probes: snapshot.probes.map((probe) => ({ ...probe })),
    lanes: snapshot.lanes.map(({ name, heldSeconds, restarts }) => ({
      lane: name,
      held_seconds: heldSeconds,
      restarts,
    })),
  };
}

function ringOf(ringId: RingId) {
  return {
    representative_node_id: ringId.nodeid ?? null,
    sequence: String(ringId.seq),
    text: formatRingId(ringId),
  };
}

function nodesOf({ cluster, membership, quorum, areas, localNodeid }: Snapshot): State['nodes'] {
  const configured = cluster?.nodes ?? [];
  const others = new Set([...(membership?.members ?? []), ...(quorum?.members ?? [])]);
  for (const { nodeid } of configured) others.delete(nodeid);
  const unlisted = [...others].map((nodeid) => ({ nodeid, name: '', local: nodeid === localNodeid, addresses: [] }));
  return [...configured, ...unlisted].map(({ nodeid, name, local, addresses }) => {
    const votes = areas.votes?.value?.nodes.find((one) => one.nodeid === nodeid);
    const seen = areas.links?.value?.nodes.find((one) => one.nodeid === nodeid);
    return {
      node_id: nodeid,
      name,
      local,
      configured: !others.has(nodeid),
      addresses: addresses.map((one) => ({ ...one })),
      in_membership: membership?.members.includes(nodeid) ?? null,
      in_quorum_view: quorum?.members.includes(nodeid) ?? null,
      votes: votes?.votes ?? null,
      votequorum_state: votes?.state ?? null,
      qdevice: votes
        ? {
            registered: votes.qdevice.registered,
            alive: votes.qdevice.alive,
            cast_vote: votes.qdevice.castVote,
            master_wins: votes.qdevice.masterWins,
          }
        : null,
      reachable: seen?.reachable ?? null,
      links: seen ? seen.links.map(linkOf) : null,
    };
  });
}

function linkOf({ link, enabled, connected, mtu, statistics }: Link) {
  const latency = statistics.latency_ave;
  return {
    link,
    enabled,
    connected,
    latency_seconds: latency === undefined ? null : Number(latency) / 1e6,
    mtu_bytes: mtu ?? null,
  };
}

function groupsOf({ areas, staleMembers = [] }: Snapshot): State['groups'] {
  const groups = areas.groups?.value;
  if (groups === undefined) return null;
  return groups.map(({ name, members }) => ({
    name,
    members: Object.entries(members).map(([nodeid, processes]) => {
      const stale = staleMembers.find((one) => one.group === name && one.nodeid === Number(nodeid));
      return { node_id: Number(nodeid), processes, stale: stale?.count ?? 0 };
    }),
  }));
}
