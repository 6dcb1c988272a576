import { readFileSync } from 'node:fs';
import { request as plainRequest } from 'node:http';
import { type RequestOptions, request } from 'node:https';
import { hashSync } from 'bcryptjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { program } from '../cluster/exporter-on-node.ts';
import { Lab } from '../cluster/lab.ts';
import { CertificateFolder } from '../exporter/web/certificates.ts';
import { installNodes, type NodeVersion, nodeBinary, nodeVersions } from './node-versions.ts';

// The built program on every Node that it is promised for, all at once beside one corosync: each in plain HTTP, and with TLS
// and a password.
interface Running {
  readonly version: NodeVersion;
  readonly port: number;
  readonly tls: boolean;
  /** All that it has written to stderr. */
  said(): string;
  /** Its exit status, once SIGTERM has ended it. */
  end(): Promise<number | string | null>;
}

/** What the program's first line has besides its interpreter. */
const flags =
  readFileSync(program, 'utf8')
    .match(/^#!.*/)?.[0]
    .match(/(?<= )--\S+/g) ?? [];
const certificates = new CertificateFolder();
let lab: Lab;
let running: readonly Running[] = [];
const plain = () => running.filter(({ tls }) => !tls);
const secured = () => running.filter(({ tls }) => tls);

beforeAll(async () => {
  installNodes();
  certificates.makeUsual();
  lab = await Lab.up({ nodes: 2, links: 2, name: 'nodes' });
  const users = `basic_auth_users:\n  prometheus: ${hashSync('right', 10)}\n`;
  const tls = 'tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n';
  const web = certificates.write('web.yml', tls + users);
  running = nodeVersions.flatMap((version, index) => [
    start(version, 15_410 + index),
    start(version, 15_420 + index, web),
  ]);
}, 180_000);
afterAll(async () => {
  await lab?.down();
  certificates.remove();
});

function start(version: NodeVersion, port: number, web?: string): Running {
  const args = [`--web.listen-address=127.0.0.1:${port}`, ...(web === undefined ? [] : [`--web.config.file=${web}`])];
  // With no more of this environment than a service has: it could keep Node from warning.
  const env = { PATH: process.env.PATH };
  const child = lab.spawn(1, nodeBinary(version), [...flags, program, ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env,
  });
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const ended = new Promise<number | string | null>((resolve) =>
    child.once('exit', (status, signal) => resolve(signal ?? status)),
  );
  const end = () => {
    child.kill('SIGTERM');
    return ended;
  };
  return { version, port, tls: web !== undefined, said: () => said, end };
}

/** The status and body of an answer; status 0 if there is none. This thread has to be on that node. */
function get(
  { port, tls }: Running,
  path: string,
  auth = 'prometheus:right',
): Promise<{ status: number; body: string }> {
  const options: RequestOptions = { host: '127.0.0.1', port, path, auth, agent: false, timeout: 5_000 };
  return new Promise((resolve) => {
    const secure = () => request({ ...options, ca: certificates.read('ca.pem') });
    const sent = tls ? secure() : plainRequest(options);
    sent.on('response', (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    });
    sent.on('timeout', () => sent.destroy());
    sent.on('error', (error) => resolve({ status: 0, body: error.message }));
    sent.end();
  });
}

async function onNode<T>(act: () => Promise<T>): Promise<T> {
  lab.enter(1);
  return act().finally(() => lab.leave());
}

/** What those programs do not say within that time, each as Node's version; none when all is as it has to be. */
async function without(line: RegExp, programs: readonly Running[], seconds: number): Promise<readonly string[]> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const bodies = await onNode(() => Promise.all(programs.map((one) => get(one, '/metrics'))));
    const others = programs.filter((_, index) => !line.test(bodies[index]?.body ?? ''));
    if (others.length === 0 || Date.now() > end) return others.map(nameOf);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

const nameOf = ({ version, tls }: Running) => `${version}${tls ? ' with TLS' : ''}`;

test('each is up', async () => {
  expect(await without(/^corosync_up 1$/m, running, 60)).toEqual([]);
});

describe.each(nodeVersions)('on Node %s', (version) => {
  const [plainOne, securedOne] = [false, true].map(
    (tls) => () => running.find((one) => one.version === version && one.tls === tls) as Running,
  ) as [() => Running, () => Running];

  test('it tells the cluster, and what it runs on', async () => {
    expect(await without(/^corosync_link_connected\{.*link="1"\} 1$/m, [plainOne()], 10)).toEqual([]);
    const { body } = await onNode(() => get(plainOne(), '/metrics'));
    expect(body).toMatch(new RegExp(`^corosync_exporter_build_info\\{.*node_version="v${version}"`, 'm'));
    const series = body.match(/^corosync_(?:quorum_quorate|quorum_members|link_connected|node_reachable)\b.*/gm);
    expect(series).toEqual([
      'corosync_quorum_quorate 1',
      'corosync_quorum_members 2',
      'corosync_node_reachable{node_id="2",node="node2"} 1',
      'corosync_link_connected{node_id="2",node="node2",link="0"} 1',
      'corosync_link_connected{node_id="2",node="node2",link="1"} 1',
    ]);
    expect(body).not.toMatch(/^corosync_exporter_collector_success\{.*\} 0$/m);
  });

  test('it has its page and its API', async () => {
    const [page, state] = await onNode(() => Promise.all([get(plainOne(), '/'), get(plainOne(), '/api/v1/state')]));
    expect(page.body).toContain('<title>Quorate');
    expect(JSON.parse(state.body)).toMatchObject({ up: true, quorum: { quorate: true } });
  });

  test('with TLS and a password it lets in who has the right one', async () => {
    const ask = (auth: string) => onNode(() => get(securedOne(), '/metrics', auth));
    expect(await ask('prometheus:right')).toMatchObject({
      status: 200,
      body: expect.stringMatching(/^corosync_up 1$/m),
    });
    expect((await ask('prometheus:wrong')).status).toBe(401);
    expect((await onNode(() => get({ ...securedOne(), tls: false }, '/metrics'))).status).toBe(0);
  });
});

test('corosync killed and started again: each is down, and up again', async () => {
  await lab.kill(1);
  expect(await without(/^corosync_up 0$/m, running, 5)).toEqual([]);
  await lab.start(1);
  expect(await without(/^corosync_up 1$/m, running, 20)).toEqual([]);
});

test('each ends with status 0, also while corosync is frozen', async () => {
  const zeros = Object.fromEntries(nodeVersions.map((version) => [version, 0]));
  const end = async (programs: readonly Running[]) =>
    Object.fromEntries(await Promise.all(programs.map(async (one) => [one.version, await one.end()])));
  expect(await end(secured())).toEqual(zeros);
  lab.freeze(1);
  expect(await without(/^corosync_up 0$/m, plain(), 5)).toEqual([]);
  expect(await end(plain())).toEqual(zeros);
});

test('nothing but their log is on stderr: Node has no warning to give', () => {
  const ours = /^ts=\S+ level=(?:info|warn|error) msg=.*\n/gm;
  for (const one of running) {
    expect(one.said(), nameOf(one)).toContain('Shutting down');
    expect(one.said().replace(ours, ''), nameOf(one)).toBe('');
  }
});
