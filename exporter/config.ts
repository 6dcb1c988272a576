import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { z } from 'zod';
import { ConfigError } from './config-error.ts';
import { parseConfigFile, type Settings } from './config-file.ts';
import { Config } from './config-schema.ts';
import { nearest } from './nearest.ts';

/** A setting from the command line: which one, what it was set to, and the flag that said so. */
export interface FlagSetting {
  readonly path: readonly [section: string, key: string];
  readonly value: unknown;
  readonly flag: string;
}

/** The configuration from a file, if one is given, and the flags, which win. */
export function loadConfig(file: string | undefined, flags: readonly FlagSetting[] = []): Config {
  return readConfig(file === undefined ? undefined : { name: file, text: readText(file, '--config.file') }, flags);
}

/** The configuration from a file's text and the flags. */
export function readConfig(
  file: { readonly name: string; readonly text: string } | undefined,
  flags: readonly FlagSetting[] = [],
): Config {
  const settings: Settings = file ? parseConfigFile(file.name, file.text) : { data: {}, line: () => undefined };
  const parsed = Config.safeParse(overlay(settings.data, flags));
  if (parsed.success) return besideFile(parsed.data, file?.name, flags);
  const data = overlay(settings.data, flags);
  const problems = parsed.error.issues
    .flatMap((issue) => explain(issue, data, knownSettings))
    .map((problem) => {
      const flag = flags.findLast(({ path }) => path.every((key, depth) => problem.path[depth] === key))?.flag;
      return { ...problem, flag, line: flag === undefined ? (settings.line(problem.path) ?? 0) : 0 };
    });
  problems.sort((a, b) => a.line - b.line);
  const first = problems[0];
  if (first === undefined) throw parsed.error;
  const where = first.flag ?? `${file?.name ?? 'configuration'}:${first.line}: ${nameOf(first.path)}`;
  throw new ConfigError(`${where} ${first.message}`);
}

/** The text of a file that a flag names; one that cannot be read is a ConfigError. */
export function readText(file: string, flag: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const problem =
      {
        ENOENT: `no such file; give its path with ${flag}, or leave the flag out to run with the defaults`,
        EACCES: 'not readable for this user; grant read access to the user that the exporter runs as',
        EISDIR: `a directory, not a file; give the path of the file in it with ${flag}`,
      }[code ?? ''] ?? `cannot be read (${code}); give the path of a readable file with ${flag}`;
    throw new ConfigError(`${file}: ${problem}`, { cause });
  }
}

function overlay(data: unknown, flags: readonly FlagSetting[]): unknown {
  if (flags.length === 0 || !(data === null || isGroup(data))) return data;
  const result: Record<string, unknown> = { ...data };
  for (const { path, value } of flags) {
    const [section, key] = path;
    const group = result[section] ?? {};
    if (isGroup(group)) result[section] = { ...group, [key]: value };
  }
  return result;
}

/** A path that the file names is meant from the file's own folder, one on the command line from the working directory. */
function besideFile(config: Config, file: string | undefined, flags: readonly FlagSetting[]): Config {
  const { config_file: name } = config.web;
  const given = flags.some(({ path }) => path.join('.') === 'web.config_file');
  if (name === undefined || file === undefined || given) return config;
  return { ...config, web: { ...config.web, config_file: resolve(dirname(file), name) } };
}

function knownSettings(path: readonly PropertyKey[]): readonly string[] {
  // The one setting without a default is named too.
  return Object.keys(valueAt(Config.parse({ web: { config_file: 'web.yml' } }), path) as object);
}

/** One thing wrong with a setting. */
export interface Problem {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** What a schema found, with the remedy; `knownIn` has the settings that a group may have. */
export function explain(
  issue: z.core.$ZodIssue,
  data: unknown,
  knownIn: (path: readonly PropertyKey[]) => readonly string[],
): readonly Problem[] {
  if (issue.code !== 'unrecognized_keys') {
    return [{ path: issue.path, message: `${issue.message}, not ${print(valueAt(data, issue.path))}` }];
  }
  const known = knownIn(issue.path);
  const inSection = (key: string) => nameOf([...issue.path, key]);
  return issue.keys.map((key) => {
    const meant = nearest(key, known);
    const remedy =
      meant === undefined ? `known ones are ${known.map(inSection).join(', ')}` : `did you mean ${inSection(meant)}?`;
    return { path: [...issue.path, key], message: `is not a known setting; ${remedy}` };
  });
}

/** A setting's name as messages have it; a key that begins or ends with nothing to see is in quotes. */
export function nameOf(path: readonly PropertyKey[]): string {
  return (
    path
      .map(String)
      .map((key) => (/^\S(?:.*\S)?$/s.test(key) ? key : JSON.stringify(key)))
      .join('.') || 'the file'
  );
}

function valueAt(data: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], data);
}

/** Whether it is a map of YAML. */
export function isGroup(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function print(value: unknown): string {
  if (value === null || value === undefined || value === '') return 'empty';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return 'a group of settings';
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
