import { csErrorName } from '../../src/corosync/cs-error.ts';
import type { LibraryState, Snapshot } from '../../src/monitor/snapshot.ts';
import { type Finding, fail, ok, warn } from './finding.ts';

/** Who asks: as corosync sees the connecting process. */
export interface Identity {
  readonly uid: number;
  readonly gid: number;
}

/** What a snapshot of this node says about the exporter's way to corosync. */
export function* corosyncFindings(snapshot: Snapshot, identity: Identity): Iterable<Finding> {
  for (const library of snapshot.libraries) yield libraryFinding(library);
  yield connectionFinding(snapshot, identity);
  if (!snapshot.libraries.some(({ connected }) => connected)) return;
  yield answerFinding(snapshot);
  if (snapshot.up) yield* clusterFindings(snapshot);
}

/** The calls that older releases lack, and what is missing without them. */
const optional: Readonly<Record<string, string>> = {
  quorum_model_v1: 'joins and leaves are found by comparing views (corosync before 3.1.0)',
  node_status_v1: 'the state of links comes from the statistics (corosync before 3.1.1)',
  stats_map: 'there are no statistics of links, totem and clients (corosync 2)',
};
const expected: Partial<Record<LibraryState['name'], string>> = {
  quorum: 'quorum_model_v1',
  cfg: 'node_status_v1',
  cmap_stats: 'stats_map',
};

function libraryFinding({ name, loaded, missing }: LibraryState): Finding {
  const check = `library ${name}`;
  if (missing !== undefined) {
    const [what = missing, how] = missing.split(': ');
    return fail(check, what, ...(how === undefined ? [] : [how]));
  }
  if (loaded === undefined) return warn(check, 'was not needed yet');
  const lacks = expected[name];
  if (lacks !== undefined && !loaded.features.includes(lacks)) {
    return warn(check, `${loaded.soname} without ${lacks}: ${optional[lacks]}`);
  }
  return ok(check, [loaded.soname, ...loaded.features].join(', '));
}

/** As the Debian package and the unit have it. */
const asService =
  'runuser -u corosync-exporter -- corosync-exporter doctor --config.file=/etc/corosync-exporter/exporter.yml';
/** In the image; it has no name. */
const groupOfImage = 15405;

function connectionFinding({ libraries, lanes, probes }: Snapshot, { uid, gid }: Identity): Finding {
  const check = 'connection';
  const quorum = libraries.find(({ name }) => name === 'quorum');
  const code = quorum?.error?.code === undefined ? undefined : csErrorName(quorum.error.code);
  if (quorum?.missing !== undefined) return fail(check, 'cannot be tried without libquorum');
  if (quorum?.connected) {
    // Without a provider there is no votequorum to connect to, and no probe of it.
    const wanted = libraries.filter(
      ({ name }) => name !== 'votequorum' || probes.some(({ library }) => library === name),
    );
    const without = wanted.filter(({ connected }) => !connected).map(({ name }) => name);
    if (without.length > 0) return warn(check, `corosync accepts connections, but not of ${without.join(', ')}`);
    const root = uid === 0 || gid === 0;
    return root
      ? warn(check, 'corosync accepts all connections, as it always does of root; ask as the service does', asService)
      : ok(check, 'corosync accepts all connections');
  }
  switch (code) {
    case 'CS_ERR_ACCESS':
      return fail(
        check,
        `corosync refuses uid ${uid} with gid ${gid} (CS_ERR_ACCESS); only the primary group counts`,
        `${asService}   # if this is not its user`,
        `printf 'uidgid {\\n    gid: ${gid === groupOfImage ? gid : 'corosync-exporter'}\\n}\\n' > /etc/corosync/uidgid.d/corosync-exporter`,
        'corosync-cfgtool -R',
      );
    case 'CS_ERR_TRY_AGAIN':
      return warn(check, 'corosync is starting, or has no room for another client (CS_ERR_TRY_AGAIN)', 'try again');
    case 'CS_ERR_LIBRARY':
      return fail(
        check,
        'corosync is not there (CS_ERR_LIBRARY): not running, in another network namespace, or short of descriptors',
        'systemctl status corosync',
        'in a container: host network, and /dev/shm of the host',
      );
    case 'CS_ERR_NOT_EXIST':
      return fail(
        check,
        "/dev/shm is not corosync's (CS_ERR_NOT_EXIST)",
        'in a container: --ipc host, or /dev/shm of the host',
      );
    case undefined:
      return lanes.some(({ heldSeconds }) => heldSeconds > 1)
        ? fail(check, 'corosync runs and does not answer: it is stopped or starved', 'systemctl status corosync')
        : fail(check, 'corosync was not reached in time', 'try again');
    default:
      return fail(check, `${quorum?.error?.call} returned ${code}`, 'journalctl -u corosync');
  }
}

function answerFinding({ up, syncInProgress }: Snapshot): Finding {
  if (syncInProgress) return warn('answer', 'corosync is in its sync phase: only votequorum answers', 'try again');
  return up
    ? ok('answer', 'corosync answers')
    : fail('answer', 'corosync holds the connections and does not answer: it is stopped or starved');
}

function* clusterFindings({ quorum, cluster, cpgPeers, areas }: Snapshot): Iterable<Finding> {
  if (quorum?.provider === false) {
    yield warn(
      'votequorum',
      'no quorum provider is configured: this corosync is always quorate, and there are no votes',
    );
  } else if (quorum !== undefined) {
    yield ok(
      'votequorum',
      quorum.quorate ? 'is the provider; this node is quorate' : 'is the provider; not quorate now',
    );
  }
  if (cluster === undefined) {
    yield warn('nodelist', 'the configuration map was not read');
  } else {
    const { transport, nodes } = cluster;
    yield nodes.length === 0
      ? warn('nodelist', 'corosync.conf has no nodelist: absent nodes cannot be told')
      : ok(
          'nodelist',
          `${nodes.length} nodes, this is ${nodes.find(({ local }) => local)?.name || 'one without a name'}`,
        );
    yield transport === 'knet'
      ? ok('transport', 'knet: state, latency and traffic of each link')
      : warn('transport', `${transport}: there is one link, without statistics`);
  }
  const failed = Object.entries(areas).flatMap(([name, area]) => (area?.error ? [`${name} (${area.error})`] : []));
  yield failed.length === 0 ? ok('reading', 'all areas') : fail('reading', `failed for ${failed.join(', ')}`);
  if (cpgPeers !== undefined) yield ok('own group', `${cpgPeers} exporters are in it`);
}
