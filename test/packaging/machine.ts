import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What a command came to. */
export interface Outcome {
  readonly status: number | null;
  /** stdout and stderr, trimmed. */
  readonly text: string;
  /** In seconds. */
  readonly took: number;
}

const clean = [
  '-i',
  'PATH=/usr/sbin:/usr/bin:/sbin:/bin',
  'LC_ALL=C.UTF-8',
  'DEBIAN_FRONTEND=noninteractive',
  'sh',
  '-c',
];

/** A Debian of its own with a booted systemd, by systemd-nspawn; its network is a loopback alone. */
export class Machine {
  readonly root: string;
  #nspawn: ChildProcess | undefined;
  #init = '';

  private constructor(root: string) {
    this.root = root;
  }

  /** Installs a small Debian with those packages into a folder that is removed by down(). */
  static install(suite: string, packages: readonly string[]): Machine {
    const machine = new Machine(mkdtempSync(join(tmpdir(), `corosync-exporter-${suite}-`)));
    const include = ['ca-certificates', 'systemd', 'systemd-sysv', 'dbus', 'procps', ...packages].join(',');
    try {
      execFileSync(
        'mmdebstrap',
        ['--quiet', '--variant=minbase', '--mode=root', `--include=${include}`, suite, machine.root],
        { stdio: ['ignore', 'inherit', 'inherit'] },
      );
    } catch (error) {
      machine.#remove();
      throw error;
    }
    return machine;
  }

  /** Runs a command in the folder without booting it, with the network of this machine. */
  prepare(command: string): void {
    execFileSync('chroot', [this.root, 'env', ...clean, command], { stdio: ['ignore', 'ignore', 'inherit'] });
  }

  async boot(): Promise<void> {
    const nspawn = spawn(
      'systemd-nspawn',
      ['--register=no', '--keep-unit', '--private-network', '-D', this.root, '--boot'],
      { stdio: 'ignore' },
    );
    this.#nspawn = nspawn;
    await until('the machine is up', 60, () => {
      this.#init = readFileSync(`/proc/${nspawn.pid}/task/${nspawn.pid}/children`, 'utf8').trim();
      return this.#init !== '' && /running|degraded/.test(this.sh('systemctl is-system-running').text);
    });
  }

  /** Runs a command of the shell in the booted machine. */
  sh(command: string): Outcome {
    const begin = performance.now();
    const spaces = ['-t', this.#init, '-m', '-u', '-i', '-n', '-p', '-C', '--'];
    const { status, stdout, stderr } = spawnSync('nsenter', [...spaces, 'env', ...clean, command], {
      encoding: 'utf8',
      timeout: 120_000,
    });
    return { status, text: `${stdout}${stderr}`.trim(), took: (performance.now() - begin) / 1000 };
  }

  /** The same; what it says, and an error if it fails. */
  ask(command: string): string {
    const { status, text } = this.sh(command);
    if (status !== 0) throw new Error(`${command}: status ${status}: ${text}`);
    return text;
  }

  exists(path: string): boolean {
    return existsSync(join(this.root, path));
  }

  read(path: string): string {
    return readFileSync(join(this.root, path), 'utf8');
  }

  write(path: string, text: string): void {
    // By the machine's own eyes: much of it is mounted when it boots.
    this.ask(`mkdir -p "$(dirname ${path})" && printf '%s' '${text}' > ${path}`);
  }

  /** Shuts it down and boots it anew. */
  async reboot(): Promise<void> {
    await this.#powerOff();
    await this.boot();
  }

  /** Shuts it down and removes it. */
  async down(): Promise<void> {
    await this.#powerOff();
    this.#remove();
  }

  async #powerOff(): Promise<void> {
    const nspawn = this.#nspawn;
    if (nspawn !== undefined && nspawn.exitCode === null) {
      const ended = new Promise((resolve) => nspawn.once('exit', resolve));
      nspawn.kill('SIGTERM'); // an orderly power-off
      const impatience = setTimeout(() => nspawn.kill('SIGKILL'), 30_000);
      await ended;
      clearTimeout(impatience);
    }
  }

  #remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** Waits for a condition, or fails with what it was after that many seconds. */
export async function until(what: string, seconds: number, holds: () => boolean): Promise<void> {
  const end = performance.now() + seconds * 1000;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`not within ${seconds} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
