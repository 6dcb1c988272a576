import { execFileSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ConfigError } from '../../../exporter/config-error.ts';
import { parseGoDuration } from '../../../exporter/web/go-duration.ts';
import { readWebConfig } from '../../../exporter/web/read.ts';
import { loadWebSettings } from '../../../exporter/web/settings.ts';
import { CertificateFolder } from './certificates.ts';
import { toolkitCases, users } from './toolkit-cases.ts';

const folder = new CertificateFolder();
folder.makeUsual();
afterAll(() => folder.remove());

function messageOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as Error).message;
  }
  return 'no error';
}

const load = (text: string) => loadWebSettings(folder.write('web.yml', text));

describe("the toolkit's cases", () => {
  test.each(toolkitCases(folder).filter(({ refused }) => refused === undefined))('$what is taken', ({ text }) => {
    expect(messageOf(() => load(text))).toBe('no error');
  });

  test.each(toolkitCases(folder).filter(({ refused }) => refused !== undefined))(
    '$what is refused',
    ({ text, refused }) => {
      const message = messageOf(() => load(text));
      expect(message).toContain(refused);
      expect(message.startsWith(`${folder.file('web.yml')}:`)).toBe(true);
      expect(message).not.toContain('\n');
    },
  );
});

const bcrypt = `must be a bcrypt hash; make one with htpasswd -nBC 10 "" | tr -d ':\\n'`;
const suite = 'must be a cipher suite';
test.each([
  ['tls_server_cofig: {}', ':1: tls_server_cofig is not a known setting; did you mean tls_server_config?'],
  [
    'a: 1',
    ':1: a is not a known setting; known ones are tls_server_config, http_server_config, rate_limit, basic_auth_users',
  ],
  ['\nrate_limit:\n  brust: 1', ':3: rate_limit.brust is not a known setting; known ones are rate_limit.interval, rate_limit.burst'],
  [
    'http_server_config:\n  headers:\n    x-frame-options: deny',
    ':3: http_server_config.headers.x-frame-options is not a known setting; did you mean http_server_config.headers.X-Frame-Options?',
  ],
  [
    'http_server_config:\n  headers:\n    Content-Security-Policy: "a\\nb"',
    ':3: http_server_config.headers.Content-Security-Policy must be text that an HTTP header can carry, not "a\\nb"',
  ],
  ['http_server_config:\n  http2: maybe', ':2: http_server_config.http2 must be true or false, not "maybe"'],
  ['rate_limit:\n  interval: 5', ':2: rate_limit.interval must be a duration such as 1s or 100ms, or 0 for no limit, not 5'],
  ['rate_limit:\n  burst: -1', ':2: rate_limit.burst must be a whole number, 0 or more, not -1'],
  [
    'tls_server_config:\n  cipher_suites:\n    - TLS_AES_128_GCM_SHA256\n    - TLS_AES_128_GCM_SHA257',
    `:4: tls_server_config.cipher_suites.1 ${suite} (did you mean TLS_AES_128_GCM_SHA256?), not "TLS_AES_128_GCM_SHA257"`,
  ],
  ['tls_server_config:\n  min_version: SSL3', ':2: tls_server_config.min_version must be a version of TLS (TLS10, TLS11, TLS12, TLS13), not "SSL3"'],
  ['tls_server_config:\n  client_allowed_sans: []', ':2: tls_server_config.client_allowed_sans must have at least one name; leave it out to let every verified client in, not an empty list'],
  ['tls_server_config:\n  key: 1\n  key: 2', ':3: tls_server_config.key is already set on line 2; remove one of the two'],
  ['basic_auth_users:\n  a: hunter2', `:2: basic_auth_users.a ${bcrypt}`],
  ['basic_auth_users:\n  a: $2y$10$short', `:2: basic_auth_users.a ${bcrypt}`],
  ['basic_auth_users:\n  a: $2x$10$qRTBuFoULoYNA7AQ/F3ck.trZBPyjV64.oA4ZsSBCIWvXuvQlQTuu', `:2: basic_auth_users.a ${bcrypt}`],
  ['basic_auth_users:\n  a:', `:2: basic_auth_users.a ${bcrypt}`],
  ['basic_auth_users: hunter2', ':1: basic_auth_users must be a group, each a user with a bcrypt hash'],
])('%j is refused with one line', (text, message) => {
  expect(messageOf(() => readWebConfig('web.yml', text))).toBe(`web.yml${message}`);
}); // biome-ignore format: a table

test('names of users are taken as they are written', () => {
  const names = ['007', '7', 'True', 'null', '0x1F', '1e3', '__proto__', 'constructor'];
  const text = `basic_auth_users:\n${names.map((name) => `  ${name}: ${users.alice}\n`).join('')}`;
  const { basic_auth_users } = readWebConfig('web.yml', text).config;
  expect([...basic_auth_users.keys()].sort()).toEqual(names.sort());
  expect(messageOf(() => readWebConfig('web.yml', 'basic_auth_users:\n  __proto__: hunter2'))).toBe(
    `web.yml:2: basic_auth_users.__proto__ ${bcrypt}`,
  );
});

