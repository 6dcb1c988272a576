// Builds corosync-exporter_VERSION_ARCHITECTURE.deb in the folder that is named, else here. The same sources give the same
// bytes; the date in it is SOURCE_DATE_EPOCH, else that of the commit.
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { copyright } from './copyright.ts';
import { ask, manifest, project, run, sourceDate, stageProgram } from './stage.ts';
import { filesIn, link, settle, write } from './tree.ts';

const program = 'usr/lib/corosync-exporter';
const documentation = 'usr/share/doc/corosync-exporter';
const programs = /^usr\/lib\/corosync-exporter\/dist\/exporter\/main\.js$|^DEBIAN\/(?:postinst|prerm|postrm)$/;

const root = mkdtempSync(join(tmpdir(), 'corosync-exporter-deb-'));
try {
  console.log(build(root, resolve(process.argv[2] ?? '.')));
} finally {
  rmSync(root, { recursive: true });
}

function build(root: string, out: string): string {
  const date = sourceDate();
  const architecture = ask('dpkg', '--print-architecture');
  fill(root, date);
  describe(root, architecture);
  settle(root, date, programs);
  mkdirSync(out, { recursive: true });
  const file = join(out, `${manifest.name}_${manifest.version}_${architecture}.deb`);
  process.env.SOURCE_DATE_EPOCH = String(date);
  // One thread: what xz writes depends on how many there are.
  run('dpkg-deb', ['--root-owner-group', '-Zxz', '--threads-max=1', '--build', root, file]);
  return file;
}

/** What is installed. */
function fill(root: string, date: number): void {
  const into = (path: string, content: string | Uint8Array) => write(join(root, path), content);
  stageProgram(join(root, program));
  const main = join(program, 'dist/exporter/main.js');
  // Debian's Node, whatever else is in the PATH.
  into(main, readFileSync(join(root, main), 'utf8').replace('env -S node ', 'env -S /usr/bin/node '));
  link(join(root, 'usr/bin/corosync-exporter'), '../lib/corosync-exporter/dist/exporter/main.js');
  for (const unit of ['corosync-exporter.service', 'corosync-exporter.socket'])
    into(`usr/lib/systemd/system/${unit}`, source(`config/${unit}`));
  into('usr/share/corosync-exporter/uidgid', source('config/uidgid.d/corosync-exporter'));
  into('usr/share/man/man1/corosync-exporter.1.gz', gzip(source('packaging/corosync-exporter.1')));
  into('usr/share/lintian/overrides/corosync-exporter', source('packaging/deb/lintian-overrides'));
  into(`${documentation}/copyright`, copyright(join(root, program)));
  into(`${documentation}/changelog.gz`, gzip(changelog(date)));
  for (const name of readdirSync(join(project, 'config')).filter((name) => name.endsWith('.yml'))) {
    const folder = conffiles().includes(name) ? 'etc/corosync-exporter' : `${documentation}/examples`;
    into(`${folder}/${name}`, source(`config/${name}`));
  }
}

/** What dpkg is told. */
function describe(root: string, architecture: string): void {
  const into = (name: string, content: string) => write(join(root, 'DEBIAN', name), content);
  const installed = filesIn(root);
  const size = installed.reduce((sum, path) => sum + Math.ceil(lstatSync(join(root, path)).size / 1024), 0);
  const values = new Map(Object.entries({ VERSION: manifest.version, ARCHITECTURE: architecture, SIZE: String(size) }));
  into(
    'control',
    source('packaging/deb/control').replace(/@(\w+)@/g, (_, name) => values.get(name) ?? ''),
  );
  into('conffiles', conffiles().map((name) => `/etc/corosync-exporter/${name}\n`).join('')); // biome-ignore format: one line
  into('md5sums', installed.filter((path) => !path.startsWith('etc/')).map((path) => sum(root, path)).join('')); // biome-ignore format: one line
  for (const script of ['postinst', 'prerm', 'postrm'])
    into(
      script,
      source(`packaging/deb/${script}`).replace('#RELOAD#', () => source('packaging/deb/reload.sh').trimEnd()),
    );
}

/** What an operator edits, kept by dpkg. The drop-in for corosync is none of them: see docs/installation.md. */
function conffiles(): readonly string[] {
  return ['exporter.yml', 'web.yml'].filter((name) => existsSync(join(project, 'config', name)));
}

/** Debian's form of a changelog; what changed is told in CHANGELOG.md. */
function changelog(date: number): string {
  const maintainer = /^Maintainer: (.*)$/m.exec(source('packaging/deb/control'))?.[1];
  const when = new Date(date * 1000).toUTCString().replace('GMT', '+0000');
  return [
    `${manifest.name} (${manifest.version}) unstable; urgency=medium`,
    '  * What changed is told in CHANGELOG.md of the sources.',
    ` -- ${maintainer}  ${when}\n`,
  ].join('\n\n');
}

function source(path: string): string {
  return readFileSync(join(project, path), 'utf8');
}

/** Without a time: Node writes none. */
function gzip(text: string): Uint8Array {
  return gzipSync(text, { level: 9 });
}

function sum(root: string, path: string): string {
  return `${createHash('md5').update(readFileSync(join(root, path))).digest('hex')}  ${path}\n`; // biome-ignore format: one line
}
