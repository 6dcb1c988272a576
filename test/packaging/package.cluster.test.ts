import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { flags } from '../../exporter/flags.ts';
import { compile, manifest, project } from '../../packaging/stage.ts';
import { Lab } from '../cluster/lab.ts';

// What is built, and that it runs. Its life with apt and systemd: npm run drill:package.
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'package-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const digest = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex');
const output = (command: string, ...args: string[]) => execFileSync(command, args, { encoding: 'utf8' });

describe('the Debian package', () => {
  let file: string;
  let tree: string;

  function build(out: string): string {
    const builder = fileURLToPath(new URL('../../packaging/build-deb.ts', import.meta.url));
    const env = { ...process.env, SOURCE_DATE_EPOCH: '1700000000', TZ: out.endsWith('first') ? 'UTC' : 'Asia/Tokyo' };
    const args = ['--import', 'tsx', builder, out];
    return execFileSync(process.execPath, args, { encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  }

  beforeAll(() => {
    file = build(join(folder, 'first'));
    tree = join(folder, 'tree');
    output('dpkg-deb', '-R', file, tree);
  });

  test('built twice it is the same, byte for byte', () => {
    expect(digest(build(join(folder, 'second')))).toBe(digest(file));
  });

  test('lintian has nothing to say but what is overridden with a reason', () => {
    const { status, stdout, stderr } = spawnSync('lintian', ['--allow-root', '--fail-on=error,warning', file], {
      encoding: 'utf8',
    });
    expect(`${stdout}${stderr}`.replace(/^N: .*\n/gm, '')).toBe('');
    expect(status).toBe(0);
  });

  test('the program in it starts', () => {
    const program = join(tree, 'usr/bin/corosync-exporter');
    expect(output(process.execPath, program, '--version')).toContain(`version ${manifest.version}`);
    expect(output(process.execPath, program, '--once', '--demo')).toContain('\ncorosync_up 1\n');
    expect(readFileSync(program, 'utf8')).toMatch(/^#!\/usr\/bin\/env -S \/usr\/bin\/node --/);
  });

  test('the service starts the program where the package has it, with the configuration that is there', () => {
    const unit = readFileSync(join(tree, 'usr/lib/systemd/system/corosync-exporter.service'), 'utf8');
    const [, program = '', config = ''] = /^ExecStart=(\S+) --config\.file=(\S+)/m.exec(unit) ?? [];
    for (const path of [program, config]) expect(existsSync(join(tree, path)), path).toBe(true);
  });

  test('dpkg keeps edits of the configuration, and that of who may look', () => {
    const conffiles = readFileSync(join(tree, 'DEBIAN/conffiles'), 'utf8');
    expect(conffiles).toBe('/etc/corosync-exporter/exporter.yml\n/etc/corosync-exporter/web.yml\n');
    for (const path of conffiles.trim().split('\n')) expect(existsSync(join(tree, path)), path).toBe(true);
  });

  test('the drop-in for corosync is no part of it: dpkg would leave it behind', () => {
    expect(existsSync(join(tree, 'etc/corosync'))).toBe(false);
  });

  test('it names no folder of the machine that built it', () => {
    const found = spawnSync('grep', ['-rlF', '-e', project, '-e', folder, tree], { encoding: 'utf8' });
    expect(found.stdout).toBe('');
  });

  test('its copyright file has each npm package that is in it', () => {
    const copyright = readFileSync(join(tree, 'usr/share/doc/corosync-exporter/copyright'), 'utf8');
    const modules = readdirSync(join(tree, 'usr/lib/corosync-exporter/node_modules')).filter(
      (name) => !name.startsWith('@'),
    );
    expect(modules.length).toBeGreaterThan(50);
    for (const name of modules)
      expect(copyright).toContain(`Files: usr/lib/corosync-exporter/node_modules/${name}/*\n`);
  });

  test.each(['postinst', 'prerm', 'postrm'])('%s is a script of a plain shell', (name) => {
    expect(spawnSync('sh', ['-n', join(tree, 'DEBIAN', name)]).status).toBe(0);
  });

  test('every flag is in the manual page', () => {
    const page = readFileSync(join(project, 'packaging/corosync-exporter.1'), 'utf8').replaceAll('\\-', '-');
    const names = flags.map(({ name }) => name.replace(/^(--(?:no-)?collector\.).*/, '$1'));
    expect(names.filter((name) => !page.includes(name))).toEqual([]);
  });
});

describe('the npm package', () => {
  let tarball: string;

  /** As `npm pack` does it, but for the build, which would replace what other tests run. */
  function pack(out: string): string {
    const source = join(folder, `source-${out}`);
    mkdirSync(join(folder, out));
    compile(source);
    for (const name of ['package.json', ...packed()])
      cpSync(join(project, name), join(source, name), { recursive: true });
    const args = ['pack', '--ignore-scripts', '--json', '--pack-destination', join(folder, out)];
    const [{ filename }] = JSON.parse(
      execFileSync('npm', args, { cwd: source, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
    );
    return join(folder, out, filename);
  }

  /** The folders and files that package.json names, with all that is in them: npm chooses. */
  const packed = () => {
    const { files } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as { files: string[] };
    return files.filter((name) => name !== 'dist').map((name) => name.replace(/\/\*.*/, ''));
  };

  beforeAll(() => {
    tarball = pack('packed');
  });

  test('packed twice it is the same, byte for byte', () => {
    expect(digest(pack('again'))).toBe(digest(tarball));
  });

  test('npm install -g installs it, and it reads a real corosync', async () => {
    const prefix = join(folder, 'prefix');
    execFileSync('npm', ['install', '-g', '--prefix', prefix, '--no-audit', '--no-fund', tarball], { stdio: 'ignore' });
    const program = join(prefix, 'bin/corosync-exporter');
    expect(output(program, '--version')).toContain(`version ${manifest.version}`);
    const lab = await Lab.up({ nodes: 1, links: 1, name: 'pack' });
    try {
      const { stdout } = await lab.exec(1, program, ['--once']);
      expect(stdout).toContain('\ncorosync_up 1\n');
    } finally {
      await lab.down();
    }
  });

  test('with scripts, man page and units it has what an operator needs', () => {
    const files = output('tar', '-tzf', tarball).split('\n');
    for (const name of [
      'dist/exporter/main.js',
      'config/corosync-exporter.service',
      'config/uidgid.d/corosync-exporter',
      'packaging/corosync-exporter.1',
      'docs/installation.md',
    ])
      expect(files).toContain(`package/${name}`);
    expect(files.some((name) => name.startsWith('package/test/'))).toBe(false);
  });
});