test.each(['key: [1, hunter2]', 'cert: {a: hunter2}', '"hunter2"'])(
  'what may be a secret is not in the message: %s',
  (text) => {
    const message = messageOf(() => readWebConfig('web.yml', `tls_server_config:\n  ${text}`));
    expect(message).toMatch(/^web\.yml:[12]: tls_server_config/);
    expect(message).not.toContain('hunter2');
  },
);

test.each(['alice: |2hunter2', 'alice: *hunter2', 'alice: @hunter2', 'alice: "hunter2'])(
  'nor what is no YAML: %s',
  (text) => {
    const message = messageOf(() => readWebConfig('web.yml', `basic_auth_users:\n  ${text}\n`));
    expect(message).toMatch(/^web\.yml:[23]: not valid YAML/);
    expect(message).not.toContain('hunter2');
  },
);

describe('a certificate that cannot be used', () => {
  const tls = (...lines: string[]) => `tls_server_config:\n${lines.map((line) => `  ${line}\n`).join('')}`;
  beforeAll(() => {
    folder.write('broken.pem', folder.read('server.pem').replace(/\n.{20}/, '\nAAAAAAAAAAAAAAAAAAAA'));
    folder.write('half.pem', folder.read('server.pem').slice(0, 300));
    execFileSync('openssl', ['pkey', '-in', 'server.key', '-aes256', '-passout', 'pass:x', '-out', 'locked.key'], {
      cwd: folder.path,
    });
  });

  test.each([
    [['cert_file: broken.pem', 'key_file: server.key'], ':2: tls_server_config.cert_file has a broken certificate in it; give it as PEM'],
    [['cert_file: half.pem', 'key_file: server.key'], ':2: tls_server_config.cert_file has no certificate in it; give one as PEM'],
    [['cert_file: .', 'key_file: server.key'], ':2: tls_server_config.cert_file ".": a directory, not a file; give the path of the file in it'],
    [['cert_file: server.pem', 'key_file: "-----BEGIN PRIVATE KEY-----\\nMC4"'], ':3: tls_server_config.key_file is a text, not the path of a file; give it as key'],
    [['cert_file: server.pem', 'key_file: server.pem'], ':3: tls_server_config.key_file has no private key in it; give one as PEM'],
    [['cert_file: server.pem', 'key_file: locked.key'], ':3: tls_server_config.key_file has a key with a passphrase; take it off with openssl pkey'],
    [['cert_file: server.pem', 'key_file: client.key'], ':3: tls_server_config.key_file does not belong to the certificate; give the key that it was made with'],
  ])('is refused where it is named: %j', (lines, message) => {
    expect(messageOf(() => load(tls(...lines)))).toBe(`${folder.file('web.yml')}${message}`);
  }); // biome-ignore format: a table

  test('is looked for beside the file, also through a link to its folder', () => {
    load(tls('cert_file: server.pem', 'key_file: server.key'));
    symlinkSync(folder.path, folder.file('link'));
    expect(loadWebSettings(folder.file('link/web.yml')).tls).toBeDefined();
  });
});

test('without a CA no client is verified, not even by those that Node.js trusts', () => {
  const text =
    'tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n  client_auth_type: VerifyClientCertIfGiven\n';
  expect(load(text).tls?.context.ca).toEqual([]);
});

test.each([
  ['yes', true],
  ['On', true],
  ['true', true],
  ['no', false],
  ['OFF', false],
  ['', undefined],
])('http2: %s means %s', (word, value) => {
  expect(readWebConfig('web.yml', `http_server_config:\n  http2: ${word}\n`).config.http_server_config.http2).toBe(
    value,
  );
});

test('a file that is missing is named with its flag', () => {
  expect(messageOf(() => loadWebSettings('/no/such.yml'))).toBe(
    '/no/such.yml: no such file; give its path with --web.config.file, or leave the flag out to run with the defaults',
  );
});

test.each([
  ['1s', 1000],
  ['1.5s', 1500],
  ['.5s', 500],
  ['1h1m1s', 3_661_000],
  ['100ms', 100],
  ['250us', 0.25],
  ['250µs', 0.25],
  [0, 0],
  ['0', 0],
  ['0s', 0],
  ['', undefined],
  ['1', undefined],
  ['-1s', undefined],
  ['1s ', undefined],
  ['soon', undefined],
  [1, undefined],
  [true, undefined],
])('the duration %j is %s ms', (text, milliseconds) => {
  expect(parseGoDuration(text)).toBe(milliseconds);
});
