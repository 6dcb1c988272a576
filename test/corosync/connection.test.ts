import koffi from 'koffi';
import { expect, test, vi } from 'vitest';
import { Callbacks, Connection, type Handle, openHandle, type ServiceCalls } from '../../src/corosync/connection.ts';
import { CorosyncError, CsError } from '../../src/corosync/cs-error.ts';
import { type Call, openLibrary } from '../../src/corosync/ffi.ts';
import { DispatchMode } from '../../src/corosync/index.ts';

openLibrary(null); // configures koffi, which it allows only before its first use

const { CS_OK, CS_ERR_INVALID_PARAM, CS_ERR_LIBRARY } = CsError;

/** A connection whose library is a few functions of JavaScript. */
class FakeConnection extends Connection<number> {
  constructor(
    calls: Partial<Record<keyof ServiceCalls, () => number | Promise<number>>>,
    callbacks = new Callbacks<number>(),
  ) {
    const names = ['finalize', 'dispatch', 'fd_get', 'context_set', 'context_get'] as const;
    super(Object.fromEntries(names.map((name) => [name, call(calls[name])])) as never, 1n as Handle, callbacks);
  }
}

function call(answer: () => number | Promise<number> = () => CS_OK): Call<never> {
  return Object.assign(() => {}, { code: answer as () => number, codeAsync: async () => answer() }) as Call<never>;
}

test.each([0, 5, 99, -1, 1.5, Number.NaN])(
  'the dispatch mode %d is refused before the library sees it',
  async (mode) => {
    const dispatch = vi.fn(() => CS_OK);
    const connection = new FakeConnection({ dispatch });
    const refused = { code: CS_ERR_INVALID_PARAM, events: [] };
    expect(connection.dispatch(mode as DispatchMode)).toEqual(refused);
    expect(await connection.dispatchAsync(mode as DispatchMode)).toEqual(refused);
    expect(dispatch).not.toHaveBeenCalled();
  },
);

test.each(Object.entries(DispatchMode))('%s reaches the library, and its result code the caller', (_, mode) => {
  const dispatch = vi.fn(() => CS_ERR_LIBRARY);
  expect(new FakeConnection({ dispatch }).dispatch(mode)).toEqual({ code: CS_ERR_LIBRARY, events: [] });
  expect(dispatch).toHaveBeenCalledExactlyOnceWith(1n, mode);
});

test('a second dispatch while one waits is a mistake that is told', async () => {
  const waiting = deferred<number>();
  const connection = new FakeConnection({ dispatch: () => waiting.promise });
  const first = connection.dispatchAsync(DispatchMode.CS_DISPATCH_ONE);
  expect(() => connection.dispatch(DispatchMode.CS_DISPATCH_ALL)).toThrow('has not ended yet');
  await expect(connection.dispatchAsync(DispatchMode.CS_DISPATCH_ALL)).rejects.toThrow('has not ended yet');
  waiting.resolve(CS_OK);
  expect(await first).toEqual({ code: CS_OK, events: [] });
});

test('close finalizes once and returns what the library said', () => {
  const finalize = vi.fn(() => CS_ERR_LIBRARY);
  const connection = new FakeConnection({ finalize });
  expect(connection.close()).toBe(CS_ERR_LIBRARY);
  expect(connection.close()).toBe(CS_OK);
  expect(finalize).toHaveBeenCalledOnce();
});

test('callbacks are kept until the dispatch that may still run them has ended', async () => {
  const before = koffi.stats().callbacks;
  const { callbacks } = registered((value: number) => value);
  const waiting = deferred<number>();
  const connection = new FakeConnection({ dispatch: () => waiting.promise, fd_get: () => CS_OK }, callbacks);
  connection.fdGet = () => -1; // shutdown(2) of no descriptor does nothing
  const dispatched = connection.dispatchAsync(DispatchMode.CS_DISPATCH_BLOCKING);
  connection.close();
  expect(koffi.stats().callbacks).toBe(before + 1);
  waiting.resolve(CS_ERR_LIBRARY);
  expect(await dispatched).toEqual({ code: CS_ERR_LIBRARY, events: [] });
  expect(koffi.stats().callbacks).toBe(before);
});

test('what C tells a callback is an event of the dispatch that ran it', () => {
  const { callbacks, fromC } = registered((value: number) => value * 2);
  const dispatch = () => {
    fromC(1);
    fromC(2);
    return CS_OK;
  };
  const connection = new FakeConnection({ dispatch }, callbacks);
  expect(connection.dispatch(DispatchMode.CS_DISPATCH_ALL)).toEqual({ code: CS_OK, events: [2, 4] });
  connection.close();
});

test('what C says outside of a dispatch goes nowhere', () => {
  const { callbacks, fromC } = registered((value: number) => value);
  expect(() => fromC(1)).not.toThrow();
  callbacks.release();
});

test('an exception in a callback is thrown when the dispatch has returned, and the next one is as usual', () => {
  const { callbacks, fromC } = registered((value: number) => {
    if (value < 0) throw new Error(`no ${value}`);
    return value;
  });
  let values = [1, -1, -2];
  const dispatch = vi.fn(() => {
    for (const value of values) fromC(value);
    return CS_OK;
  });
  const connection = new FakeConnection({ dispatch }, callbacks);
  expect(() => connection.dispatch(DispatchMode.CS_DISPATCH_ALL)).toThrow('no -1');
  values = [3];
  expect(connection.dispatch(DispatchMode.CS_DISPATCH_ALL)).toEqual({ code: CS_OK, events: [3] });
  connection.close();
});

test('a connection that fails to open leaves no callback behind', () => {
  const before = koffi.stats().callbacks;
  const { callbacks } = registered((value: number) => value);
  const failure = new CorosyncError('quorum_initialize', CS_ERR_LIBRARY);
  const finalize = vi.fn(() => CS_OK);
  expect(() =>
    openHandle({ finalize: call(finalize) as Call<[Handle]> }, callbacks, () => {
      throw failure;
    }),
  ).toThrow(failure);
  expect(koffi.stats().callbacks).toBe(before);
  expect(finalize).not.toHaveBeenCalled();
});

test('a handle that the library leaves open although it fails is closed', () => {
  const finalize = vi.fn(() => CS_OK);
  const failure = new CorosyncError('quorum_model_initialize', CS_ERR_INVALID_PARAM);
  expect(() =>
    openHandle({ finalize: call(finalize) as Call<[Handle]> }, new Callbacks<never>(), (handle) => {
      handle[0] = 7;
      throw failure;
    }),
  ).toThrow(failure);
  expect(finalize).toHaveBeenCalledExactlyOnceWith(7n);
});

function registered(translate: (value: number) => number) {
  const type = koffi.proto('void (int value)');
  const callbacks = new Callbacks<number>();
  const pointer = callbacks.register(type, translate);
  return { callbacks, fromC: (value: number): void => koffi.call(pointer, type, value) };
}

function deferred<T>() {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
