import { hashSync } from 'bcryptjs';
import { expect, test } from 'vitest';
import { Authenticator } from '../../../exporter/web/authenticator.ts';
import { CheckQueue } from '../../../exporter/web/check-queue.ts';
import { parseBasic } from '../../../exporter/web/credentials.ts';
import type { PasswordQuestion } from '../../../exporter/web/password-worker.ts';

const hash = (cost: number, letter = 'a') => `$2y$${String(cost).padStart(2, '0')}$${letter.repeat(53)}`;

/** A comparison that lets `right` pass and remembers what it was asked. */
function fakeCompare() {
  const asked: PasswordQuestion[] = [];
  const compare = async (question: PasswordQuestion) => {
    asked.push(question);
    return question.password === 'right';
  };
  return { asked, compare, costs: () => asked.map((one) => one.hash.slice(0, 7)) };
}

const users = new Map([['alice', hash(10)]]);
const check = (authenticator: Authenticator, user: string, password: string, known = users, sender = 'here') =>
  authenticator.check({ user, password }, known, sender);

test('a right password is hashed once, a wrong one each time', async () => {
  const { compare, asked } = fakeCompare();
  const authenticator = new Authenticator(compare);
  for (let i = 0; i < 3; i++) expect(await check(authenticator, 'alice', 'right')).toBe('right');
  expect(asked).toHaveLength(1);
  for (let i = 0; i < 3; i++) expect(await check(authenticator, 'alice', 'wrong')).toBe('wrong');
  expect(asked).toHaveLength(4);
});

test('a remembered password is worth nothing once the hash has changed or the user is gone', async () => {
  const { compare } = fakeCompare();
  const answers = new Authenticator(async (question) => (await compare(question)) && question.hash === hash(10));
  expect(await check(answers, 'alice', 'right')).toBe('right');
  expect(await check(answers, 'alice', 'right', new Map([['alice', hash(10, 'b')]]))).toBe('wrong');
  expect(await check(answers, 'alice', 'right', new Map([['bob', hash(10)]]))).toBe('wrong');
  expect(await check(answers, 'bob', 'right', new Map([['bob', hash(10, 'b')]]))).toBe('wrong');
});

test('an unknown user costs the same hash as a known one, and never gets in', async () => {
  const { compare, costs } = fakeCompare();
  const authenticator = new Authenticator(compare);
  for (const user of ['alice', 'bob', '', 'ALICE', '__proto__', 'constructor']) {
    expect(await check(authenticator, user, 'wrong')).toBe('wrong');
  }
  expect(await check(authenticator, 'bob', 'right')).toBe('wrong');
  expect(new Set(costs())).toEqual(new Set(['$2y$10$']));
});

test('where costs differ, unknown names have them all, each name always the same', async () => {
  const { compare, costs } = fakeCompare();
  const mixed = new Map([['alice', hash(10)], ['bob', hash(12)], ['carol', hash(4)]]); // biome-ignore format: a table
  const names = Array.from({ length: 60 }, (_, i) => `nobody${i}`);
  for (const authenticator of [new Authenticator(compare), new Authenticator(compare)]) {
    for (const name of names) await check(authenticator, name, 'x', mixed);
  }
  expect(new Set(costs())).toEqual(new Set(['$2y$04$', '$2y$10$', '$2y$12$']));
  expect(costs().slice(0, 60)).toEqual(costs().slice(60));
});

test('the same credentials at once are hashed once', async () => {
  const { compare, asked } = fakeCompare();
  const authenticator = new Authenticator(compare);
  const verdicts = await Promise.all(Array.from({ length: 30 }, () => check(authenticator, 'alice', 'right')));
  expect(new Set(verdicts)).toEqual(new Set(['right']));
  expect(asked).toHaveLength(1);
});

test('what is remembered has a bound, and the one used last stays', async () => {
  const asked: string[] = [];
  const authenticator = new Authenticator(async ({ password }) => {
    asked.push(password);
    return true;
  });
  await check(authenticator, 'alice', 'mine');
  for (let i = 0; i < 200; i++) {
    await check(authenticator, 'alice', `other${i}`);
    await check(authenticator, 'alice', 'mine');
  }
  expect(asked.filter((password) => password === 'mine')).toHaveLength(1);
  await check(authenticator, 'alice', 'other0');
  expect(asked.filter((password) => password === 'other0')).toHaveLength(2);
});

