import { expect, test } from 'vitest';
import { createLog, type LogFormat, type LogLevel } from '../../exporter/log.ts';

function logged(format: LogFormat, level: LogLevel = 'debug') {
  const lines: string[] = [];
  const log = createLog({ format, level }, (line) => lines.push(line.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/, 'NOW')));
  return { log, lines };
}

test('a logfmt line has ts, level and msg first', () => {
  const { log, lines } = logged('logfmt');
  log.info('Listening', { address: ':15405', path: '/metrics' });
  expect(lines).toEqual(['ts=NOW level=info msg=Listening address=:15405 path=/metrics\n']);
});

test.each([
  ['two words', '"two words"'],
  ['', '""'],
  ['a=b', '"a=b"'],
  ['say "no"', '"say \\"no\\""'],
  ['back\\slash', '"back\\\\slash"'],
  ['two\nlines', '"two\\nlines"'],
  ['\u001b[31mred', '"\\u001b[31mred"'],
  ['c1\u009b', '"c1\\u009b"'],
  ['naïve', '"naïve"'],
  [1.5, '1.5'],
  [12n, '12'],
  [true, 'true'],
  [null, 'null'],
  [new Error('no luck'), '"no luck"'],
  [[1, 2], '[1,2]'],
  [{ a: 1 }, '"{\\"a\\":1}"'],
])('the field %s is written as %s', (value, text) => {
  const { log, lines } = logged('logfmt');
  log.warn('Odd', { value });
  expect(lines).toEqual([`ts=NOW level=warn msg=Odd value=${text}\n`]);
});

test('a field name cannot break the line', () => {
  const { log, lines } = logged('logfmt');
  log.info('Odd', { 'a b=c\n': 1 });
  expect(lines).toEqual(['ts=NOW level=info msg=Odd a_b_c_=1\n']);
});

test('a json line is an object with the same fields', () => {
  const { log, lines } = logged('json');
  log.error('Collector failed', { collector: 'quorum', err: new Error('no luck'), seq: 2n ** 60n });
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    { ts: 'NOW', level: 'error', msg: 'Collector failed', collector: 'quorum', err: 'no luck', seq: String(2n ** 60n) },
  ]);
});

test('lines below the level are left out', () => {
  const { log, lines } = logged('logfmt', 'warn');
  log.debug('A');
  log.info('B');
  log.warn('C');
  log.error('D');
  expect(lines).toEqual(['ts=NOW level=warn msg=C\n', 'ts=NOW level=error msg=D\n']);
});

test('a log with fields adds them to each line', () => {
  const { log, lines } = logged('logfmt');
  log.with({ simulated: true }).with({ nodeid: 2 }).info('Up', { a: 1 });
  expect(lines).toEqual(['ts=NOW level=info msg=Up simulated=true nodeid=2 a=1\n']);
});
