import { constants } from 'node:crypto';
import { createSecureContext, DEFAULT_CIPHERS, type SecureContextOptions } from 'node:tls';
import { pathOf, readCredentials } from './certificates.ts';
import { type ClientPolicy, canonicalName } from './client-auth.ts';
import type { ClientAuthType } from './fields.ts';
import type { WebFile } from './read.ts';
import { cipherSuites, curves, tls13Suites, tlsVersions } from './tls-names.ts';

/** How TLS is served. */
export interface TlsSettings {
  readonly context: SecureContextOptions;
  readonly clients: ClientPolicy;
}

const section = 'tls_server_config';

/** The TLS that a web configuration file asks for, certificates read and tried; undefined where it asks for none. */
export function readTlsSettings(web: WebFile, webFile: string): TlsSettings | undefined {
  const { [section]: tls } = web.config;
  if (Object.values(tls).every((value) => value === undefined)) return undefined;
  const { cert, key, clientCa } = readCredentials(web, webFile);
  const type = tls.client_auth_type ?? 'NoClientCert';
  checkClientSettings(web, type, clientCa);
  const context: SecureContextOptions = {
    cert,
    key,
    // Without a CA nobody verifies: with Node's own list every customer of a public CA would.
    ca: clientCa ?? [],
    ...versionRange(web),
    ciphers: ciphersOf(web),
    honorCipherOrder: tls.prefer_server_cipher_suites ?? true,
    ...(tls.curve_preferences?.length && {
      ecdhCurve: tls.curve_preferences.map((name) => curves.get(name)).join(':'),
    }),
    // A resumed session would skip the look at a client's certificate.
    secureOptions: constants.SSL_OP_NO_TICKET,
  };
  try {
    createSecureContext(context);
  } catch (cause) {
    const { message } = cause as Error;
    throw web.refuse(pathOf(web, 'cert'), `cannot be used: ${message}; give another certificate or cipher`, { cause });
  }
  const sans = tls.client_allowed_sans;
  return { context, clients: { type, allowedSans: sans && new Set(sans.map(canonicalName)) } };
}

function checkClientSettings(web: WebFile, type: ClientAuthType, clientCa: string | undefined): void {
  const remedy = 'set client_auth_type to RequireAndVerifyClientCert';
  if (type === 'NoClientCert' && clientCa !== undefined) {
    throw web.refuse(pathOf(web, 'client_ca'), `has no effect while no client is asked for a certificate; ${remedy}`);
  }
  if (type === 'NoClientCert' && web.config[section].client_allowed_sans !== undefined) {
    const path = [section, 'client_allowed_sans'];
    throw web.refuse(path, `has no effect while no client is asked for a certificate; ${remedy}`);
  }
  if (type === 'RequireAndVerifyClientCert' && clientCa === undefined) {
    const path = [section, 'client_auth_type'];
    throw web.refuse(path, `lets nobody in without a CA; give the clients' CA with client_ca_file`);
  }
}

function versionRange(web: WebFile): Pick<SecureContextOptions, 'minVersion' | 'maxVersion'> {
  const { min_version: min = 'TLS12', max_version: max = 'TLS13' } = web.config[section];
  const names = [...tlsVersions.keys()];
  if (names.indexOf(min) > names.indexOf(max)) {
    const given = web.config[section].max_version === undefined ? 'min_version' : 'max_version';
    throw web.refuse(
      [section, given],
      `leaves no version: ${min} is the least and ${max} the most; change one of them`,
    );
  }
  const [minVersion, maxVersion] = [tlsVersions.get(min), tlsVersions.get(max)];
  return { ...(minVersion && { minVersion }), ...(maxVersion && { maxVersion }) };
}

function ciphersOf(web: WebFile): string {
  const { cipher_suites: names = [], min_version: min } = web.config[section];
  const chosen = names.map((name) => cipherSuites.get(name)).filter((name) => name !== undefined);
  const ciphers = names.length === 0 ? DEFAULT_CIPHERS : [...new Set([...tls13Suites, ...chosen])].join(':');
  // OpenSSL has the signatures of TLS 1.0 and 1.1 at security level 0 only.
  return min === 'TLS10' || min === 'TLS11' ? `${ciphers}:@SECLEVEL=0` : ciphers;
}
