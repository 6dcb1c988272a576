import { expect, test } from 'vitest';
import { CorosyncError, CsError } from '../../src/corosync/cs-error.ts';
import { readArea, unless } from '../../src/monitor/read-area.ts';
import { fakeLane } from './fake-lane.ts';

const refuse = () => {
  throw new CorosyncError('cmap_get', CsError.CS_ERR_TRY_AGAIN);
};

test('an area is told with what was read and how long it took', () => {
  const lane = fakeLane();
  readArea(lane, { statistics: ['a'] }, 'statistics', (keys) => {
    lane.time += 250;
    return { [keys[0] as string]: 1 };
  });
  expect(lane.take()).toEqual([{ kind: 'area', area: 'statistics', seconds: 0.25, value: { a: 1 } }]);
});

test('an area that nobody asked for is not read', () => {
  const lane = fakeLane();
  readArea(lane, {}, 'statistics', refuse);
  expect(lane.take()).toEqual([]);
});

test('a failure is told, and is no exception', () => {
  const lane = fakeLane();
  readArea(lane, { groups: [] }, 'groups', refuse);
  readArea(lane, { groups: [] }, 'groups', () => JSON.parse('bug'));
  expect(lane.take()).toEqual([
    { kind: 'area', area: 'groups', seconds: 0, error: expect.stringContaining('CS_ERR_TRY_AGAIN') },
    { kind: 'area', area: 'groups', seconds: 0, error: expect.stringContaining('JSON') },
  ]);
});

test('without a connection there is nothing to tell', () => {
  const lane = fakeLane();
  readArea(lane, { groups: [] }, 'groups', () => undefined);
  expect(lane.take()).toEqual([]);
});

test('codes that are expected are an absence, others are thrown', () => {
  expect(unless([CsError.CS_ERR_TRY_AGAIN], refuse)).toBeUndefined();
  expect(() => unless([CsError.CS_ERR_LIBRARY], refuse)).toThrow('CS_ERR_TRY_AGAIN');
  expect(() => unless([CsError.CS_ERR_TRY_AGAIN], () => JSON.parse('{'))).toThrow(SyntaxError);
});
