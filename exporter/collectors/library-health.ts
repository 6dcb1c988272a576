import type { LibraryName, LibraryState } from '../../src/monitor/snapshot.ts';
import { counter, gauge, type Metric, type Sample, sample } from './metric.ts';
import { preset } from './presets.ts';

/** The libraries whose callbacks are used, with the callbacks that can come. */
const callbacksOf: Partial<Record<LibraryName, readonly string[]>> = {
  quorum: ['quorum', 'nodelist'],
  cpg: ['deliver', 'confchg', 'totem_confchg'],
  cmap: ['cmap'],
};

const connectCodes = ['CS_ERR_LIBRARY', 'CS_ERR_TRY_AGAIN', 'CS_ERR_ACCESS'];

// quorum_dispatch(3) and cpg_dispatch(3), and the code of a handle that went stale.
const dispatchCodes = [
  'CS_ERR_TRY_AGAIN',
  'CS_ERR_INVALID_PARAM',
  'CS_ERR_ACCESS',
  'CS_ERR_LIBRARY',
  'CS_ERR_INTERRUPT',
  'CS_ERR_NOT_SUPPORTED',
  'CS_ERR_MESSAGE_ERROR',
  'CS_ERR_NO_MEMORY',
  'CS_ERR_BAD_HANDLE',
];

const info = gauge(
  'corosync_library_info',
  'Always 1: the client library that was loaded, and the optional calls found in it, separated by commas.',
  ['library', 'soname', 'features'],
);
const connected = gauge('corosync_library_connected', '1 if the handle to the corosync service is open, 0 if not.', [
  'library',
]);
const connects = counter('corosync_library_connects_total', 'Successful *_initialize calls.', ['library']);
const connectErrors = counter(
  'corosync_library_connect_errors_total',
  'Failed *_initialize calls by cs_error_t name.',
  ['library', 'code'],
);
const errorCode = gauge(
  'corosync_library_error_code',
  'Why the library is not connected, a cs_error_t: 2 CS_ERR_LIBRARY (corosync is not there), 6 CS_ERR_TRY_AGAIN (it is ' +
    'starting), 11 CS_ERR_ACCESS (it refuses us). Absent while it is connected, and before the first attempt.',
  ['library'],
);
const dispatches = counter('corosync_dispatches_total', 'Calls of *_dispatch(CS_DISPATCH_ALL).', ['library']);
const dispatchErrors = counter(
  'corosync_dispatch_errors_total',
  'Dispatch calls that did not return CS_OK, by cs_error_t name.',
  ['library', 'code'],
);
const dispatchLastCode = gauge(
  'corosync_dispatch_last_code',
  'Last return value of dispatch, a cs_error_t: 1 is CS_OK, 2 CS_ERR_LIBRARY (connection lost), 9 CS_ERR_BAD_HANDLE.',
  ['library'],
);
const callbacks = counter('corosync_dispatch_callbacks_total', 'Callbacks that dispatch ran, by kind.', [
  'library',
  'callback',
]);
const dispatchSeconds = counter('corosync_dispatch_seconds_total', 'Time spent in dispatch, in seconds.', ['library']);
const callErrors = counter(
  'corosync_call_errors_total',
  'Round-trip calls to corosync that failed, by C function and cs_error_t name.',
  ['library', 'call', 'code'],
);
const confirmed = gauge(
  'corosync_state_timestamp_seconds',
  'When the state shown was last confirmed by a callback or a successful round trip, in unix seconds.',
  ['library'],
);

/** The metrics of one client library. */
export const libraryMetrics: readonly Metric[] = [
  info,
  connected,
  connects,
  connectErrors,
  errorCode,
  dispatches,
  dispatchErrors,
  dispatchLastCode,
  callbacks,
  dispatchSeconds,
  callErrors,
  confirmed,
];

/** What is to be said of one client library, its connection and its dispatch. */
export function* librarySamples({ name: library, loaded, history, ...state }: LibraryState): Iterable<Sample> {
  if (loaded) yield sample(info, 1, { library, soname: loaded.soname, features: loaded.features.join(',') });
  yield sample(connected, state.connected, { library });
  yield sample(connects, history.connects, { library });
  for (const [code, count] of preset(connectCodes, history.connectErrors)) {
    yield sample(connectErrors, count, { library, code });
  }
  if (state.error !== undefined) yield sample(errorCode, state.error.code, { library });
  for (const [call, counts] of Object.entries(history.callErrors)) {
    for (const [code, count] of Object.entries(counts)) yield sample(callErrors, count, { library, call, code });
  }
  if (state.confirmed !== undefined) yield sample(confirmed, state.confirmed, { library });

  const kinds = callbacksOf[library];
  if (kinds === undefined) return; // no callbacks, nothing to dispatch
  yield sample(dispatches, history.dispatches, { library });
  for (const [code, count] of preset(dispatchCodes, history.dispatchErrors)) {
    yield sample(dispatchErrors, count, { library, code });
  }
  if (history.lastDispatchCode !== undefined) yield sample(dispatchLastCode, history.lastDispatchCode, { library });
  for (const [callback, count] of preset(kinds, history.callbacks)) {
    yield sample(callbacks, count, { library, callback });
  }
  yield sample(dispatchSeconds, history.dispatchSeconds, { library });
}
