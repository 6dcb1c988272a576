import { expect, test } from 'vitest';
import { readOnce } from '../../exporter/once.ts';
import { down, healthy } from './snapshots.ts';

test('it reads until corosync answers, and then once more for what is read on the connections', async () => {
  const last = { ...healthy };
  const answers = [down, down, healthy, last];
  const read = async () => answers.shift() ?? down;
  expect(await readOnce({ read }, 2000)).toBe(last);
  expect(answers).toEqual([]);
});

test('it reads again until every connection is made, or refused', async () => {
  const [quorum, ...others] = healthy.libraries;
  if (quorum === undefined) throw new Error('no libraries');
  const pending = { ...healthy, libraries: [...others, { ...quorum, connected: false }] };
  const refused = {
    ...healthy,
    libraries: [...others, { ...quorum, connected: false, error: { call: 'x', code: 2 } }],
  };
  const answers = [pending, refused, refused];
  expect(await readOnce({ read: async () => answers.shift() ?? healthy }, 2000)).toBe(refused);
});

test('it gives what it has when the deadline is over', async () => {
  const begin = Date.now();
  expect(await readOnce({ read: async () => down }, 200)).toBe(down);
  expect(Date.now() - begin).toBeLessThan(2_000);
});
