import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Installs what the cluster tests need, and these packages. */
export function setUp(...packages: readonly string[]): void {
  const script = fileURLToPath(new URL('../cluster/setup', import.meta.url));
  execFileSync('bash', [script, ...packages], { stdio: ['ignore', 'ignore', 'inherit'] });
}
