import { execFileSync, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installNodes, nodeBinary, nodeVersions } from './node-versions.ts';

const project = fileURLToPath(new URL('../..', import.meta.url));
/** Lasts until `npm ci`. */
const cache = join(project, 'node_modules/.cache/image-bases');
const certificates = 'etc/ssl/certs/ca-certificates.crt';

/** The image, built from the Dockerfile as it is, in a storage of its own. */
export class Image {
  static readonly tag = 'localhost/corosync-exporter';
  readonly #folder = mkdtempSync(join(tmpdir(), 'corosync-exporter-image-'));
  readonly #node: string;
  readonly #suite: string;

  /** On that major version of Node and that suite of Debian. */
  constructor(node: string, suite: string) {
    this.#node = node;
    this.#suite = suite;
  }

  /** What podman and buildah need to find the storage, and beside it the one of the base images. */
  get storage(): readonly string[] {
    return [...storageIn(this.#folder, this.#folder), '--storage-opt', `additionalimagestore=${this.#bases}/storage`];
  }

  /** Before every command of podman; it is for machines whose control groups are not of one kind. */
  get podman(): readonly string[] {
    return [...this.storage, '--cgroup-manager', 'cgroupfs', '--events-backend', 'file'];
  }

  /**
   * Makes stand-ins for the two base images out of Debian's packages and npm's: no registry of images is needed. Once made
   * they are kept.
   */
  makeBases(): void {
    if (existsSync(this.#bases)) return;
    const debian = `docker.io/library/debian:${this.#suite}-slim`;
    const rootfs = join(this.#folder, 'rootfs.tar');
    const flags = ['--variant=minbase', '--mode=root', '--include=ca-certificates'];
    run('mmdebstrap', [...flags, this.#suite, rootfs]);
    const made = this.#basesUnderWay;
    mkdirSync(made, { recursive: true });
    this.#base(made, debian, ['FROM scratch', 'ADD rootfs.tar /']);
    this.#addNode(join(this.#folder, 'node'));
    const lines = [`FROM ${debian}`, 'ADD node /', `ENV NODE_EXTRA_CA_CERTS=/${certificates}`];
    this.#base(made, `docker.io/library/node:${this.#node}-${this.#suite}-slim`, lines);
    rmSync(rootfs);
    if (!existsSync(this.#bases)) renameSync(made, this.#bases);
  }

  build(): void {
    const args = [`NODE=${this.#node}`, `DEBIAN=${this.#suite}`, 'REVISION=drill'];
    // What npm has downloaded on this machine before; it is not in the image.
    const npm = execFileSync('npm', ['config', 'get', 'cache'], { encoding: 'utf8' }).trim();
    mkdirSync(npm, { recursive: true });
    bud(this.storage, [
      ...['--network', 'host', '--format', 'docker', '--volume', `${npm}:/root/.npm`],
      ...args.flatMap((arg) => ['--build-arg', arg]),
      ...['-t', Image.tag, project],
    ]);
  }

  /** What the image says of itself. */
  inspect(): { readonly size: number; readonly config: ImageConfig } {
    const text = execFileSync('podman', [...this.podman, 'image', 'inspect', Image.tag], { encoding: 'utf8' });
    const [{ Size: size, Config, Healthcheck }] = JSON.parse(text);
    return { size, config: { ...Config, Healthcheck } };
  }

  remove(): void {
    spawnSync('podman', [...this.podman, 'rm', '--all', '--force']); // which fails where the bases could not be made
    for (const folder of [this.#folder, this.#basesUnderWay]) rmSync(folder, { recursive: true, force: true });
  }

  get #bases(): string {
    return join(cache, `node-${this.#node}-${this.#suite}`);
  }

  get #basesUnderWay(): string {
    return `${this.#bases}.${process.pid}`;
  }

  /** What the image of Node has more than that of Debian. */
  #addNode(folder: string): void {
    const version = nodeVersions.find((one) => one.startsWith(`${this.#node}.`));
    if (version === undefined) throw new Error(`Node ${this.#node} is none of ${nodeVersions.join(', ')}`);
    installNodes();
    mkdirSync(join(folder, 'usr/local/bin'), { recursive: true });
    copyFileSync(nodeBinary(version), join(folder, 'usr/local/bin/node'));
    const npm = join(execFileSync('npm', ['root', '-g'], { encoding: 'utf8' }).trim(), 'npm');
    cpSync(npm, join(folder, 'usr/local/lib/node_modules/npm'), { recursive: true, dereference: true });
    for (const name of ['npm', 'npx'])
      symlinkSync(`../lib/node_modules/npm/bin/${name}-cli.js`, join(folder, 'usr/local/bin', name));
    // The certificates that this machine trusts: it may reach npm through a proxy.
    mkdirSync(join(folder, dirname(certificates)), { recursive: true });
    copyFileSync(join('/', certificates), join(folder, certificates));
  }

  #base(into: string, tag: string, lines: readonly string[]): void {
    const file = join(this.#folder, 'Dockerfile.base');
    writeFileSync(file, `${lines.join('\n')}\n`);
    bud(storageIn(into, join(this.#folder, 'bases')), ['-t', tag, '-f', file, this.#folder]);
  }
}

/** With `run` for what is of now, as mounts are. */
function storageIn(root: string, run: string): readonly string[] {
  return ['--root', join(root, 'storage'), '--runroot', join(run, 'run'), '--storage-driver', 'overlay'];
}

function bud(storage: readonly string[], args: readonly string[]): void {
  run('buildah', [...storage, 'bud', '--isolation', 'chroot', '--pull=never', ...args]);
}

function run(command: string, args: readonly string[]): void {
  try {
    execFileSync(command, args, { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8', maxBuffer: 1 << 26 });
  } catch (error) {
    const { stdout, stderr } = error as { readonly stdout?: string; readonly stderr?: string };
    throw new Error(`${command} failed: ${`${stdout}\n${stderr}`.trim().split('\n').slice(-15).join('\n')}`);
  }
}

/** The part of an image's configuration that is looked at. */
export interface ImageConfig {
  readonly User: string;
  readonly Labels: Readonly<Record<string, string>>;
  readonly Healthcheck: { readonly Test: readonly string[] };
}
