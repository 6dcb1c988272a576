import { type CertificateFolder, indented } from './certificates.ts';

/** A file in exporter-toolkit's format: what the toolkit tests of it, in this project's own words. */
export interface ToolkitCase {
  readonly what: string;
  readonly text: string;
  /** What the refusal has in it; undefined for a file that both take. */
  readonly refused?: string;
  /** Set where ours differs from the toolkit's on purpose. */
  readonly onlyHere?: true;
  /** Set where `promtool` 2.42 does not know the setting yet. */
  readonly newer?: true;
}

const pair = { cert_file: 'server.pem', key_file: 'server.key' };
const tls = (settings: Readonly<Record<string, string>>) =>
  `tls_server_config:\n${Object.entries(settings)
    .map(([name, value]) => `  ${name}: ${value}\n`)
    .join('')}`;
const headers = (name: string, value: string) => `http_server_config:\n  headers:\n    ${name}: ${value}\n`;

/** Hashes of the password that is the user's name. */
export const users = {
  alice: '$2y$04$iNeQlMT1J5EH/Yp8KgFDf.Mj1Juaq9fUL05G.VPYMwYeiQdgSTgJC',
};

/** Every kind of file that the toolkit's tests have, for a folder with `server` and `client` certificates. */
export function toolkitCases(folder: CertificateFolder): readonly ToolkitCase[] {
  const inline = `tls_server_config:\n  cert: |\n${indented(folder.read('server.pem'))}  key: |\n${indented(folder.read('server.key'))}`;
  const verify = 'RequireAndVerifyClientCert';
  const suites = (...names: string[]) => tls({ ...pair, cipher_suites: `[${names.join(', ')}]` });
  return [
    { what: 'an empty file', text: '' },
    { what: 'certificate and key', text: tls(pair) },
    { what: 'certificate and key in the file', text: inline, newer: true },
    { what: 'users without TLS', text: `basic_auth_users:\n  alice: ${users.alice}\n` },
    { what: 'users with TLS', text: `${tls(pair)}basic_auth_users:\n  alice: ${users.alice}\n` },
    { what: 'no HTTP/2', text: `${tls(pair)}http_server_config:\n  http2: false\n` },
    { what: 'HTTP/2', text: `${tls(pair)}http_server_config:\n  http2: true\n` },
    ...['NoClientCert', 'RequestClientCert', 'RequireAnyClientCert', 'RequireClientCert', 'VerifyClientCertIfGiven'].map(
      (type) => ({ what: type, text: tls({ ...pair, client_auth_type: type }) }),
    ),
    { what: verify, text: tls({ ...pair, client_auth_type: verify, client_ca_file: 'ca.pem' }) },
    { what: 'an allowed name', text: tls({ ...pair, client_auth_type: verify, client_ca_file: 'ca.pem', client_allowed_sans: '[one, two]' }), newer: true },
    {
      what: 'suites of every kind',
      text: suites(
        ...['TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256', 'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384'],
        ...['TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256', 'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384'],
        ...['TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256', 'TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256'],
        ...['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256'],
        ...['TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA', 'TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA'],
        ...['TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA', 'TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA'],
      ),
    },
    { what: 'every curve', text: tls({ ...pair, curve_preferences: '[CurveP256, CurveP384, CurveP521, X25519]' }) },
    { what: 'every version', text: tls({ ...pair, min_version: 'TLS10', max_version: 'TLS13' }) },
    { what: 'a word of YAML 1.1', text: tls({ ...pair, prefer_server_cipher_suites: 'no' }) },
    { what: 'a header that is a number', text: headers('X-XSS-Protection', '1') },
    { what: 'a policy', text: headers('Content-Security-Policy', '"default-src \'self\'"') },
    { what: 'a header for frames', text: headers('X-Frame-Options', 'sameorigin') },
    { what: 'no limit', text: 'rate_limit:\n  interval: 0\n  burst: 0\n', newer: true },
    { what: 'a limit', text: 'rate_limit:\n  interval: 1s\n  burst: 5\n', newer: true },
    { what: 'junk', text: 'junk\n', refused: ':1: the file must be a group' },
    { what: 'a misspelt key', text: tls({ cert_filse: 'server.pem' }), refused: ':2: tls_server_config.cert_filse is not' },
    { what: 'no certificate', text: tls({ cert_file: '""', key_file: 'server.key' }), refused: 'has no cert_file' },
    { what: 'an empty inline one', text: tls({ cert: '""', key_file: 'server.key' }), refused: 'has no cert_file' },
    { what: 'no key', text: tls({ cert_file: 'server.pem', key_file: '""' }), refused: 'has no key_file' },
    { what: 'an empty inline key', text: tls({ cert_file: 'server.pem', key: '""' }), refused: 'has no key_file' },
    { what: 'nothing but a type', text: tls({ client_auth_type: 'x' }), refused: ':2: tls_server_config.client_auth_type' },
    { what: 'a missing certificate', text: tls({ ...pair, cert_file: 'none' }), refused: '"none": no such file' },
    { what: 'a missing key', text: tls({ ...pair, key_file: 'none' }), refused: '"none": no such file' },
    { what: "another one's key", text: tls({ ...pair, key_file: 'client.key' }), refused: 'does not belong' },
    { what: 'a CA for nothing', text: tls({ ...pair, client_ca_file: 'ca.pem' }), refused: 'has no effect' },
    { what: 'a missing CA', text: tls({ ...pair, client_auth_type: verify, client_ca_file: 'none' }), refused: 'no such file' },
    { what: 'an invented suite', text: suites('TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA2048'), refused: 'cipher_suites.0 must' },
    { what: 'an invented curve', text: tls({ ...pair, curve_preferences: '[CurveP257]' }), refused: 'curve_preferences.0 must' },
    { what: 'an invented version', text: tls({ ...pair, min_version: 'TLS111' }), refused: 'min_version must be' },
    { what: 'a password in the clear', text: 'basic_auth_users:\n  john: doe\n', refused: ':2: basic_auth_users.john must be a bcrypt' },
    { what: 'a header that may not be set', text: headers('Content-Type', 'foo'), refused: 'headers.Content-Type is not' },
    { what: 'a wrong type option', text: headers('X-Content-Type-Options', 'sniff'), refused: 'must be nosniff' },
    { what: 'a wrong frame option', text: headers('X-Frame-Options', 'foo'), refused: 'must be deny or sameorigin' },
    { what: 'nobody to let in', text: tls({ ...pair, client_auth_type: verify }), refused: 'lets nobody in', onlyHere: true },
    { what: 'versions the wrong way round', text: tls({ ...pair, min_version: 'TLS13', max_version: 'TLS12' }), refused: 'leaves no version', onlyHere: true },
    { what: 'TLS without a certificate', text: tls({ min_version: 'TLS13' }), refused: 'has no cert_file', onlyHere: true },
    { what: 'names for nothing', text: tls({ ...pair, client_allowed_sans: '[one]' }), refused: 'has no effect', onlyHere: true, newer: true },
    { what: 'a CA file without one', text: tls({ ...pair, client_auth_type: verify, client_ca_file: 'server.key' }), refused: 'has no certificate in it', onlyHere: true },
    { what: 'a file and inline', text: `${inline}  cert_file: server.pem\n`, refused: 'are both set', onlyHere: true, newer: true },
  ]; // biome-ignore format: a table
}
