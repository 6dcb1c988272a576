import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { isLicence, manifest, packageFolders } from './stage.ts';

/** Debian's copyright file for the program in `folder`: its own licence and that of each npm package in it. */
export function copyright(folder: string): string {
  const own = { files: '*', holders: ['2026 corosync-exporter maintainers'], licence: manifest.license };
  const bundled = packageFolders(folder).map((path) => ({
    files: `usr/lib/corosync-exporter/${relative(folder, path)}/*`,
    holders: holdersOf(path),
    licence: licenceOf(path),
  }));
  const header = [
    'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/',
    `Upstream-Name: ${manifest.name}`,
  ];
  const stanzas = [own, ...bundled].map(({ files, holders, licence }) => [
    `Files: ${files}`,
    `Copyright: ${holders.join('\n           ')}`,
    `License: ${licence}`,
  ]);
  const names = [...new Set([own, ...bundled].map(({ licence }) => licence))].sort();
  const texts = names.map((name) => [`License: ${name}`, ...indent(textOf(name, folder))]);
  return [header, ...stanzas, ...texts].map((lines) => `${lines.join('\n')}\n`).join('\n');
}

interface PackageJson {
  readonly license?: string;
  readonly author?: string | { readonly name?: string };
}

function packageJson(path: string): PackageJson {
  return JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'));
}

function licenceOf(path: string): string {
  const { license } = packageJson(path);
  if (license === undefined) throw new Error(`${path} does not name its licence`);
  return license;
}

function licenceText(path: string): string | undefined {
  const file = readdirSync(path).find((name) => isLicence(name) && !/notice/i.test(name));
  return file === undefined ? undefined : readFileSync(join(path, file), 'utf8');
}

/** Who holds the rights: the lines of the licence that say so, else the author. */
function holdersOf(path: string): readonly string[] {
  const lines = licenceText(path)?.matchAll(/^\W*Copyright\s+(?:\([cC]\)|©)?\s*(\d{4}.*|[A-Z].*)$/gm) ?? [];
  const holders = Array.from(lines, ([, holder = '']) => holder.trim()).filter(
    (line) => !/notice|\[yyyy\]|owner|license/i.test(line),
  );
  if (holders.length > 0) return holders;
  const { author } = packageJson(path);
  return [(typeof author === 'string' ? author : author?.name) ?? 'its authors'];
}

const apache = 'On Debian systems the text of this licence is in /usr/share/common-licenses/Apache-2.0.';

/** The terms, without the lines that say whose they are; Debian has those of Apache-2.0 itself. */
function textOf(licence: string, folder: string): string {
  if (licence === 'Apache-2.0') return apache;
  const example = packageFolders(folder).find((path) => licenceOf(path) === licence && licenceText(path) !== undefined);
  if (example === undefined) throw new Error(`no text of the licence ${licence}`);
  const text = licenceText(example) ?? '';
  return text.slice(Math.max(text.search(/^(Permission|Redistribution)/m), 0));
}

function indent(text: string): readonly string[] {
  return text
    .trim()
    .split('\n')
    .map((line) => (line.trim() === '' ? ' .' : ` ${line.trim()}`));
}
