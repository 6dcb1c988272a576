import { get as httpGet, type RequestOptions } from 'node:http';
import { Agent, get as httpsGet } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { createApp } from '../../../exporter/app.ts';
import { listen, type Server } from '../../../exporter/server.ts';
import { openWebAccess, type WebAccess } from '../../../exporter/web/access.ts';
import { ChangeLog } from '../../../src/monitor/change-log.ts';
import { fakeLog } from '../fakes.ts';
import { healthy } from '../snapshots.ts';
import { CertificateFolder, tlsFile } from './certificates.ts';
import { ask } from './served.ts';
import { users } from './toolkit-cases.ts';

const folder = new CertificateFolder();
const settled = 250;
let server: Server | undefined;
let access: WebAccess | undefined;
beforeAll(() => folder.makeUsual());
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
});
afterEach(async () => {
  vi.useRealTimers();
  await server?.close();
  await access?.close();
});
afterAll(() => folder.remove());

/** Serves the application behind a web configuration file; its port. */
async function serve(file: string): Promise<number> {
  const { log } = fakeLog();
  const opened = openWebAccess(file, log);
  access = opened;
  const app = createApp({
    monitor: { ready: true, read: async () => healthy, changes: new ChangeLog() },
    render: async () => '',
    telemetryPath: '/metrics',
    version: '1',
    log,
    stillAllowed: opened.stillAllowed,
  });
  server = await listen(opened.guard(app), [{ host: '127.0.0.1', port: 0 }], { create: opened.createServer });
  return server.addresses[0]?.port ?? 0;
}

/** The stream's text as it comes, and whether it has ended. */
function open(get: typeof httpGet, port: number, options: RequestOptions) {
  const stream = { text: '', ended: false };
  get({ host: '127.0.0.1', port, path: '/api/v1/stream', ...options }, (response) => {
    response.setEncoding('utf8').on('data', (text: string) => {
      stream.text += text;
    });
    response
      .on('error', () => {})
      .on('close', () => {
        stream.ended = true;
      });
  });
  return stream;
}

const keepAlive = () => vi.advanceTimersByTime(15_000);
test('a stream stays while nothing changes, and ends when it takes a password', async () => {
  const port = await serve(folder.write('web.yml', 'http_server_config: {}\n'));
  const stream = open(httpGet, port, {});
  await expect.poll(() => stream.text).toContain('retry: 5000');
  keepAlive();
  await expect.poll(() => stream.text).toContain('still here');
  folder.write('web.yml', `basic_auth_users:\n  alice: ${users.alice}\n`);
  await sleep(settled);
  expect(stream.ended).toBe(false);
  keepAlive();
  await expect.poll(() => stream.ended).toBe(true);
});

test('a stream that is asked for on a connection of the old CA ends with it', async () => {
  const verified = (ca: string) => [`client_ca_file: ${ca}`, 'client_auth_type: RequireAndVerifyClientCert'];
  const port = await serve(tlsFile(folder, ...verified('ca.pem')));
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const asClient = {
    agent,
    rejectUnauthorized: false,
    cert: folder.read('client.pem'),
    key: folder.read('client.key'),
  };
  expect((await ask(port, asClient)).status).toBe(200);
  tlsFile(folder, ...verified('other-ca.pem'));
  await sleep(settled);
  const stream = open(httpsGet, port, asClient);
  await expect.poll(() => stream.text).toContain('retry: 5000');
  keepAlive();
  await expect.poll(() => stream.ended).toBe(true);
  expect((await ask(port, asClient)).error).toBeDefined();
  agent.destroy();
});
