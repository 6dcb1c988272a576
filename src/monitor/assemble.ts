import { CsError, csErrorName } from '../corosync/cs-error.ts';
import { type Area, type AreaName, type Areas, librariesOfArea, type Reads } from './areas.ts';
import type { History } from './history.ts';
import type { Daemon, LaneState, LibraryName, Probe, Snapshot } from './snapshot.ts';
import { staleMembers } from './strangers.ts';

/** Codes of a service that is about to start or to end, or is not there in this corosync. */
const passing: readonly number[] = [CsError.CS_ERR_LIBRARY, CsError.CS_ERR_TRY_AGAIN, CsError.CS_ERR_NOT_SUPPORTED];

/** The last round trip of a probe that corosync answered. */
export interface Answer {
  /** When the main thread heard of it: monotonic milliseconds. */
  readonly at: number;
  readonly seconds: number;
  readonly quorate: boolean;
}

/** What a snapshot is made of. */
export interface Findings {
  /** Unix seconds. */
  readonly time: number;
  /** Monotonic seconds. */
  readonly now: number;
  /** Only an answer that came after this confirms anything: monotonic milliseconds. */
  readonly since: number;
  /** Seconds. */
  readonly probeTimeout: number;
  readonly simulated: boolean;
  readonly history: History;
  readonly answers: Readonly<Partial<Record<'quorum' | 'votequorum', Answer>>>;
  /** Unix seconds of the last callback or round trip. */
  readonly confirmed: Readonly<Partial<Record<LibraryName, number | undefined>>>;
  /** The last outcome of each area, and when the main thread heard of it: monotonic milliseconds. */
  readonly areas: { readonly [Name in AreaName]?: Area<Areas[Name]> & { readonly at: number } };
  /** The areas that are asked for. */
  readonly reads: Reads;
  /** The libraries in use. */
  readonly libraries: readonly LibraryName[];
  readonly lanes: readonly LaneState[];
  /** Whether corosync has ended the connection to libquorum, also when the lane does not know yet. */
  readonly ended: boolean;
  readonly daemon: Daemon | undefined;
}

/** The findings that tell whether corosync answers. */
export type Probed = Pick<Findings, 'since' | 'probeTimeout' | 'history' | 'answers' | 'lanes' | 'ended'>;

/**
 * Decides whether corosync answers. A lane that did not answer proves nothing by itself; of the two, votequorum's answers
 * in corosync's sync phase and the other's does not: that is how frozen and syncing are told apart.
 */
export function judgeProbes(findings: Probed) {
  const { history, lanes, probeTimeout, ended } = findings;
  const quorumAnswer = ended ? undefined : confirmedAnswer(findings, 'quorum');
  const votequorumAnswer = confirmedAnswer(findings, 'votequorum');
  const servicesHeld =
    !ended && lanes.some(({ name, heldSeconds }) => name === 'services' && heldSeconds > probeTimeout);
  const libquorum = history.libraries.quorum;
  const dispatched = !ended && libquorum.connected && libquorum.history.lastDispatchCode === CsError.CS_OK;
  const answered = quorumAnswer !== undefined || votequorumAnswer !== undefined;
  return {
    quorumAnswer,
    votequorumAnswer,
    dispatched,
    answered,
    up: dispatched && answered,
    syncInProgress: quorumAnswer !== undefined ? false : votequorumAnswer && servicesHeld ? true : undefined,
  };
}

