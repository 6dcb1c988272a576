import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { WebFile } from './read.ts';

/** A certificate with its key, and whom it trusts, as PEM. */
export interface Credentials {
  readonly cert: string;
  readonly key: string;
  readonly clientCa: string | undefined;
}

type PemName = 'cert' | 'key' | 'client_ca';

/** The files that a web configuration file names, beside itself. */
export function credentialFiles({ config }: WebFile, webFile: string): readonly string[] {
  const { cert_file, key_file, client_ca_file } = config.tls_server_config;
  return [cert_file, key_file, client_ca_file].flatMap((file) => (file ? [resolve(dirname(webFile), file)] : []));
}

/** Reads the certificate, its key and the clients' CA; refuses what cannot be used, so that no half-written pair is. */
export function readCredentials(web: WebFile, webFile: string): Credentials {
  const [cert, key, clientCa] = (['cert', 'key', 'client_ca'] as const).map((name) => readPem(web, webFile, name));
  if (cert === undefined || key === undefined) {
    const missing = cert === undefined ? 'cert' : 'key';
    throw web.refuse(
      ['tls_server_config'],
      `has no ${missing}_file; give ${missing}_file or ${missing}, or remove tls_server_config to serve plain HTTP`,
    );
  }
  const [leaf] = parseCertificates(web, 'cert', cert);
  const privateKey = parseKey(web, key);
  if (!leaf?.checkPrivateKey(privateKey)) {
    throw web.refuse(pathOf(web, 'key'), 'does not belong to the certificate; give the key that it was made with');
  }
  if (clientCa !== undefined) parseCertificates(web, 'client_ca', clientCa);
  return { cert, key, clientCa };
}

/** Where a text comes from: the setting with a file, if there is one. */
export function pathOf({ config }: WebFile, name: PemName): readonly string[] {
  return ['tls_server_config', config.tls_server_config[`${name}_file`] === undefined ? name : `${name}_file`];
}

function readPem(web: WebFile, webFile: string, name: PemName): string | undefined {
  const { [name]: inline, [`${name}_file` as const]: file } = web.config.tls_server_config;
  if (file === undefined) return inline;
  const path = pathOf(web, name);
  if (inline !== undefined) throw web.refuse(path, `and ${name} are both set; remove one of the two`);
  // Not to be repeated in a message: it may be the key itself.
  if (/-----BEGIN|\n/.test(file)) throw web.refuse(path, `is a text, not the path of a file; give it as ${name}`);
  try {
    return readFileSync(resolve(dirname(webFile), file), 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const problem =
      {
        ENOENT: 'no such file; its path counts from the folder of this file',
        EACCES: 'not readable for this user; grant read access to the user that the exporter runs as',
        EISDIR: 'a directory, not a file; give the path of the file in it',
      }[code ?? ''] ?? `cannot be read (${code}); give the path of a readable file`;
    throw web.refuse(path, `${JSON.stringify(file)}: ${problem}`, { cause });
  }
}

const pemBlock = /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[\s\S]*?-----END (?:TRUSTED |X509 )?CERTIFICATE-----/g;

function parseCertificates(web: WebFile, name: PemName, text: string): readonly X509Certificate[] {
  const blocks = text.match(pemBlock) ?? [];
  if (blocks.length === 0) throw web.refuse(pathOf(web, name), 'has no certificate in it; give one as PEM');
  return blocks.map((block) => {
    try {
      return new X509Certificate(block);
    } catch (cause) {
      throw web.refuse(pathOf(web, name), 'has a broken certificate in it; give it as PEM', { cause });
    }
  });
}

function parseKey(web: WebFile, text: string): KeyObject {
  try {
    return createPrivateKey(text);
  } catch (cause) {
    const encrypted = /ENCRYPTED/.test(text);
    const problem = encrypted
      ? 'has a key with a passphrase; take it off with openssl pkey'
      : 'has no private key in it; give one as PEM';
    throw web.refuse(pathOf(web, 'key'), problem, { cause });
  }
}
