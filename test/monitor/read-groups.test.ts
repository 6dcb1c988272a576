import { expect, test } from 'vitest';
import type { CpgApi } from '../../src/corosync/bindings.ts';
import { groupLabel, readGroups } from '../../src/monitor/read-groups.ts';

const latin1 = (text: string) => Buffer.from(text, 'utf8').toString('latin1');
const iterating = (...entries: [group: string, nodeid: number, pid: number][]) =>
  ({ iterate: () => entries.map(([group, nodeid, pid]) => ({ group, nodeid, pid })) }) as unknown as CpgApi;

test.each([
  ['crmd\0', 'crmd'],
  ['pve_dcdb_v1\0\0', 'pve_dcdb_v1'],
  ['a\0b', 'a\\x00b'],
  ['tab\tnewline\n', 'tab\\x09newline\\x0a'],
  ['back\\slash', 'back\\x5cslash'],
  [latin1('größe'), 'größe'],
  [latin1('a\u200bb'), 'a\\xe2\\x80\\x8bb'],
  ['\xff\xfe', '\\xff\\xfe'],
  ['gr\xfc\xdfe', 'gr\\xfc\\xdfe'],
  ['', ''],
])('the group %j is labelled %j', (group, label) => {
  expect(groupLabel(group)).toBe(label);
});

test('processes are counted by group and node; groups that look the same are one', () => {
  const cpg = iterating(['crmd\0', 1, 10], ['crmd\0', 2, 10], ['crmd', 2, 11], ['b', 1, 12]);
  expect(readGroups(cpg)).toEqual([
    { name: 'b', members: { 1: 1 } },
    { name: 'crmd', members: { 1: 1, 2: 2 } },
  ]);
});
