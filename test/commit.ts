import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What is measured: the commit, with `-dirty` behind it where files differ from it. */
export function commit(): string {
  const cwd = fileURLToPath(new URL('.', import.meta.url));
  return execFileSync('git', ['describe', '--always', '--dirty'], { cwd, encoding: 'utf8' }).trim();
}
