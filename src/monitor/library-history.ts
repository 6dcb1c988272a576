import { CsError, csErrorName } from '../corosync/cs-error.ts';
import type { History } from './history.ts';
import { increment } from './increment.ts';
import type { LaneEvent } from './lane-protocol.ts';

type Libraries = History['libraries'];
type Library = Libraries[keyof Libraries];
type LibraryEvent = Extract<LaneEvent, { readonly library: string }>;

/** Folds what concerns one library: its connection, its dispatches, its failed calls. */
export function recordLibrary(libraries: Libraries, event: LaneEvent): Libraries {
  if (!('library' in event)) return libraries;
  const library = libraries[event.library];
  return { ...libraries, [event.library]: recordOne(library, event) };
}

function recordOne(library: Library, event: LibraryEvent): Library {
  const { history } = library;
  switch (event.kind) {
    case 'loaded':
      return { ...library, loaded: { soname: event.soname, features: event.features }, missing: undefined };
    case 'missing':
      return { ...library, missing: event.message };
    case 'connected':
      return { ...library, connected: true, error: undefined, history: { ...history, connects: history.connects + 1 } };
    case 'refused':
      return {
        ...library,
        error: { call: event.call, code: event.code },
        history: { ...history, connectErrors: increment(history.connectErrors, csErrorName(event.code)) },
      };
    case 'lost':
      return { ...library, connected: false, error: { call: event.call, code: event.code } };
    case 'closed':
      return { ...library, connected: false };
    case 'call-failed': {
      const codes = increment(history.callErrors[event.call] ?? {}, csErrorName(event.code));
      return { ...library, history: { ...history, callErrors: { ...history.callErrors, [event.call]: codes } } };
    }
    case 'dispatched':
      return { ...library, history: recordDispatch(history, event) };
    case 'probed':
      return library;
    default:
      return unreachable(event);
  }
}

function recordDispatch(history: Library['history'], event: LaneEvent & { kind: 'dispatched' }): Library['history'] {
  const callbacks: Record<string, number> = { ...history.callbacks };
  for (const [kind, count] of Object.entries(event.callbacks)) callbacks[kind] = (callbacks[kind] ?? 0) + count;
  return {
    ...history,
    dispatches: history.dispatches + event.count,
    dispatchSeconds: history.dispatchSeconds + event.seconds,
    lastDispatchCode: event.code,
    dispatchErrors:
      event.code === CsError.CS_OK
        ? history.dispatchErrors
        : increment(history.dispatchErrors, csErrorName(event.code)),
    callbacks,
  };
}

function unreachable(value: never): never {
  throw new Error(`not an event of a library: ${JSON.stringify(value)}`);
}
