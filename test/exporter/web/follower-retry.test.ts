import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ConfigError } from '../../../exporter/config-error.ts';
import { WebSettingsFollower } from '../../../exporter/web/follower.ts';
import { tryWebSettings } from '../../../exporter/web/settings.ts';
import { fakeLog } from '../fakes.ts';
import { CertificateFolder } from './certificates.ts';
import { users } from './toolkit-cases.ts';

const folder = new CertificateFolder();
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});
afterAll(() => folder.remove());

const usersOf = (name: string) => folder.write('web.yml', `basic_auth_users:\n  ${name}: ${users.alice}\n`);

/** Follows a file that changes while it cannot be read; the users, and what was read and logged. */
function follow(code: string) {
  const file = usersOf('alice');
  const { log, lines } = fakeLog();
  const failure = { readings: 0, over: true };
  const follower = new WebSettingsFollower(file, log, (name) => {
    failure.readings += 1;
    if (failure.over) return tryWebSettings(name);
    const error = new ConfigError(`cannot be read (${code})`, { cause: Object.assign(new Error(code), { code }) });
    return { files: [name], empty: false, settings: undefined, error };
  });
  failure.over = false;
  usersOf('bob');
  follower.current(); // sees the change
  vi.advanceTimersByTime(250);
  return { users: () => [...follower.current().users.keys()], failure, lines };
}

test('what cannot be read for a passing reason is read again after some seconds, with one warning', () => {
  const { users: named, failure, lines } = follow('EMFILE');
  for (let i = 0; i < 3; i += 1) {
    expect([named(), named()]).toEqual([['alice'], ['alice']]);
    expect(failure.readings).toBe(2 + i);
    vi.advanceTimersByTime(5_000);
  }
  failure.over = true;
  expect(named()).toEqual(['bob']);
  expect(lines).toEqual([
    expect.stringContaining('warn Web configuration cannot be used'),
    expect.stringContaining('info Web configuration read again'),
  ]);
  vi.advanceTimersByTime(60_000);
  expect([named(), failure.readings]).toEqual([['bob'], 5]);
});

test('what cannot be read for another reason is read again when it changes', () => {
  const { users: named, failure } = follow('EACCES');
  for (let i = 0; i < 3; i += 1) {
    expect([named(), failure.readings]).toEqual([['alice'], 2]);
    vi.advanceTimersByTime(60_000);
  }
});

test('what is written while it is read is not used, nor warned of, but read again', () => {
  const { log, lines } = fakeLog();
  let written = false;
  const follower = new WebSettingsFollower(usersOf('alice'), log, (name) => {
    if (!written) return tryWebSettings(name);
    written = false;
    folder.write('web.yml', '');
    const reading = tryWebSettings(name);
    usersOf('carol');
    return reading;
  });
  const named = () => [...follower.current().users.keys()];
  usersOf('bob');
  named(); // sees the change
  vi.advanceTimersByTime(250);
  written = true;
  expect(named()).toEqual(['alice']);
  vi.advanceTimersByTime(250);
  named();
  vi.advanceTimersByTime(250);
  expect(named()).toEqual(['carol']);
  expect(lines).toEqual([expect.stringContaining('info Web configuration read again')]);
});
