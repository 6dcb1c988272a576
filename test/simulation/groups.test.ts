import { expect, test } from 'vitest';
import { CpgIterationType } from '../../src/corosync/types.ts';
import { simulate } from './simulate.ts';

const { CPG_ITERATION_ALL, CPG_ITERATION_NAME_ONLY, CPG_ITERATION_ONE_GROUP } = CpgIterationType;
const group = 'corosync-exporter';

test("Pacemaker's groups have a member on each node of the view; their names end with a NUL", () => {
  const { clock, cpg: service } = simulate(1);
  const cpg = service.connect();
  const nodesOf = (name: string) => cpg.iterate(CPG_ITERATION_ONE_GROUP, name).map(({ nodeid }) => nodeid);
  const names = ['cib\0', 'stonith-ng\0', 'attrd\0', 'crmd\0', group];
  expect(cpg.iterate(CPG_ITERATION_NAME_ONLY)).toEqual(names.map((name) => ({ group: name, nodeid: 0, pid: 0 })));
  expect(nodesOf('crmd\0')).toEqual([1, 2, 3]);
  expect(nodesOf(group)).toEqual([2, 3]);
  cpg.join(group);
  expect(nodesOf(group).sort()).toEqual([1, 2, 3]);
  clock.seconds = 27;
  expect(nodesOf('crmd\0')).toEqual([1, 2]);
  clock.seconds = 52;
  expect(nodesOf('crmd\0')).toEqual([1, 2]);
  clock.seconds = 54;
  expect(cpg.iterate(CPG_ITERATION_ALL)).toHaveLength(5 * 3);
});
