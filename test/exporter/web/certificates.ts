import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What a certificate is to have. */
export interface CertificateOptions {
  /** The name of the certificate in the same folder that signs it; by default it signs itself. */
  readonly signedBy?: string;
  /** As openssl writes them: `DNS:localhost,IP:127.0.0.1`. */
  readonly sans?: string;
  readonly ca?: boolean;
  readonly usage?: 'clientAuth' | 'serverAuth';
  readonly key?: 'ec' | 'rsa';
}

const localhost = 'DNS:localhost,IP:127.0.0.1';

/** A temporary folder of certificates, `NAME.pem` with `NAME.key`, and of web configuration files. */
export class CertificateFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'exporter-web-'));

  constructor() {
    // Without the system's own defaults, which make everything a CA.
    this.write('openssl.cnf', '[req]\ndistinguished_name = name\n[name]\n');
  }

  /** Makes one, and overwrites one of that name. */
  make(name: string, { signedBy, sans, ca = false, usage, key = 'ec' }: CertificateOptions = {}): void {
    const extensions = [
      `basicConstraints=critical,CA:${ca ? 'TRUE' : 'FALSE'}`,
      ...(sans === undefined ? [] : [`subjectAltName=${sans}`]),
      ...(usage === undefined ? [] : [`extendedKeyUsage=${usage}`]),
    ];
    const kind = key === 'ec' ? ['ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'] : ['rsa:2048'];
    const signer = signedBy === undefined ? [] : ['-CA', `${signedBy}.pem`, '-CAkey', `${signedBy}.key`];
    const names = ['-keyout', `${name}.key`, '-out', `${name}.pem`, '-subj', `/CN=${name}`];
    execFileSync(
      'openssl',
      [
        ...['req', '-x509', '-config', 'openssl.cnf', '-days', '2', '-nodes', '-newkey', ...kind, ...names, ...signer],
        ...extensions.flatMap((extension) => ['-addext', extension]),
      ],
      { cwd: this.path, stdio: 'pipe' },
    );
  }

  /** The usual ones: a CA, a server and a client by it, another CA and a client by that. */
  makeUsual(): void {
    this.make('ca', { ca: true });
    this.make('server', { signedBy: 'ca', sans: localhost, usage: 'serverAuth' });
    this.make('client', { signedBy: 'ca', sans: 'DNS:prometheus', usage: 'clientAuth' });
    this.make('other-ca', { ca: true });
    this.make('stranger', { signedBy: 'other-ca', sans: 'DNS:prometheus', usage: 'clientAuth' });
  }

  write(name: string, text: string): string {
    writeFileSync(this.file(name), text);
    return this.file(name);
  }

  read(name: string): string {
    return readFileSync(this.file(name), 'utf8');
  }

  file(name: string): string {
    return join(this.path, name);
  }

  remove(): void {
    rmSync(this.path, { recursive: true });
  }
}

/** Writes a web configuration file for the usual server, with more settings of TLS; its path. */
export function tlsFile(folder: CertificateFolder, ...settings: readonly string[]): string {
  const lines = ['cert_file: server.pem', 'key_file: server.key', ...settings];
  return folder.write('web.yml', `tls_server_config:\n${lines.map((line) => `  ${line}\n`).join('')}`);
}

/** The text, moved right to stand in a YAML block. */
export function indented(text: string): string {
  return text.replace(/^(?=.)/gm, '    ');
}
