import { execFile } from 'node:child_process';
import { hashSync } from 'bcryptjs';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Demo, run, startDemo } from './built-program.ts';
import { CertificateFolder } from './certificates.ts';

vi.setConfig({ testTimeout: 30_000 }); // whole processes, on a machine that may be busy

// The built program, from its flag to its answers, with curl as the client.
const folder = new CertificateFolder();
beforeAll(() => folder.makeUsual());
afterAll(() => folder.remove());
let demo: Demo | undefined;
afterEach(async () => {
  await demo?.end();
  demo = undefined;
});

const pair = 'tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n';
const verified = `${pair}  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.pem\n`;
const users = `basic_auth_users:\n  prometheus: ${hashSync('påss', 4)}\n`;

async function start(text: string, ...args: string[]): Promise<Demo> {
  demo = await startDemo(`--web.config.file=${folder.write('web.yml', text)}`, ...args);
  return demo;
}

/** What curl says: its exit status, the HTTP status, and what it wrote. */
function curl(...args: string[]): Promise<{ exit: number; status: string; body: string }> {
  return new Promise((resolve) => {
    const all = ['--silent', '--show-error', '--max-time', '5', '--write-out', '\n%{http_code}', ...args];
    execFile('curl', all, { cwd: folder.path }, (error, stdout) => {
      const at = stdout.lastIndexOf('\n');
      resolve({ exit: Number(error?.code ?? 0), status: stdout.slice(at + 1), body: stdout.slice(0, at) });
    });
  });
}

describe('--config.check', () => {
  const check = (text: string) => run('--config.check', `--web.config.file=${folder.write('web.yml', text)}`);

  test('takes a good file', () => {
    expect(check(verified + users)).toMatchObject({ status: 0, stdout: 'The configuration is valid.\n', stderr: '' });
  });

  test.each([
    ['an unknown key', 'tls_server_confg: {}', ':1: tls_server_confg is not a known setting'],
    ['a missing certificate', pair.replace('server.pem', 'none.pem'), ':2: tls_server_config.cert_file "none.pem": no'],
    [
      'a key of another one',
      pair.replace('server.key', 'client.key'),
      ':3: tls_server_config.key_file does not belong',
    ],
    ['a password in the clear', 'basic_auth_users:\n  a: hunter2', ':2: basic_auth_users.a must be a bcrypt hash'],
  ])('refuses %s with one line and status 2', (_, text, message) => {
    const { status, stdout, stderr } = check(text);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr.split('\n')).toEqual([
      expect.stringContaining(`corosync-exporter: ${folder.file('web.yml')}${message}`),
      '',
    ]);
    expect(stderr).not.toContain('hunter2');
  });

  test('finds the file beside the one that names it', () => {
    folder.write('beside.yml', 'web:\n  config_file: bad.yml\n');
    folder.write('bad.yml', 'x: 1\n');
    const { status, stderr } = run('--config.check', `--config.file=${folder.file('beside.yml')}`);
    expect(status).toBe(2);
    expect(stderr).toContain(`${folder.file('bad.yml')}:1: x is not a known setting`);
  });

  test('the same mistakes keep the program from starting', () => {
    const file = folder.write('web.yml', 'tls_server_confg: {}');
    expect(run('--demo', '--web.listen-address=127.0.0.1:0', `--web.config.file=${file}`).status).toBe(2);
  });
});

test('curl gets in with certificate, user and password, and with nothing less', async () => {
  const { url, port } = await start(verified + users);
  const metrics = [`https://localhost:${port}/metrics`, '--cacert', 'ca.pem'];
  const certificate = ['--cert', 'client.pem', '--key', 'client.key'];
  expect(url).toBe(`https://127.0.0.1:${port}/`);
  const right = await curl(...metrics, ...certificate, '--user', 'prometheus:påss');
  expect(right).toMatchObject({ exit: 0, status: '200', body: expect.stringContaining('\ncorosync_up 1\n') });
  expect(await curl(...metrics, ...certificate, '--user', 'prometheus:pass')).toMatchObject({ status: '401' });
  expect(await curl(...metrics, ...certificate)).toMatchObject({ exit: 0, status: '401' });
  for (const path of ['-/healthy', '-/ready', '', 'nothing', 'api/v1/state']) {
    expect(await curl(`${url}${path}`, '--insecure', ...certificate)).toMatchObject({ status: '401' });
  }
  expect((await curl(...metrics, '--user', 'prometheus:påss')).exit).toBe(56); // TLS 1.3 tells it after the handshake
  expect((await curl(...metrics, '--cert', 'stranger.pem', '--key', 'stranger.key')).status).toBe('000');
  expect((await curl(`https://localhost:${port}/metrics`, ...certificate)).exit).toBe(60);
  expect((await curl(...metrics, ...certificate, '--tls-max', '1.1')).exit).toBe(35);
  expect((await curl(`http://localhost:${port}/metrics`)).status).toBe('000');
});

test('HTTP/1.1 is what a client of HTTP/2 gets, and the log says so once', async () => {
  const { port, lines } = await start(`${pair}http_server_config:\n  http2: true\n`);
  const { status, body } = await curl(`https://localhost:${port}/-/healthy`, '--insecure', '--http2', '--include');
  expect([status, body.split('\r\n')[0]]).toEqual(['200', 'HTTP/1.1 200 OK']);
  expect(lines.filter((line) => line.includes('HTTP/2'))).toHaveLength(1);
});

test('it ends in time, with clients connected', async () => {
  const one = await start(pair + users);
  await curl(`${one.url}metrics`, '--insecure', '--user', 'prometheus:wrong');
  const start1 = performance.now();
  expect(await one.end()).toBe(0);
  expect(performance.now() - start1).toBeLessThan(2_000);
});