/** Decides what may be said now. */
export function assemble(findings: Findings): Snapshot {
  const { history, lanes, probeTimeout } = findings;
  const { quorumAnswer, votequorumAnswer, dispatched, answered, up, syncInProgress } = judgeProbes(findings);
  const { cpg: libcpg, cmap: libcmap } = history.libraries;
  // In the sync phase corosync acts on what it announced last, and votequorum's flag confirms that it still does.
  const quorumConfirmed = quorumAnswer !== undefined || votequorumAnswer?.quorate === history.quorum?.quorate;
  const membership = dispatched && quorumAnswer ? history.membership : undefined;
  const areas = { ...(answered ? unreadableAreas(findings) : {}), ...confirmedAreas(findings, answered) };
  return {
    time: findings.time,
    simulated: findings.simulated,
    up,
    syncInProgress,
    libraries: findings.libraries.map((name) => ({
      ...history.libraries[name],
      confirmed: findings.confirmed[name],
    })),
    probes: [
      probe('quorum', quorumAnswer, probeTimeout),
      ...(history.provider === false ? [] : [probe('votequorum', votequorumAnswer, probeTimeout)]),
    ],
    lanes,
    cluster: history.cluster,
    localNodeid: history.localNodeid,
    configuration: libcmap.connected && quorumAnswer ? history.configuration : undefined,
    quorum:
      dispatched && answered && quorumConfirmed && history.quorum
        ? { ...history.quorum, provider: history.provider ?? false }
        : undefined,
    membership,
    quorumHistory: history.quorumHistory,
    membershipHistory: ofPresentNodes(history),
    cpg: history.cpg,
    cpgPeers: libcpg.connected && quorumAnswer ? history.cpgPeers : undefined,
    areas,
    pauses: history.pauses,
    clients: Object.values(history.clients.totals),
    staleMembers:
      areas.groups?.value && membership ? staleMembers(areas.groups.value, history.strangers, findings.now) : undefined,
    daemon: findings.daemon,
  };
}

/** What was read since. A failure is one only if corosync answers: without that it is no news. */
function confirmedAreas({ areas, since }: Findings, answered: boolean): Snapshot['areas'] {
  const confirmed = Object.entries(areas).filter(
    ([, { at, error }]) => at >= since && (error === undefined || answered),
  );
  return Object.fromEntries(confirmed.map(([name, { at: _, ...area }]) => [name, area]));
}

/** Without the connection a lane has nothing to tell of an area; if that stays so, it is a failure. */
function unreadableAreas({ reads, history: { libraries } }: Findings): Snapshot['areas'] {
  const failed = (Object.keys(reads) as AreaName[]).flatMap((area) => {
    const errors = librariesOfArea[area].map((name) => lasting(libraries[name]));
    const error = errors.find((each) => each !== undefined);
    return error === undefined ? [] : [[area, { seconds: 0, error }] as const];
  });
  return Object.fromEntries(failed);
}

/** Why a library is not connected, unless that is over soon, as in a restart of corosync, or never. */
function lasting({ connected, missing, error }: History['libraries'][LibraryName]): string | undefined {
  if (connected) return undefined;
  if (missing !== undefined) return missing;
  if (error === undefined || passing.includes(error.code)) return undefined;
  return `${error.call}: ${csErrorName(error.code)}`;
}

/** A node that is neither configured nor a member any more has no name; where nothing is configured, all stay. */
function ofPresentNodes({ cluster, membership, membershipHistory }: History): Snapshot['membershipHistory'] {
  if (cluster === undefined || cluster.nodes.length === 0) return membershipHistory;
  const known = new Set([...cluster.nodes.map(({ nodeid }) => nodeid), ...(membership?.members ?? [])]);
  const ofKnown = (counts: Readonly<Record<string, number>>) =>
    Object.fromEntries(Object.entries(counts).filter(([nodeid]) => known.has(Number(nodeid))));
  const { joins, leaves } = membershipHistory;
  return { ...membershipHistory, joins: ofKnown(joins), leaves: ofKnown(leaves) };
}

function confirmedAnswer(
  { answers, since, history, probeTimeout }: Probed,
  library: 'quorum' | 'votequorum',
): Answer | undefined {
  const answer = answers[library];
  const inTime = answer !== undefined && answer.at >= since && answer.seconds <= probeTimeout;
  return inTime && history.libraries[library].connected ? answer : undefined;
}

function probe(library: Probe['library'], answer: Answer | undefined, timeout: number): Probe {
  return { library, success: answer !== undefined, seconds: answer?.seconds ?? timeout };
}
