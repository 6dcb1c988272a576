import { csErrorName } from '../corosync/cs-error.ts';
import type { RingId } from '../corosync/types.ts';
import type { History } from './history.ts';
import type { LaneEvent } from './lane-protocol.ts';
import type { MonitorLog } from './options.ts';
import type { Snapshot } from './snapshot.ts';

export type Liveness = 'unknown' | 'answering' | 'syncing' | 'frozen';

/** Logs an event if it changes what was known before: one line per change, none per scrape. */
export function describeChange(before: History, event: LaneEvent, log: MonitorLog): void {
  switch (event.kind) {
    case 'missing':
      if (before.libraries[event.library].missing === undefined) {
        log.error('Library not installed', { library: event.library, err: event.message });
      }
      return;
    case 'connected':
      return log.info('Connected to corosync', { library: event.library });
    case 'refused':
    case 'lost': {
      const known = before.libraries[event.library];
      if (event.kind === 'refused' && known.error?.code === event.code) return;
      const message = event.kind === 'lost' ? 'Lost connection to corosync' : 'Cannot connect to corosync';
      return log.warn(message, { library: event.library, call: event.call, code: csErrorName(event.code) });
    }
    case 'quorum':
      if (event.quorate === before.lastQuorate) return;
      return event.quorate
        ? log.info('Quorate', view(event))
        : log.error(before.lastQuorate === undefined ? 'Not quorate' : 'Quorum lost', view(event));
    case 'nodelist': {
      const changed = before.membership !== undefined;
      return log.info(changed ? 'Membership changed' : 'Membership', {
        ...view(event),
        ...(changed ? { joined: list(event.joined), left: list(event.left) } : {}),
      });
    }
    default:
      return;
  }
}

/** Whether corosync answers, as far as the two lanes can tell. */
export function describeLiveness({ up, syncInProgress, lanes, libraries }: Snapshot, probeTimeout: number): Liveness {
  if (syncInProgress) return 'syncing';
  const held = lanes.some(({ heldSeconds }) => heldSeconds > probeTimeout);
  if (held && !up) return 'frozen';
  return up && libraries.some(({ connected }) => connected) ? 'answering' : 'unknown';
}

function view({ ringId, members }: { readonly ringId: RingId; readonly members: readonly number[] }) {
  return { members: list(members), ring: formatRingId(ringId) };
}

/** A ring id as corosync prints it: both parts in hexadecimal. */
export function formatRingId({ nodeid, seq }: RingId): string {
  return `${nodeid?.toString(16) ?? '?'}.${seq.toString(16)}`;
}

function list(nodeids: readonly number[]): string {
  return nodeids.join(',');
}
