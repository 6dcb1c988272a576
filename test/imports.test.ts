import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { describe, expect, test } from 'vitest';

/**
 * The architecture: what each folder may import besides itself. An entry is a folder, a file or a package; after
 * `type ` only types of it.
 */
const mayImport: Record<string, readonly string[]> = {
  'src/corosync': ['node:', 'koffi'],
  'src/monitor': ['node:', 'src/corosync'],
  'src/simulation': ['node:', 'type src/corosync', 'src/corosync/cs-error.ts'],
  'exporter/collectors': ['type src/monitor', 'type src/corosync/types.ts', 'src/corosync/cs-error.ts'],
  exporter: [
    'node:',
    ...['express', 'prom-client', 'yaml', 'zod', 'pino', 'bcryptjs'],
    ...['src/monitor', 'type src/corosync/types.ts', 'src/corosync/cs-error.ts'],
  ],
};

/** Only these speak with the user and end the process. */
const processFiles = ['exporter/main.ts', 'exporter/cli.ts'];

/** The one import of a module that is known at run time only: which bindings a lane loads, it is told. */
const importsByUrl = ['src/monitor/run-lane.ts'];

/** All that a binding may name of the services that can also be written to. */
const reading: Record<string, readonly string[]> = {
  cmap: [
    ...['initialize', 'initialize_map', 'finalize', 'dispatch', 'fd_get', 'context_set', 'context_get'],
    ...['get', 'iter_init', 'iter_next', 'iter_finalize', 'track_add', 'track_delete'],
  ],
  votequorum: [
    ...['initialize', 'finalize', 'dispatch', 'fd_get', 'context_set', 'context_get'],
    ...['getinfo', 'trackstart', 'trackstop'],
  ],
  corosync_cfg: [
    ...['initialize', 'finalize', 'dispatch', 'fd_get', 'local_get'],
    ...['get_node_addrs', 'ring_status_get', 'node_status_get'],
  ],
};

const files = ['src', 'exporter'].flatMap((root) =>
  readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(root, name)),
);

describe.each(Object.keys(mayImport))('%s', (folder) => {
  const own = files.filter((file) => folderOf(file) === folder);

  test('has files to check', () => {
    expect(own).not.toEqual([]);
  });

  test.each(own)('%s imports and calls only what it may', (file) => {
    expect(violations(file, readFileSync(file, 'utf8'))).toEqual([]);
  });
});

test('every file is in a folder of the table', () => {
  expect(files.filter((file) => folderOf(file) === undefined)).toEqual([]);
});

