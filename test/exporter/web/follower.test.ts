import { mkdirSync, renameSync, symlinkSync, unlinkSync } from 'node:fs';
import { Agent } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CertificateFolder } from './certificates.ts';
import { ask, type Served, serve } from './served.ts';
import { users } from './toolkit-cases.ts';

const folder = new CertificateFolder();
const settled = 250;
let served: Served | undefined;
beforeEach(() => {
  folder.makeUsual();
  folder.make('next', { signedBy: 'ca', sans: 'DNS:localhost' });
});
afterEach(async () => {
  vi.useRealTimers();
  await served?.server.close();
  served = undefined;
});
afterAll(() => folder.remove());

const pair = 'tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n';
const verified = `${pair}  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.pem\n`;
const as = (name: string) => ({ cert: folder.read(`${name}.pem`), key: folder.read(`${name}.key`) });
const copy = (from: string, to: string) => folder.write(to, folder.read(from));

async function start(text: string, name = 'web.yml'): Promise<Served> {
  served = await serve(folder.write(name, text));
  return served;
}

const warnings = ({ lines }: Served) => lines.filter((line) => /^(warn|error) /.test(line));
const readings = ({ lines }: Served) => lines.filter((line) => line.startsWith('info Web configuration read again'));

test('a new certificate is served to new connections, and said once', async () => {
  const one = await start(pair);
  expect((await ask(one.port)).name).toBe('server');
  copy('next.pem', 'server.pem');
  copy('next.key', 'server.key');
  await sleep(settled);
  for (let i = 0; i < 3; i++) expect((await ask(one.port)).name).toBe('next');
  expect(readings(one)).toHaveLength(1);
  expect(warnings(one)).toEqual([]);
});

test('a certificate whose key has not come yet is not served: the old pair stays, with one warning', async () => {
  const one = await start(pair);
  copy('next.pem', 'server.pem');
  await sleep(settled);
  for (let i = 0; i < 3; i++) expect(await ask(one.port)).toMatchObject({ status: 200, name: 'server' });
  copy('next.pem', 'server.pem'); // once more the same
  await sleep(settled);
  expect((await ask(one.port)).name).toBe('server');
  expect(warnings(one)).toHaveLength(1);
  expect(warnings(one)[0]).toContain('key_file does not belong to the certificate');
  copy('next.key', 'server.key');
  await sleep(settled);
  expect((await ask(one.port)).name).toBe('next');
  expect(warnings(one)).toHaveLength(1);
});

test('a pair that is complete before anybody looks long enough gives no warning', async () => {
  // However long a copy or a handshake takes, to the follower it takes no time.
  vi.useFakeTimers({ toFake: ['Date', 'performance'] });
  const one = await start(pair);
  copy('next.pem', 'server.pem');
  expect((await ask(one.port)).name).toBe('server');
  copy('next.key', 'server.key');
  expect((await ask(one.port)).name).toBe('server');
  vi.advanceTimersByTime(settled);
  expect((await ask(one.port)).name).toBe('next');
  expect(warnings(one)).toEqual([]);
});

test('a file that goes away and comes back leaves the old certificate meanwhile', async () => {
  const one = await start(pair);
  unlinkSync(folder.file('server.key'));
  expect((await ask(one.port)).name).toBe('server');
  await sleep(settled);
  expect((await ask(one.port)).name).toBe('server');
  expect(warnings(one)).toHaveLength(1);
  copy('next.pem', 'server.pem');
  copy('next.key', 'server.key');
  await sleep(settled);
  expect((await ask(one.port)).name).toBe('next');
});

test('a link that is turned to another folder is followed, as certificates of Kubernetes and certbot come', async () => {
  for (const [version, name] of [['v1', 'server'], ['v2', 'next']] as const) {
    mkdirSync(folder.file(version), { recursive: true });
    copy(`${name}.pem`, `${version}/tls.pem`);
    copy(`${name}.key`, `${version}/tls.key`);
  } // biome-ignore format: a table
  symlinkSync('v1', folder.file('live'));
  const one = await start('tls_server_config:\n  cert_file: live/tls.pem\n  key_file: live/tls.key\n');
  expect((await ask(one.port)).name).toBe('server');
  symlinkSync('v2', folder.file('new'));
  renameSync(folder.file('new'), folder.file('live'));
  await sleep(settled);
  expect((await ask(one.port)).name).toBe('next');
});

