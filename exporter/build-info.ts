import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BuildInfo } from './collectors/metric.ts';

interface Manifest {
  readonly version: string;
  /** The commit; npm writes it when it publishes. */
  readonly gitHead?: string;
  readonly dependencies: Readonly<Record<string, string>>;
}

/** What this program is, from its package.json. */
export function readBuildInfo(): BuildInfo {
  const manifest = JSON.parse(readFileSync(manifestPath(), 'utf8')) as Manifest;
  return {
    version: manifest.version,
    revision: manifest.gitHead ?? 'unknown',
    nodeVersion: process.version,
    koffiVersion: manifest.dependencies.koffi ?? 'unknown', // exact there, see CONTRIBUTING
  };
}

function manifestPath(): string {
  // Built we are one folder deeper than as sources.
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json')) && folder !== dirname(folder)) folder = dirname(folder);
  return join(folder, 'package.json');
}