describe('the check itself finds', () => {
  test.each([
    ['exporter/app.ts', "import koffi from 'koffi';", 'koffi'],
    ['exporter/app.ts', "import { Quorum } from '../src/corosync/index.ts';", 'src/corosync/index.ts'],
    ['exporter/app.ts', "import type { Quorum } from '../src/corosync/index.ts';", 'src/corosync/index.ts'],
    ['exporter/app.ts', "import { CpgReason } from '../src/corosync/types.ts';", 'src/corosync/types.ts'],
    ['exporter/app.ts', "import { type RingId, CpgReason } from '../src/corosync/types.ts';", 'src/corosync/types.ts'],
    ['exporter/app.ts', "import {\n  a,\n  b,\n} from 'lodash';", 'lodash'],
    ['exporter/app.ts', "import 'koffi';", 'koffi'],
    ['exporter/app.ts', "const koffi = await import('koffi');", 'koffi'],
    ['exporter/app.ts', "const koffi = require('koffi');", 'koffi'],
    ['exporter/app.ts', "export * from '../src/simulation/bindings.ts';", 'src/simulation/bindings.ts'],
    ['exporter/app.ts', "import x from 'pino-pretty';", 'pino-pretty'],
    [
      'exporter/collectors/quorum.ts',
      "import { Monitor } from '../../src/monitor/monitor.ts';",
      'src/monitor/monitor.ts',
    ],
    ['exporter/collectors/quorum.ts', "import { scrape } from '../scrape.ts';", 'exporter/scrape.ts'],
    ['exporter/collectors/quorum.ts', "import { readFileSync } from 'node:fs';", 'node:fs'],
    ['src/monitor/monitor.ts', "import { log } from '../../exporter/log.ts';", 'exporter/log.ts'],
    ['src/monitor/monitor.ts', "import x from '../simulation/bindings.ts';", 'src/simulation/bindings.ts'],
    ['src/monitor/monitor.ts', 'await import(url);', 'import(url)'],
    ['src/corosync/quorum.ts', "import { Monitor } from '../monitor/monitor.ts';", 'src/monitor/monitor.ts'],
    ['src/simulation/quorum.ts', "import { Quorum } from '../corosync/quorum.ts';", 'src/corosync/quorum.ts'],
    ['src/monitor/monitor.ts', 'process.exit(1);', 'process.exit'],
    ['exporter/log.ts', 'const { DEBUG } = process.env;', 'process.env'],
    ['exporter/log.ts', 'const [, , flag] = process.argv;', 'process.argv'],
    ['exporter/log.ts', "console.error('oops');", 'console.'],
    ['exporter/log.ts', "import { exit } from 'node:process';", 'node:process'],
    ['src/corosync/cmap.ts', "bind(library, 'cmap_set(uint64_t handle)')", 'cmap_set'],
    ['src/corosync/cmap.ts', "bind(library, 'cmap_set_uint8(uint64_t handle)')", 'cmap_set_uint8'],
    ['src/corosync/cmap.ts', "bind(library, 'cmap_delete(uint64_t handle)')", 'cmap_delete'],
    ['src/corosync/cmap.ts', "library.func('cmap_inc', 'int', ['uint64_t', 'str'])", 'cmap_inc'],
    ['src/corosync/cmap.ts', "library.func('int cmap_dec (uint64_t handle)')", 'cmap_dec'],
    ['src/corosync/votequorum.ts', "bind(library, 'votequorum_setexpected(uint64_t h)')", 'votequorum_setexpected'],
    ['src/corosync/votequorum.ts', "bind(library, 'votequorum_qdevice_poll(uint64_t h)')", 'votequorum_qdevice_poll'],
    ['src/corosync/cfg.ts', "bind(library, 'corosync_cfg_kill_node(uint64_t h)')", 'corosync_cfg_kill_node'],
    ['src/corosync/cfg.ts', "bind(library, 'corosync_cfg_try_shutdown(uint64_t h)')", 'corosync_cfg_try_shutdown'],
    ['src/corosync/cfg.ts', "bind(library, 'corosync_cfg_reload_config(uint64_t h)')", 'corosync_cfg_reload_config'],
    ['src/corosync/cfg.ts', 'const name = `corosync_cfg_crypto_set`;', 'corosync_cfg_crypto_set'],
  ])('in %s: %s', (file, source, found) => {
    expect(violations(file, source)).toEqual([`${file}: ${found}`]);
  });

  test.each([
    ['exporter/app.ts', "import type { RingId } from '../src/corosync/types.ts';"],
    ['exporter/app.ts', "import { type RingId, type CpgEvent } from '../src/corosync/types.ts';"],
    ['exporter/app.ts', "import { csErrorName } from '../src/corosync/cs-error.ts';"],
    ['exporter/app.ts', "// import koffi from 'koffi'; process.exit(1)\n/* console.log('cmap_set(x)') */"],
    ['exporter/app.ts', "import { cluster } from './collectors/cluster.ts';"],
    ['exporter/log.ts', 'process.exitCode = 1;'],
    ['exporter/main.ts', 'process.exit(1); console.error(process.argv, process.env);'],
    ['src/monitor/run-lane.ts', 'await import(bindings);'],
    ['src/corosync/cmap.ts', "koffi.proto('void cmap_notify_fn_t(cmap_notify_value value)')"],
    ['src/corosync/cmap.ts', "koffi.struct('cmap_notify_value', {})"],
  ])('nothing in %s: %s', (file, source) => {
    expect(violations(file, source)).toEqual([]);
  });
});

