import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { arch } from 'node:process';
import { fileURLToPath } from 'node:url';

/** The versions of Node that the program runs on: of 18 the oldest that is promised, of the others a late one. */
export const nodeVersions = ['18.20.0', '20.20.2', '22.23.3', '24.21.0', '26.10.0'] as const;
export type NodeVersion = (typeof nodeVersions)[number];

/** Lasts until `npm ci`; then npm's own cache still has what was downloaded. */
const folder = fileURLToPath(new URL('../../node_modules/.cache/node-versions', import.meta.url));

/** Node's own binary of that version; installNodes() has put it there. */
export const nodeBinary = (version: NodeVersion): string => `${folder}/node_modules/node-${version}/bin/node`;

/** Gets those that are not there yet from npm, which has Node's releases as packages. */
export function installNodes(): void {
  if (nodeVersions.every(isThere)) return;
  mkdirSync(folder, { recursive: true });
  const packages = nodeVersions.map((version) => `node-${version}@npm:node-linux-${arch}@${version}`);
  const flags = ['--prefix', folder, '--save-exact', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'];
  execFileSync('npm', ['install', ...flags, ...packages], { stdio: ['ignore', 'ignore', 'inherit'] });
  for (const version of nodeVersions) {
    if (!isThere(version)) throw new Error(`${nodeBinary(version)} does not start; version 26 needs libatomic1`);
  }
}

function isThere(version: NodeVersion): boolean {
  return spawnSync(nodeBinary(version), ['--version'], { encoding: 'utf8' }).stdout === `v${version}\n`;
}
