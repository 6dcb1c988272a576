import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test, vi } from 'vitest';

vi.setConfig({ testTimeout: 30_000 }); // whole processes, on a machine that may be busy

// The built program as a process: exit status, output, signals.
const program = fileURLToPath(new URL('../../dist/exporter/main.js', import.meta.url));

const run = (...args: string[]) => spawnSync(process.execPath, [program, ...args], { encoding: 'utf8' });

let child: ChildProcess | undefined;
afterEach(() => {
  child?.kill('SIGKILL');
  child = undefined;
});

/** Starts the demo on free ports; its URLs, once it listens. */
function demo(): Promise<{ urls: string[]; process: ChildProcess }> {
  const started = spawn(process.execPath, [program, '--demo', '--web.listen-address=127.0.0.1:0'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  child = started;
  return new Promise((resolve, reject) => {
    let log = '';
    started.stderr.setEncoding('utf8').on('data', (text: string) => {
      log += text;
      const urls = /urls="([^"]+)"/.exec(log)?.[1]?.split(' ');
      if (urls !== undefined) resolve({ urls, process: started });
    });
    started.once('exit', () => reject(new Error(log)));
  });
}

const ended = (process: ChildProcess) =>
  new Promise<number | null>((resolve) => process.once('exit', (status) => resolve(status)));

test('--version ends with status 0', () => {
  expect(run('--version')).toMatchObject({ status: 0, stdout: expect.stringContaining('corosync-exporter, version') });
});

test('an unknown flag is one line and status 2', () => {
  const { status, stdout, stderr } = run('--web.listen-adress=:1');
  expect(status).toBe(2);
  expect(stdout).toBe('');
  expect(stderr.trim().split('\n')).toEqual([expect.stringContaining('--web.listen-address')]);
});

test('a mistake in the configuration is one line with file and line, and status 2', () => {
  const folder = mkdtempSync(join(tmpdir(), 'exporter-'));
  try {
    const file = join(folder, 'exporter.yml');
    writeFileSync(file, 'web:\n  listen_adresses: []\n');
    const { status, stderr } = run('--config.check', `--config.file=${file}`);
    expect(status).toBe(2);
    expect(stderr).toMatch(/exporter\.yml:2: .*listen_addresses.*\n$/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a port in use is one line that names it, and status 1', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  try {
    const { status, stderr } = run('--demo', `--web.listen-address=127.0.0.1:${port}`, '--log.level=error');
    expect(status).toBe(1);
    expect(stderr.trim().split('\n')).toEqual([expect.stringContaining(`127.0.0.1:${port}`)]);
    // To connect would be a join and a leave for the whole cluster, each time that systemd tries again.
    expect(run('--demo', `--web.listen-address=127.0.0.1:${port}`).stderr).not.toContain('Connected');
  } finally {
    server.close();
  }
});

test('--once --demo is one exposition on stdout, marked as simulated', () => {
  const { status, stdout } = run('--once', '--demo');
  expect(status).toBe(0);
  expect(stdout).toMatch(/^corosync_up 1$/m);
  expect(stdout).toMatch(/^corosync_exporter_simulated 1$/m);
});

test('--once whose output cannot be written ends with status 1', () => {
  const full = openSync('/dev/full', 'w');
  try {
    const args = [program, '--once', '--demo'];
    expect(spawnSync(process.execPath, args, { stdio: ['ignore', full, 'ignore'] }).status).toBe(1);
  } finally {
    closeSync(full);
  }
});

test('the demo on the last ports is one line with the remedy, and status 2', () => {
  const { status, stderr } = run('--demo', '--web.listen-address=127.0.0.1:65535', '--log.level=error');
  expect(status).toBe(2);
  expect(stderr.trim().split('\n')).toEqual([expect.stringContaining('choose one up to 65533')]);
});

test('the demo is three exporters that see one cluster', async () => {
  const { urls, process } = await demo();
  expect(urls).toHaveLength(3);
  for (const [i, url] of urls.entries()) {
    await expect
      .poll(async () => (await fetch(new URL('/metrics', url))).text(), { timeout: 5_000 })
      .toMatch(new RegExp(`^corosync_local_node_id ${i + 1}$`, 'm'));
    const body = await (await fetch(new URL('/metrics', url))).text();
    expect(body).toMatch(/^corosync_quorum_members 3$/m);
    expect(body).toMatch(/^corosync_exporter_simulated 1$/m);
  }
  expect(await (await fetch(urls[0] as string)).text()).toContain('SIMULATED');
  process.kill('SIGTERM');
  expect(await ended(process)).toBe(0);
});

test('SIGINT ends it with status 0 as well', async () => {
  const { process } = await demo();
  process.kill('SIGINT');
  expect(await ended(process)).toBe(0);
});
