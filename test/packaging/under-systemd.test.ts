import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test, vi } from 'vitest';
import { NotifySocket } from './notify-socket.ts';

// The built program with the environment and the descriptors that systemd gives.
const program = fileURLToPath(new URL('../../dist/exporter/main.js', import.meta.url));

vi.setConfig({ testTimeout: 30_000 }); // whole processes, on a machine that may be busy

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0).reverse()) cleanup();
});

function started(child: ChildProcess): ChildProcess {
  cleanups.push(() => child.kill('SIGKILL'));
  return child;
}

const ended = (child: ChildProcess) => new Promise<number | null>((resolve) => child.once('exit', resolve));

/** Starts the program with a socket as its descriptor 3, as LISTEN_PID says; the shell knows the number beforehand. */
function startWith(server: Server): ChildProcess {
  const { fd } = (server as unknown as { readonly _handle: { readonly fd: number } })._handle;
  const script = 'LISTEN_PID=$$ LISTEN_FDS=1 exec "$@"';
  const args = ['-c', script, 'sh', process.execPath, program, '--web.systemd-socket', '--log.level=error'];
  const child = spawn('sh', args, { stdio: ['ignore', 'ignore', 'pipe', fd] });
  server.close(); // ours; else this process would take the connections
  return started(child);
}

function listening(
  where: { readonly path: string } | { readonly host: string; readonly port: number },
): Promise<Server> {
  const server = createServer();
  return new Promise((resolve) => server.listen(where, () => resolve(server)));
}

test('a manager is told when everything is served, fed its watchdog, and told of the end', async () => {
  const socket = new NotifySocket('path');
  cleanups.push(() => socket.close());
  const env = { ...process.env, NOTIFY_SOCKET: socket.address, WATCHDOG_USEC: '200000' };
  const args = [program, '--demo', '--web.listen-address=127.0.0.1:0', '--log.level=error'];
  const child = started(spawn(process.execPath, args, { stdio: 'ignore', env }));
  await expect.poll(() => socket.messages.length, { timeout: 10_000, interval: 5 }).toBeGreaterThan(0);
  const [ready] = socket.messages;
  expect(ready).toMatch(/^READY=1\nSTATUS=Listening on 127\.0\.0\.1:\d+ 127\.0\.0\.1:\d+ 127\.0\.0\.1:\d+$/);
  for (const [address] of ready?.matchAll(/127\S+/g) ?? [])
    expect((await fetch(`http://${address}/-/healthy`)).status).toBe(200);
  const fed = () => socket.messages.filter((message) => message === 'WATCHDOG=1').length;
  await expect.poll(fed, { timeout: 5_000 }).toBeGreaterThan(2);
  child.kill('SIGTERM');
  expect(await ended(child)).toBe(0);
  expect(socket.messages).toContain('STOPPING=1');
});

test('a socket that is passed is served', async () => {
  const server = await listening({ host: '127.0.0.1', port: 0 });
  const { port } = server.address() as { port: number };
  const child = startWith(server);
  expect((await fetch(`http://127.0.0.1:${port}/-/healthy`)).status).toBe(200);
  child.kill('SIGTERM');
  expect(await ended(child)).toBe(0);
});

test('a Unix socket that is passed is refused with the remedy', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'socket-'));
  cleanups.push(() => rmSync(folder, { recursive: true }));
  const child = startWith(await listening({ path: join(folder, 'socket') }));
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  expect(await ended(child)).toBe(1);
  expect(said).toBe(
    'corosync-exporter: cannot listen on descriptor 3: not a TCP socket that listens; ' +
      'give ListenStream= in the socket unit a port or address\n',
  );
});

test.each([
  [['--web.systemd-socket'], 'found no socket: start corosync-exporter.socket'],
  [['--web.systemd-socket', '--demo'], 'has no place in --demo'],
])('%j without a socket is status 2', (args, message) => {
  const { status, stderr } = spawnSync(process.execPath, [program, ...args], { encoding: 'utf8' });
  expect(status).toBe(2);
  expect(stderr).toContain(message);
});
