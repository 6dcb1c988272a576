import { spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { hashSync } from 'bcryptjs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Demo, startDemo } from './built-program.ts';
import { CertificateFolder } from './certificates.ts';
import { PrometheusServer, type Target } from './prometheus-server.ts';
import { toolkitCases } from './toolkit-cases.ts';

const folder = new CertificateFolder();
folder.makeUsual();
afterAll(() => folder.remove());

describe('Prometheus scrapes', () => {
  const web = (password: string) => `tls_server_config:
  cert_file: server.pem
  key_file: server.key
  client_auth_type: RequireAndVerifyClientCert
  client_ca_file: ca.pem
  client_allowed_sans: [prometheus]
basic_auth_users:
  prometheus: ${hashSync(password, 10)}
`;
  // On a slow machine the first scrape may be too late for its deadline: that is no answer yet.
  const isDownBy = (error: RegExp) => (target: Target) => target.health === 'down' && error.test(target.lastError);
  const started: { end(): Promise<unknown> }[] = [];
  let demo: Demo;
  beforeAll(async () => {
    demo = await startDemo(`--web.config.file=${folder.write('web.yml', web('right'))}`);
  });
  afterEach(async () => {
    for (const one of started.splice(0)) await one.end();
  });
  afterAll(() => demo?.end());

  async function start(client: string | undefined, password: string): Promise<PrometheusServer> {
    const certificate = client && { cert_file: `${client}.pem`, key_file: `${client}.key` };
    const job = {
      job_name: 'corosync',
      scheme: 'https',
      tls_config: { ca_file: 'ca.pem', ...certificate },
      basic_auth: { username: 'prometheus', password },
      static_configs: [{ targets: [`localhost:${demo.port}`] }],
    };
    const server = await PrometheusServer.start(folder, JSON.stringify([job]));
    started.push(server);
    return server;
  }

  test('with certificate and password', async () => {
    const prometheus = await start('client', 'right');
    expect(await prometheus.until(({ health }) => health === 'up')).toMatchObject({ health: 'up', lastError: '' });
    // It is up before what was scraped can be asked for.
    await expect.poll(() => prometheus.value('corosync_exporter_simulated'), { timeout: 5_000 }).toBe('1');
    expect(await prometheus.value('corosync_quorum_members')).toBe('3');
  });

  test.each([
    ['a wrong password', 'client', 'wrong', /401/],
    ['no certificate', undefined, 'right', /certificate required|bad certificate/],
    ['a certificate by another CA', 'stranger', 'right', /EOF|reset|closed|broken pipe/],
  ])('not with %s', async (_, client, password, error) => {
    const prometheus = await start(client, password);
    const target = await prometheus.until(isDownBy(error));
    expect(target).toMatchObject({ health: 'down', lastError: expect.stringMatching(error) });
    expect(await prometheus.until(({ health }) => health === 'up', 2_500)).toMatchObject({ health: 'down' });
  });

  test('on, while certificate and password change under it', async () => {
    const prometheus = await start('client', 'right');
    await prometheus.until(({ health }) => health === 'up');
    folder.make('server', { signedBy: 'ca', sans: 'DNS:localhost' });
    await sleep(3_000);
    expect(await prometheus.until(() => true)).toMatchObject({ health: 'up' });
    folder.write('web.yml', web('another'));
    expect(await prometheus.until(isDownBy(/401/))).toMatchObject({
      health: 'down',
      lastError: expect.stringMatching(/401/),
    });
    folder.write('web.yml', web('right'));
    expect(await prometheus.until(({ health }) => health === 'up')).toMatchObject({ health: 'up' });
    expect(demo.lines.filter((line) => / level=(warn|error) .*Web configuration/.test(line))).toEqual([]);
  });
});

// promtool has the toolkit's own reader; 2.42 does not know every setting yet.
describe('promtool says the same of a file:', () => {
  test.each(toolkitCases(folder).filter(({ newer }) => !newer))('$what', ({ text, refused, onlyHere }) => {
    const { status } = spawnSync('promtool', ['check', 'web-config', folder.write('case.yml', text)]);
    expect(status === 0).toBe(refused === undefined || onlyHere === true);
  });
});
