import { hashSync } from 'bcryptjs';
import { afterEach, expect, test } from 'vitest';
// Worker threads load compiled modules: this is the built program.
import { PasswordThread } from '../../../dist/exporter/web/password-thread.js';

const threads: PasswordThread[] = [];
afterEach(async () => {
  for (const thread of threads.splice(0)) await thread.close();
});

function start(): PasswordThread {
  const thread = new PasswordThread();
  threads.push(thread);
  return thread;
}

test('tells the right password from others', async () => {
  const { compare } = start();
  const hash = hashSync('påß🔑', 4);
  expect(await compare({ password: 'påß🔑', hash })).toBe(true);
  expect(await compare({ password: 'pass', hash })).toBe(false);
  expect(await compare({ password: '', hash })).toBe(false);
});

test('leaves this thread free while it hashes', async () => {
  const { compare } = start();
  await compare({ password: 'x', hash: hashSync('y', 4) });
  let looks = 0;
  const timer = setInterval(() => {
    looks += 1;
  }, 1);
  await compare({ password: 'x', hash: hashSync('y', 4).replace('$04$', '$12$') });
  clearInterval(timer);
  expect(looks).toBeGreaterThan(10);
});

test('is ended in the middle of a hash, which is then an error; the next question starts it again', async () => {
  const thread = start();
  const hash = hashSync('x', 4);
  const question = thread.compare({ password: 'x', hash: hash.replace('$04$', '$31$') });
  const failed = expect(question).rejects.toThrow('has ended');
  setTimeout(() => thread.close(), 100);
  await failed;
  expect(await thread.compare({ password: 'x', hash })).toBe(true);
});
