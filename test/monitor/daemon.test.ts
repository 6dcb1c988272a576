import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DaemonReader } from '../../src/monitor/daemon.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'daemon-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const pidFile = (content: string) => {
  const path = join(folder, 'corosync.pid');
  writeFileSync(path, content);
  return path;
};

test.each([
  ['of a process that is not corosync', `${process.pid}\n`],
  ['of no process', '4194305\n'],
  ['of something else', '../../etc/passwd'],
  ['that is empty', ''],
])('a pid file %s tells nothing', (_, content) => {
  expect(new DaemonReader(pidFile(content)).read(undefined)).toBeUndefined();
});

test('no pid file tells nothing', () => {
  expect(new DaemonReader(join(folder, 'none')).read(undefined)).toBeUndefined();
});

test('a pid that is known is used, and still must be that of corosync', () => {
  expect(new DaemonReader(pidFile('1')).read(process.pid)).toBeUndefined();
});
