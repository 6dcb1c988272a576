// npm run drill:package [SUITE ...]: the .deb in the hands of apt and systemd, with a corosync that has to start again after
// each step. Root on Debian; takes some three minutes a suite.
import { execFileSync } from 'node:child_process';
import { appendFileSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hardening } from './hardening.ts';
import { lifeOfThePackage } from './life-of-the-package.ts';
import { lifeOfTheService } from './life-of-the-service.ts';
import { Machine } from './machine.ts';
import { passwords } from './passwords.ts';
import { setUp } from './set-up.ts';
import { Steps } from './steps.ts';

const suites = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'corosync-exporter-drill-'));
const steps = new Steps();
setUp('mmdebstrap', 'systemd-container');
try {
  const packages = buildPackages(folder);
  for (const suite of suites.length > 0 ? suites : ['bookworm', 'trixie']) await drill(suite, packages);
} finally {
  rmSync(folder, { recursive: true });
}
process.exitCode = steps.end();

async function drill(suite: string, packages: readonly string[]): Promise<void> {
  console.log(`\n${suite}`);
  const machine = Machine.install(suite, ['corosync', 'curl', 'iproute2']);
  try {
    for (const [index, file] of packages.entries()) copyFileSync(file, join(machine.root, `/root/${index + 1}.deb`));
    // The machine has no network once it is booted: apt finds these where it keeps what it has downloaded.
    machine.prepare('apt-get update && apt-get install --yes --no-install-recommends --download-only /root/1.deb');
    await machine.boot();
    await lifeOfThePackage(machine, steps);
    await lifeOfTheService(machine, steps);
    await passwords(machine, steps);
    await hardening(machine, steps);
  } finally {
    await machine.down();
  }
}

/** The package, and the same with a higher version and other files to edit. */
function buildPackages(folder: string): readonly string[] {
  const builder = new URL('../../packaging/build-deb.ts', import.meta.url).pathname;
  const file = execFileSync(process.execPath, ['--import', 'tsx', builder, folder], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim();
  const tree = join(folder, 'next');
  const next = join(folder, 'next.deb');
  execFileSync('dpkg-deb', ['-R', file, tree]);
  const control = join(tree, 'DEBIAN/control');
  writeFileSync(control, readFileSync(control, 'utf8').replace(/^Version: .*/m, 'Version: 99.0.0'));
  for (const path of readFileSync(join(tree, 'DEBIAN/conffiles'), 'utf8').trim().split('\n'))
    appendFileSync(join(tree, path), '# newer\n');
  execFileSync('dpkg-deb', ['--root-owner-group', '-Znone', '--build', tree, next], { stdio: 'ignore' });
  return [file, next];
}