test('who is let in follows the file: type and CA', async () => {
  const one = await start(pair);
  const statuses = async () => [
    (await ask(one.port)).status,
    (await ask(one.port, as('client'))).status,
    (await ask(one.port, as('stranger'))).status,
  ];
  expect(await statuses()).toEqual([200, 200, 200]);
  folder.write('web.yml', verified);
  await sleep(settled);
  expect(await statuses()).toEqual([undefined, 200, undefined]);
  folder.write('web.yml', verified.replace('ca.pem', 'other-ca.pem'));
  await sleep(settled);
  expect(await statuses()).toEqual([undefined, undefined, 200]);
  folder.write('web.yml', `${pair}  client_auth_type: RequireAnyClientCert\n`);
  await sleep(settled);
  expect(await statuses()).toEqual([undefined, 200, 200]);
  folder.write('web.yml', pair);
  await sleep(settled);
  expect(await statuses()).toEqual([200, 200, 200]);
});

test('who is connected since before a change has to come again by the new rules', async () => {
  const one = await start(pair);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const statuses: unknown[] = [];
  const again = async () => statuses.push((await ask(one.port, { agent })).status);
  await again();
  await again();
  folder.write('web.yml', verified);
  await sleep(settled);
  await again(); // answered, and the connection closed
  await again();
  agent.destroy();
  expect(statuses).toEqual([200, 200, 200, undefined]);
});

const usersOf = (name: string) => `basic_auth_users:\n  ${name}: ${users.alice}\n`;

test.each([
  ['a misspelt key', 'tls_server_confg: {}\n', 'tls_server_confg is not a known setting'],
  ['an empty file', '', 'the file is empty'],
  ['only a comment', '# later\n', 'the file is empty'],
  ['no TLS any more', usersOf('alice'), 'tls_server_config was removed; restart'],
  ['a broken user', `${pair}basic_auth_users:\n  a: b\n`, 'must be a bcrypt hash'],
])('a change to %s leaves the last good configuration, with one warning', async (_, text, warning) => {
  const one = await start(verified);
  folder.write('web.yml', text);
  await sleep(settled);
  for (let i = 0; i < 3; i++) {
    expect((await ask(one.port)).status).toBeUndefined();
    expect((await ask(one.port, as('client'))).status).toBe(200);
  }
  expect(warnings(one)).toHaveLength(1);
  expect(warnings(one)[0]).toContain(warning);
  folder.write('web.yml', verified);
  await sleep(settled);
  expect((await ask(one.port, as('client'))).status).toBe(200);
  expect(readings(one)).toHaveLength(1);
});

test('TLS is not turned on in a running server of plain HTTP, and its users stay', async () => {
  const one = await start(usersOf('alice'));
  folder.write('web.yml', pair);
  await sleep(settled);
  expect((await fetch(`http://127.0.0.1:${one.port}/`)).status).toBe(401);
  expect(warnings(one).at(-1)).toContain('tls_server_config was added; restart');
});

test('headers and limit follow the file', async () => {
  const one = await start('http_server_config: {}\n');
  const get = () => fetch(`http://127.0.0.1:${one.port}/`);
  expect((await get()).headers.get('x-frame-options')).toBeNull();
  const headers = 'http_server_config:\n  headers:\n    X-Frame-Options: deny\n';
  folder.write('web.yml', headers);
  await sleep(settled);
  expect((await get()).headers.get('x-frame-options')).toBe('deny');
  folder.write('web.yml', `${headers}rate_limit:\n  interval: 1h\n  burst: 2\n`);
  await sleep(settled);
  expect([(await get()).status, (await get()).status, (await get()).status]).toEqual([200, 200, 429]);
});
