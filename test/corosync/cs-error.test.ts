import koffi from 'koffi';
import { describe, expect, test } from 'vitest';
import { CorosyncError, CsError, csErrorName } from '../../src/corosync/cs-error.ts';
import { enumOf, haveHeaders } from './headers.ts';

const strerror = loadStrerror();

test.runIf(haveHeaders)('the table of result codes is cs_error_t of corotypes.h, no more and no less', () => {
  expect(CsError).toEqual(enumOf('corotypes.h', 'cs_error_t'));
});

describe.runIf(strerror)('cs_strerror of libcorosync_common', () => {
  test.each(Object.entries(CsError))('knows %s', (name, code) => {
    expect(strerror?.(code)).toMatch(code === CsError.CS_OK ? /^success$/i : /^(?!unknown|unrecognized)\S/i);
    expect(csErrorName(code)).toBe(name);
  });

  test('knows no code that the table lacks', () => {
    const codes = new Set<number>(Object.values(CsError));
    const unlisted = Array.from({ length: 300 }, (_, code) => code).filter((code) => !codes.has(code));
    expect(new Set(unlisted.map((code) => strerror?.(code)))).toEqual(new Set([strerror?.(9999)]));
  });
});

test.each([0, 29, 31, 99, 101, -1, 4711])('the unknown code %i keeps its number as its name', (code) => {
  expect(csErrorName(code)).toBe(`CS_ERR_${code}`);
});

test('a CorosyncError names the call, the code and its number', () => {
  const error = new CorosyncError('quorum_getquorate', CsError.CS_ERR_LIBRARY);
  expect(error).toMatchObject({ name: 'CorosyncError', call: 'quorum_getquorate', code: 2 });
  expect(error.message).toBe('quorum_getquorate returned CS_ERR_LIBRARY (2)');
  expect(new CorosyncError('cpg_join', 4711).message).toBe('cpg_join returned CS_ERR_4711 (4711)');
});

function loadStrerror(): ((code: number) => string) | undefined {
  try {
    return koffi.load('libcorosync_common.so.4').func('const char *cs_strerror(int err)');
  } catch {
    return undefined; // not installed: the tests above are skipped
  }
}
