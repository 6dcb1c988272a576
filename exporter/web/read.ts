import type { z } from 'zod';
import { explain, nameOf, type Problem } from '../config.ts';
import { ConfigError } from '../config-error.ts';
import { parseConfigFile } from '../config-file.ts';
import { WebConfig, webGroups, webHeaders } from './schema.ts';

/** What a web configuration file says. */
export interface WebFile {
  readonly config: WebConfig;
  /** Whether there is nothing in it, not even an empty group. */
  readonly empty: boolean;
  /** Refuses a setting of it: the error has the file, its line and its name. */
  refuse(path: readonly string[], message: string, options?: ErrorOptions): ConfigError;
}

/** Reads a web configuration file's text; whatever is wrong is a ConfigError for the first of the lines. */
export function readWebConfig(name: string, text: string): WebFile {
  const { data, line } = parseConfigFile(name, text, { secret: true });
  const refuse: WebFile['refuse'] = (path, message, options) =>
    new ConfigError(`${name}:${line(path)}: ${nameOf(path)} ${message}`, options);
  const parsed = WebConfig.safeParse(data);
  if (parsed.success) return { config: parsed.data, empty: data === null, refuse };
  const [first] = parsed.error.issues
    .flatMap((issue) => explainWithoutSecrets(issue, data))
    .sort((a, b) => (line(a.path) ?? 0) - (line(b.path) ?? 0));
  if (first === undefined) throw parsed.error;
  throw refuse(first.path.map(String), first.message);
}

/** A message may go to a log: what may be a key or a password is not in it. */
function explainWithoutSecrets(issue: z.core.$ZodIssue, data: unknown): readonly Problem[] {
  const [group, name] = issue.path;
  const secret =
    group === 'basic_auth_users' || (group === 'tls_server_config' && (name === undefined || isInline(name)));
  if (issue.code !== 'unrecognized_keys' && secret) return [issue];
  return explain(issue, data, knownIn);
}

const isInline = (name: PropertyKey) => name === 'cert' || name === 'key' || name === 'client_ca';

function knownIn(path: readonly PropertyKey[]): readonly string[] {
  const [group, name] = path.map(String);
  if (group === undefined) return Object.keys(WebConfig.parse({}));
  if (name === 'headers') return Object.keys(webHeaders);
  return Object.keys(webGroups[group as keyof typeof webGroups] ?? {});
}