test('a comparison that fails is an error, and the next one is made anew', async () => {
  let fail = true;
  const authenticator = new Authenticator(async () => {
    if (fail) throw new Error('gone');
    return true;
  });
  await expect(check(authenticator, 'alice', 'right')).rejects.toThrow('gone');
  fail = false;
  expect(await check(authenticator, 'alice', 'right')).toBe('right');
});

test('senders are served in turn, one job at a time', async () => {
  const queue = new CheckQueue();
  const order: string[] = [];
  let running = 0;
  const job = (name: string) => async () => {
    running += 1;
    expect(running).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 1));
    order.push(name);
    running -= 1;
  };
  const flood = ['a1', 'a2', 'a3', 'a4'].map((name) => queue.add('a', job(name)));
  const others = [queue.add('b', job('b1')), queue.add('c', job('c1'))];
  await Promise.all([...flood, ...others]);
  expect(order).toEqual(['a1', 'a2', 'b1', 'c1', 'a3', 'a4']);
});

test('who has too many waiting is told so at once, and others are not', async () => {
  const queue = new CheckQueue();
  const slow = () => new Promise((resolve) => setTimeout(resolve, 1));
  const flood = Array.from({ length: 20 }, () => queue.add('a', slow));
  expect(flood.filter((one) => one === undefined)).toHaveLength(11); // one runs, eight wait
  expect(queue.add('b', slow)).toBeDefined();
  const many = Array.from({ length: 100 }, (_, i) => queue.add(`sender${i}`, slow));
  const taken = 64 - 9 + 7; // all but one of those that waited for the one with most gave up their places
  expect(many.filter((one) => one !== undefined)).toHaveLength(taken);
  await Promise.all([...flood, ...many]);
  expect(queue.add('a', slow)).toBeDefined();
});

test('many who flood do not keep out one who asks once', async () => {
  const queue = new CheckQueue();
  const slow = async () => {
    await new Promise((resolve) => setTimeout(resolve, 1));
    return 'done';
  };
  const flood = Array.from({ length: 80 }, (_, i) => queue.add(`flooder${i % 8}`, slow));
  const once = queue.add('once', slow);
  expect(await once).toBe('done');
  const outcomes = await Promise.all(flood);
  expect(outcomes.filter((outcome) => outcome === 'done')).toHaveLength(64);
});

const basic = (text: string | Buffer, scheme = 'Basic') => `${scheme} ${Buffer.from(text).toString('base64')}`;
test.each([
  [basic('a:b'), { user: 'a', password: 'b' }],
  [basic('a:b', 'bAsIc'), { user: 'a', password: 'b' }],
  [basic('a:b:c'), { user: 'a', password: 'b:c' }],
  [basic('a:'), { user: 'a', password: '' }],
  [basic(':'), { user: '', password: '' }],
  [basic('jürgen:påß🔑'), { user: 'jürgen', password: 'påß🔑' }],
  [basic('ab'), undefined],
  [basic(''), undefined],
  [basic(Buffer.from('j\xfcrgen:x', 'latin1')), undefined],
  [undefined, undefined],
  ['', undefined],
  ['Basic', undefined],
  ['Basic ', undefined],
  ['Basic YTpi!', undefined],
  ['Basic YTpi YTpi', undefined],
  ['Basic YTp', undefined],
  ['Bearer YTpi', undefined],
  ['BasicYTpi', undefined],
])('the header %j has %j', (header, credentials) => {
  expect(parseBasic(header)).toEqual(credentials);
});

test('hashes of each kind that htpasswd and others make are known to the library', async () => {
  const { compareSync } = await import('bcryptjs');
  const made = hashSync('påß🔑', 4);
  for (const kind of ['$2a', '$2b', '$2y']) expect(compareSync('påß🔑', made.replace('$2b', kind))).toBe(true);
});
