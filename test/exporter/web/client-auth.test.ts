import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { alternativeNames } from '../../../exporter/web/client-auth.ts';
import { CertificateFolder, tlsFile } from './certificates.ts';
import { ask, type Served, serve } from './served.ts';

const folder = new CertificateFolder();
const served: Served[] = [];
beforeAll(() => {
  folder.makeUsual();
  folder.make('named', {
    signedBy: 'ca',
    sans: 'DNS:a.example,IP:192.0.2.7,IP:2001:db8::7,email:ops@example.org,URI:spiffe://example/prometheus',
  });
  folder.make('nameless', { signedBy: 'ca', usage: 'clientAuth' });
  folder.make('server-only', { signedBy: 'ca', usage: 'serverAuth' });
});
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

/** Whether nobody, a client of the CA and a client of another one get in. */
describe.each([
  ['NoClientCert', [], [200, 200, 200]],
  ['RequestClientCert', [], [200, 200, 200]],
  ['RequireAnyClientCert', [], [undefined, 200, 200]],
  ['RequireClientCert', [], [undefined, 200, 200]],
  ['VerifyClientCertIfGiven', ['client_ca_file: ca.pem'], [200, 200, undefined]],
  ['VerifyClientCertIfGiven', [], [200, undefined, undefined]],
  ['RequireAndVerifyClientCert', ['client_ca_file: ca.pem'], [undefined, 200, undefined]],
])('%s with %j', (type, more, expected) => {
  test(`answers nobody, a client and a stranger with ${expected.map((one) => one ?? 'nothing')}`, async () => {
    const { port, seen } = await serveTls(`client_auth_type: ${type}`, ...more);
    const answers = [await ask(port), await ask(port, as('client')), await ask(port, as('stranger'))];
    expect(answers.map(({ status }) => status)).toEqual(expected);
    expect(seen()).toBe(expected.filter((status) => status === 200).length);
  });
});

test('a client without its certificate is told so by TLS', async () => {
  const { port } = await serveTls('client_auth_type: RequireAndVerifyClientCert', 'client_ca_file: ca.pem');
  expect(await ask(port)).toEqual({ error: 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED' });
  expect(await ask(port, { maxVersion: 'TLSv1.2' })).toEqual({ error: 'EPROTO' });
});

test('a certificate that is for servers only does not let a client in', async () => {
  const { port } = await serveTls('client_auth_type: RequireAndVerifyClientCert', 'client_ca_file: ca.pem');
  expect((await ask(port, as('server-only'))).status).toBeUndefined();
});

test('why a client was refused is in the log, at level debug only', async () => {
  const { port, lines } = await serveTls('client_auth_type: RequireAndVerifyClientCert', 'client_ca_file: ca.pem');
  await ask(port, as('stranger'));
  await ask(port);
  const refused = lines.filter((line) => /refused|failed/.test(line));
  expect(refused.length).toBeGreaterThan(0);
  expect(refused.every((line) => line.startsWith('debug '))).toBe(true);
});

describe('client_allowed_sans', () => {
  const required = ['client_auth_type: RequireAndVerifyClientCert', 'client_ca_file: ca.pem'];
  test.each([
    ['a.example', 200],
    ['192.0.2.7', 200],
    ['2001:db8::7', 200],
    ['2001:0DB8:0:0::7', 200],
    ['ops@example.org', 200],
    ['spiffe://example/prometheus', 200],
    ['A.EXAMPLE', undefined],
    ['example', undefined],
    ['192.0.2.8', undefined],
    ['DNS:a.example', undefined],
    ['named', undefined],
  ])('with %s answers %s', async (name, status) => {
    const { port, seen } = await serveTls(...required, `client_allowed_sans: [other, "${name}"]`);
    expect((await ask(port, as('named'))).status).toBe(status);
    expect((await ask(port, as('nameless'))).status).toBeUndefined();
    expect(seen()).toBe(status === undefined ? 0 : 1);
  });

  test('does not let in who gives no certificate, also where none is required', async () => {
    const { port } = await serveTls('client_auth_type: RequestClientCert', 'client_allowed_sans: [a.example]');
    expect((await ask(port)).status).toBeUndefined();
    expect((await ask(port, as('named'))).status).toBe(200);
  });
});

test.each([
  ['DNS:a, DNS:b, email:c@d', ['a', 'b', 'c@d']],
  ['DNS:"a, DNS:evil", DNS:b', ['a, DNS:evil', 'b']],
  ['URI:"http://x/?a=\\"b\\", DNS:evil"', ['http://x/?a="b", DNS:evil']],
  ['othername:1.2.3::x, DNS:b', ['b']],
  ['IP Address:2001:DB8:0:0:0:0:0:1, IP Address:10.0.0.1', ['2001:db8::1', '10.0.0.1']],
  [undefined, []],
])('the alternative names %j are %j', (text, names) => {
  expect(alternativeNames(text)).toEqual(names);
});
