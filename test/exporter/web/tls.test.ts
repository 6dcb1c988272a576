import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as tlsConnect } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { CertificateFolder, indented, tlsFile } from './certificates.ts';
import { ask, type Served, serve } from './served.ts';

const folder = new CertificateFolder();
const served: Served[] = [];
beforeAll(() => folder.makeUsual());
afterEach(async () => {
  for (const { server } of served.splice(0)) await server.close();
});
afterAll(() => folder.remove());

const serveTls = async (...settings: string[]) => {
  const one = await serve(tlsFile(folder, ...settings));
  served.push(one);
  return one;
};

const as = (name: string) => ({ cert: folder.read(`${name}.pem`), key: folder.read(`${name}.key`) });

const old = { ciphers: 'DEFAULT:@SECLEVEL=0' };
describe('versions', () => {
  test.each([
    [[], ['TLSv1.2', 'TLSv1.3']],
    [['min_version: TLS13'], ['TLSv1.3']],
    [['max_version: TLS12'], ['TLSv1.2']],
    [['min_version: TLS11'], ['TLSv1.1', 'TLSv1.2', 'TLSv1.3']],
    [['min_version: TLS10'], ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3']],
    [
      ['min_version: TLS10', 'max_version: TLS11'],
      ['TLSv1', 'TLSv1.1'],
    ],
    [['min_version: TLS10', 'max_version: TLS10'], ['TLSv1']],
  ])('with %j are %j', async (settings, expected) => {
    const { port } = await serveTls(...settings);
    const spoken: (string | null | undefined)[] = [];
    for (const version of ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const) {
      const { protocol } = await ask(port, { minVersion: version, maxVersion: version, ...old });
      if (protocol) spoken.push(protocol);
    }
    expect(spoken).toEqual(expected);
  });
});

describe('cipher suites', () => {
  const suites = (...names: string[]) => `cipher_suites: [${names.join(', ')}]`;
  const [small, large] = ['TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256', 'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384'];
  const both = {
    maxVersion: 'TLSv1.2',
    ciphers: 'ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256',
  } as const;

  test.each([
    [[suites(small)], small],
    [[suites(small, large)], small],
    [[suites(large, small)], large],
    [[suites(small, large), 'prefer_server_cipher_suites: false'], large],
    [[suites('TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256')], undefined],
    [[suites('TLS_AES_128_GCM_SHA256')], undefined],
    [[suites('TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256')], undefined],
  ])('%j give a client of TLS 1.2 that prefers the larger key %s', async (settings, cipher) => {
    const { port } = await serveTls(...settings);
    expect((await ask(port, both)).cipher).toBe(cipher);
    for (const suite of ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256']) {
      expect(await ask(port, { ciphers: suite })).toMatchObject({ protocol: 'TLSv1.3', cipher: suite });
    }
  });
});

test('curves that the client does not have end the handshake', async () => {
  const { port } = await serveTls('curve_preferences: [CurveP521]');
  expect((await ask(port, { ecdhCurve: 'P-384' })).error).toMatch(/^ERR_SSL|EPROTO/);
  expect((await ask(port, { ecdhCurve: 'P-521' })).status).toBe(200);
});

test('certificate and keys may stand in the file itself', async () => {
  const inline = (setting: string, file: string) => `  ${setting}: |\n${indented(folder.read(file))}`;
  const settings = [
    ...['tls_server_config:', inline('cert', 'server.pem'), inline('key', 'server.key'), inline('client_ca', 'ca.pem')],
    '  client_auth_type: RequireAndVerifyClientCert',
  ];
  const one = await serve(folder.write('inline.yml', settings.join('\n')));
  served.push(one);
  expect((await ask(one.port, { ...as('client'), ca: folder.read('ca.pem'), rejectUnauthorized: true })).status).toBe(
    200,
  );
  expect((await ask(one.port)).status).toBeUndefined();
});

test('sessions are not resumed: each connection shows its certificate', async () => {
  const { port } = await serveTls('client_auth_type: RequireAndVerifyClientCert', 'client_ca_file: ca.pem');
  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    const options = { host: '127.0.0.1', port, rejectUnauthorized: false, maxVersion, ...as('client') };
    const session = await new Promise<Buffer | undefined>((resolve) => {
      const socket = tlsConnect(options);
      socket.once('session', resolve).once('close', () => resolve(socket.getSession()));
      socket.once('secureConnect', () => socket.end('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')).resume();
    });
    const reused = await new Promise<boolean>((resolve, reject) => {
      const socket = tlsConnect({ ...options, ...(session && { session }) });
      socket.once('secureConnect', () => resolve(socket.isSessionReused())).once('error', reject);
      socket.once('secureConnect', () => socket.destroy());
    });
    expect(reused).toBe(false);
  }
});

test('who began a handshake before a change has to come again by the new rules', async () => {
  const verified = (ca: string) => [`client_ca_file: ${ca}`, 'client_auth_type: RequireAndVerifyClientCert'];
  const { port } = await serveTls(...verified('ca.pem'));
  const early = connect(port, '127.0.0.1');
  await new Promise((resolve) => early.once('connect', resolve));
  expect((await ask(port, as('client'))).status).toBe(200);
  tlsFile(folder, ...verified('other-ca.pem'));
  await sleep(250);
  expect((await ask(port, as('client'))).status).toBeUndefined();
  let text = '';
  const socket = tlsConnect({ socket: early, rejectUnauthorized: false, ...as('client') }).on('data', (data) => {
    text += data;
  });
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  await expect.poll(() => text).toContain('page');
  expect(text).toContain('Connection: close');
});

test('plain HTTP on the port of TLS is closed, and others are served', async () => {
  const { port, seen } = await serveTls();
  const closed = new Promise<string>((resolve) => {
    let text = '';
    const socket = connect(port, '127.0.0.1', () => socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n'));
    socket.on('data', (data) => {
      text += data;
    });
    socket.on('error', () => {}).on('close', () => resolve(text));
  });
  expect(await closed).not.toContain('page');
  expect(seen()).toBe(0);
  expect((await ask(port)).status).toBe(200);
});

test('handshakes that never end hold up neither others nor the shutdown', async () => {
  const { port, server } = await serveTls();
  const idle = Array.from({ length: 50 }, () => connect(port, '127.0.0.1').on('error', () => {}));
  await Promise.all(idle.map((socket) => new Promise((resolve) => socket.once('connect', resolve))));
  expect((await ask(port)).status).toBe(200);
  served.pop();
  const start = performance.now();
  await server.close();
  expect(performance.now() - start).toBeLessThan(1_000);
  for (const socket of idle) socket.destroy();
});
