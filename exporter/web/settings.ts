import { readText } from '../config.ts';
import { ConfigError } from '../config-error.ts';
import { credentialFiles } from './certificates.ts';
import { readWebConfig } from './read.ts';
import type { WebConfig } from './schema.ts';
import { readTlsSettings, type TlsSettings } from './tls-settings.ts';

/** What a web configuration file and the files that it names say together. */
export interface WebSettings {
  readonly http: WebConfig['http_server_config'];
  readonly rateLimit: WebConfig['rate_limit'];
  /** Bcrypt hashes by user; empty where everybody is let in. */
  readonly users: ReadonlyMap<string, string>;
  /** Undefined where plain HTTP is served. */
  readonly tls: TlsSettings | undefined;
}

/** An attempt to read them: the files it depends on, whether there was anything, and what came of it. */
export interface WebReading {
  readonly files: readonly string[];
  readonly empty: boolean;
  readonly settings: WebSettings | undefined;
  readonly error: ConfigError | undefined;
}

/** Reads a web configuration file with the certificates it names; the first mistake is a ConfigError. */
export function loadWebSettings(file: string): WebSettings {
  const { settings, error } = tryWebSettings(file);
  if (settings === undefined) throw error;
  return settings;
}

/** The same, with a mistake as a value. */
export function tryWebSettings(file: string): WebReading {
  const files = [file];
  try {
    const web = readWebConfig(file, readText(file, '--web.config.file'));
    files.push(...credentialFiles(web, file));
    const { http_server_config: http, rate_limit: rateLimit, basic_auth_users: users } = web.config;
    const settings = { http, rateLimit, users, tls: readTlsSettings(web, file) };
    return { files, empty: web.empty, settings, error: undefined };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { files, empty: false, settings: undefined, error };
  }
}
