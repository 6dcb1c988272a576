import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = '/usr/include/corosync';

/** Whether corosync's development packages are installed here. */
export const haveHeaders = ['corotypes.h', 'quorum.h', 'cpg.h', 'cmap.h', 'votequorum.h', 'cfg.h'].every((name) =>
  existsSync(join(folder, name)),
);

/** Whether C can be compiled against them. */
export const haveCompiler = haveHeaders && spawnSync('cc', ['--version']).status === 0;

/** The `NAME = value` members of an enum, by the name of its typedef. */
export function enumOf(header: string, typedef: string): Record<string, number> {
  const body = new RegExp(`typedef enum \\{([^}]*)\\} ${typedef};`).exec(text(header))?.[1];
  if (body === undefined) throw new Error(`${header} has no enum ${typedef}`);
  return numbers(body.matchAll(/(\w+)\s*=\s*(\d+)/g));
}

/** The `#define NAME value` lines whose name starts with `prefix`. */
export function definesOf(header: string, prefix: string): Record<string, number> {
  return numbers(text(header).matchAll(new RegExp(`^#define\\s+(${prefix}\\w+)\\s+(0x[0-9a-f]+|\\d+)\\s*$`, 'gim')));
}

/** Compiles and runs a C program against the headers; its output is JSON. */
export function runC<Output>(statements: string): Output {
  const build = mkdtempSync(join(tmpdir(), 'corosync-probe-'));
  try {
    const source = join(build, 'probe.c');
    const program = join(build, 'probe');
    const system = ['stddef', 'stdio', 'poll', 'sys/uio', 'netinet/in'];
    const corosync = ['quorum', 'cpg', 'cmap', 'votequorum', 'cfg'].map((name) => `corosync/${name}`);
    const includes = [...system, ...corosync].map((name) => `#include <${name}.h>`).join('\n');
    writeFileSync(source, `${includes}\nint main(void) {\n${statements}\nreturn 0;\n}\n`);
    run('cc', ['-o', program, source]);
    return JSON.parse(run(program, [])) as Output;
  } finally {
    rmSync(build, { recursive: true });
  }
}

function text(header: string): string {
  return readFileSync(join(folder, header), 'utf8');
}

function numbers(matches: Iterable<RegExpMatchArray>): Record<string, number> {
  return Object.fromEntries(Array.from(matches, ([, name, value]) => [name, Number(value)]));
}

function run(command: string, args: string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command}: ${stderr}`);
  return stdout;
}
