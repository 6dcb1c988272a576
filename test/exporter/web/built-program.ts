import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../../dist/exporter/main.js', import.meta.url));

/** Runs the built program to its end. */
export const run = (...args: string[]) => spawnSync(process.execPath, [program, ...args], { encoding: 'utf8' });

/** The built program as a demo. */
export interface Demo {
  /** The first of its three ports. */
  readonly port: number;
  readonly url: string;
  /** Its log, line by line. */
  readonly lines: readonly string[];
  /** Ends it; its exit status. */
  end(): Promise<number | null>;
}

/** Starts the built program as a demo on free ports of this machine, with these flags; resolved once it listens. */
export function startDemo(...args: string[]): Promise<Demo> {
  const child: ChildProcess = spawn(
    process.execPath,
    [program, '--demo', '--web.listen-address=127.0.0.1:0', ...args],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const lines: string[] = [];
  const end = () => {
    const late = setTimeout(() => child.kill('SIGKILL'), 5_000);
    child.kill('SIGTERM');
    return ended.finally(() => clearTimeout(late));
  };
  return new Promise((resolve, reject) => {
    let rest = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      const parts = (rest + text).split('\n');
      rest = parts.pop() ?? '';
      lines.push(...parts);
      const url = /urls="(\S+)/.exec(parts.join('\n'))?.[1];
      if (url !== undefined) resolve({ url, port: Number(new URL(url).port), lines, end });
    });
    void ended.then(() => reject(new Error(lines.join('\n'))));
  });
}