/** What a file must not have, each as `file: what`. */
function violations(file: string, source: string): string[] {
  const code = withoutComments(source);
  const inCorosync = file.startsWith('src/corosync/');
  return [
    ...importsOf(file, code)
      .filter((one) => !isAllowed(file, one))
      .map(({ target }) => target),
    ...(importsByUrl.includes(file) ? [] : matches(code, /\bimport\([^'")]*\)/g)),
    ...(processFiles.includes(file) ? [] : matches(code, /\bprocess\.(?:exit|argv|env)\b|\bconsole\./g)),
    ...(inCorosync ? namedFunctions(code).filter((name) => !isReading(name)) : []),
  ].map((found) => `${file}: ${found}`);
}

interface Import {
  /** A package, or a path from the root of the project. */
  readonly target: string;
  readonly typesOnly: boolean;
}

function importsOf(file: string, code: string): Import[] {
  const statements = code.matchAll(/\b(?:im|ex)port\b([^'";()=]*?)\bfrom\s*['"]([^'"]+)['"]/g);
  const others = code.matchAll(/\b(?:import\s*\(?|require\s*\()\s*['"]([^'"]+)['"]/g);
  const resolve = (name: string) => (name.startsWith('.') ? normalize(join(dirname(file), name)) : name);
  return [
    ...Array.from(statements, ([, clause = '', name = '']) => ({
      target: resolve(name),
      typesOnly: namesOnlyTypes(clause),
    })),
    ...Array.from(others, ([, name = '']) => ({ target: resolve(name), typesOnly: false })),
  ];
}

function namesOnlyTypes(clause: string): boolean {
  if (/^\s*type\b/.test(clause)) return true;
  const names =
    /^\s*\{([^}]*)\}\s*$/
      .exec(clause)?.[1]
      ?.split(',')
      .filter((name) => name.trim() !== '') ?? [];
  return names.length > 0 && names.every((name) => /^\s*type\s/.test(name));
}

function isAllowed(file: string, { target, typesOnly }: Import): boolean {
  if (target === 'node:process') return processFiles.includes(file);
  const folder = folderOf(file) ?? '';
  if (!relative(folder, target).startsWith('..') && target.endsWith('.ts')) return true;
  return (mayImport[folder] ?? []).some((entry) => {
    const allowed = entry.replace(/^type /, '');
    const inside = allowed.endsWith(':') ? target.startsWith(allowed) : `${target}/`.startsWith(`${allowed}/`);
    return inside && (typesOnly || !entry.startsWith('type '));
  });
}

/** The innermost folder of the table. */
function folderOf(file: string): string | undefined {
  const within = Object.keys(mayImport).filter((folder) => file.startsWith(`${folder}/`));
  return within.sort((a, b) => b.length - a.length)[0];
}

/** The C functions of the services with writing calls that strings name: in a prototype, or alone. */
function namedFunctions(code: string): string[] {
  const services = Object.keys(reading).join('|');
  const structs = new Set(matches(code, /(?<=koffi\.struct\(')\w+/g));
  return matches(code, new RegExp(`\\b(?:${services})_\\w+(?=\\s*\\(|['"\`])`, 'g')).filter(
    (name) => !name.endsWith('_fn_t') && !structs.has(name),
  );
}

function isReading(name: string): boolean {
  return Object.entries(reading).some(([service, calls]) => calls.some((call) => name === `${service}_${call}`));
}

function withoutComments(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[^:'"`\\])\/\/.*$/gm, '$1');
}

function matches(code: string, pattern: RegExp): string[] {
  return Array.from(code.matchAll(pattern), ([match]) => match);
}
