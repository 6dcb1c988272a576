import { csErrorName } from '../corosync/cs-error.ts';
import type { RingId } from '../corosync/types.ts';
import { judgeProbes, type Probed } from './assemble.ts';
import type { History } from './history.ts';
import type { LaneEvent } from './lane-protocol.ts';

/** Something that is not as it was: one log line, and an entry of what happened last. */
export interface Change {
  readonly kind: 'connection' | 'quorum' | 'membership' | 'link' | 'liveness' | 'configuration';
  readonly level: 'info' | 'warn' | 'error';
  /** A short sentence that is the same for each change of its sort. */
  readonly message: string;
  readonly fields: Readonly<Record<string, string | number>>;
}

/** A change with its number, from 1 on, and its time in unix seconds. */
export interface RecordedChange extends Change {
  readonly id: number;
  readonly time: number;
}

/** A question to votequorum that takes longer than this is held; in seconds. */
const SLOW = 0.1;
/** As long as votequorum's lane may wait before it tries to connect again, and a little more; in seconds. */
const PATIENCE = 2.5;

export type Liveness = 'unknown' | 'answering' | 'syncing' | 'frozen';

/** What an event changes of what was known before: nothing, for most of them. */
export function changeOf(before: History, event: LaneEvent): Change | undefined {
  switch (event.kind) {
    case 'missing': {
      const { library, message } = event;
      if (before.libraries[library].missing !== undefined) return undefined;
      return {
        kind: 'connection',
        level: 'error',
        message: 'Library not installed',
        fields: { library, err: message },
      };
    }
    case 'connected': {
      const { library } = event;
      return { kind: 'connection', level: 'info', message: 'Connected to corosync', fields: { library } };
    }
    case 'refused':
    case 'lost': {
      const { library, call } = event;
      if (event.kind === 'refused' && before.libraries[library].error?.code === event.code) return undefined;
      const message = event.kind === 'lost' ? 'Lost connection to corosync' : 'Cannot connect to corosync';
      const fields = { library, call, code: csErrorName(event.code) };
      return { kind: 'connection', level: 'warn', message, fields };
    }
    case 'quorum':
      return quorumChange(before, event);
    case 'nodelist': {
      const { joined, left } = event;
      const changed = before.membership !== undefined;
      const message = changed ? 'Membership changed' : 'Membership';
      const fields = { ...view(event), ...(changed ? { joined: joined.join(), left: left.join() } : {}) };
      return { kind: 'membership', level: 'info', message, fields };
    }
    case 'link': {
      const { nodeid, link, connected } = event;
      const node = before.cluster?.nodes.find((one) => one.nodeid === nodeid)?.name ?? '';
      const fields = { nodeid, node, link };
      return connected
        ? { kind: 'link', level: 'info', message: 'Link up', fields }
        : { kind: 'link', level: 'warn', message: 'Link down', fields };
    }
    case 'configuration': {
      const [was, is] = [before.lastDigest, event.configuration.digest];
      if (was === undefined || is === undefined || was === is) return undefined;
      const version = Number(event.configuration.keys['totem.config_version'] ?? 0);
      return { kind: 'configuration', level: 'info', message: 'Configuration changed', fields: { version } };
    }
    default:
      return undefined;
  }
}

/** What it means that corosync answers, or no longer does. */
export function livenessChange(before: Liveness, now: Liveness): Change | undefined {
  const change = (level: Change['level'], message: string): Change => ({
    kind: 'liveness',
    level,
    message,
    fields: {},
  });
  if (now === 'frozen') return change('error', 'Corosync does not answer');
  if (now === 'syncing') return change('warn', 'Corosync is in its sync phase');
  return now === 'answering' && before !== 'unknown' ? change('info', 'Corosync answers again') : undefined;
}

/** Whether corosync answers, as far as the two lanes can tell. */
export function livenessOf(probed: Probed): Liveness {
  const { up, syncInProgress } = judgeProbes(probed);
  if (syncInProgress) return 'syncing';
  if (up) return 'answering';
  const { lanes, probeTimeout, history, ended } = probed;
  const longest = Math.max(...lanes.map(({ heldSeconds }) => heldSeconds));
  if (ended || longest <= probeTimeout) return 'unknown';
  // A lane of votequorum that is not held proves nothing: it is about to ask or to connect, and in the sync phase it will
  // be answered.
  const unanswered = lanes.some(({ name, heldSeconds }) => name === 'votequorum' && heldSeconds > SLOW);
  return unanswered || history.provider === false || longest > probeTimeout + PATIENCE ? 'frozen' : 'unknown';
}

/** A ring id as corosync prints it: both parts in hexadecimal. */
export function formatRingId({ nodeid, seq }: RingId): string {
  return `${nodeid?.toString(16) ?? '?'}.${seq.toString(16)}`;
}

function quorumChange(before: History, event: LaneEvent & { kind: 'quorum' }): Change | undefined {
  if (event.quorate === before.lastQuorate) return undefined;
  const fields = view(event);
  if (event.quorate) return { kind: 'quorum', level: 'info', message: 'Quorate', fields };
  const message = before.lastQuorate === undefined ? 'Not quorate' : 'Quorum lost';
  return { kind: 'quorum', level: 'error', message, fields };
}

function view({ ringId, members }: { readonly ringId: RingId; readonly members: readonly number[] }) {
  return { members: members.join(), ring: formatRingId(ringId) };
}
