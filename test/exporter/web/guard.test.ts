import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { compareSync, hashSync } from 'bcryptjs';
import { afterEach, describe, expect, test } from 'vitest';
import { Authenticator } from '../../../exporter/web/authenticator.ts';
import { guard, senderOf } from '../../../exporter/web/guard.ts';
import { RateLimit } from '../../../exporter/web/rate-limit.ts';
import { readWebConfig } from '../../../exporter/web/read.ts';
import { fakeLog } from '../fakes.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function serve(text: string, compare = async (password: string, hash: string) => compareSync(password, hash)) {
  const { config } = readWebConfig('web.yml', text);
  const settings = {
    http: config.http_server_config,
    rateLimit: config.rate_limit,
    users: config.basic_auth_users,
    tls: undefined,
  };
  const { log, lines } = fakeLog();
  const authenticator = new Authenticator(({ password, hash }) => compare(password, hash));
  let seen = 0;
  const handler = guard(
    (_, response) => {
      seen += 1;
      response.end('page');
    },
    { current: () => settings, authenticator, log },
  );
  const server = createServer(handler).listen(0, '127.0.0.1');
  servers.push(server);
  await new Promise((resolve) => server.once('listening', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const get = (authorization?: string, method = 'GET') =>
    fetch(url, { method, headers: authorization === undefined ? {} : { authorization } });
  return { url, get, seen: () => seen, lines };
}

const basic = (user: string, password: string) => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
const usersOf = (...names: string[]) =>
  `basic_auth_users:\n${names.map((name) => `  ${JSON.stringify(name)}: ${hashSync(`pass ${name}`, 4)}\n`).join('')}`;

describe('with users', () => {
  test.each([
    ['the right password', basic('alice', 'pass alice'), 200],
    ['another user', basic('jürgen', 'pass jürgen'), 200],
    ['a number as name', basic('1234', 'pass 1234'), 200],
    ['a wrong password', basic('alice', 'pass bob'), 401],
    ["another one's password", basic('alice', 'pass jürgen'), 401],
    ['no password', basic('alice', ''), 401],
    ['a wrong user', basic('bob', 'pass bob'), 401],
    ['no user', basic('', ''), 401],
    ['the hash as password', basic('alice', '$2b$04$'), 401],
    ['a name of Object', basic('constructor', 'x'), 401],
    ['no header', undefined, 401],
    ['an empty header', '', 401],
    ['another scheme', 'Bearer YWxpY2U6cGFzcyBhbGljZQ==', 401],
    ['something broken', 'Basic %%%', 401],
    ['a name in Latin-1', `Basic ${Buffer.from('j\xfcrgen:pass j\xfcrgen', 'latin1').toString('base64')}`, 401],
  ])('%s gives its status', async (_, header, status) => {
    const { get, seen } = await serve(usersOf('alice', 'jürgen', '1234'));
    for (const method of ['GET', 'HEAD', 'POST']) {
      const answer = await get(header, method);
      expect(answer.status).toBe(status);
      const challenge = status === 401 ? 'Basic realm="corosync-exporter", charset="UTF-8"' : null;
      expect(answer.headers.get('www-authenticate')).toBe(challenge);
    }
    expect(seen()).toBe(status === 200 ? 3 : 0);
  });

  test('a check that fails is an error in the log, and no page', async () => {
    const { get, seen, lines } = await serve(usersOf('alice'), async () => {
      throw new Error('gone');
    });
    expect((await get(basic('alice', 'pass alice'))).status).toBe(500);
    expect(seen()).toBe(0);
    expect(lines).toEqual([expect.stringMatching(/^error Password could not be checked/)]);
  });

  test('a client with too many wrong passwords at once is told to come back', async () => {
    let compared: (same: boolean) => void = () => {};
    const comparison = new Promise<boolean>((resolve) => {
      compared = resolve;
    });
    const { get } = await serve(usersOf('alice'), () => comparison);
    let refused = 0;
    const answers = await Promise.all(
      Array.from({ length: 20 }, async (_, i) => {
        const answer = await get(basic('alice', `${i}`));
        if (answer.status === 429) refused += 1;
        if (refused === 11) compared(false); // all have come by now
        return answer;
      }),
    );
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 401)).toHaveLength(9);
    expect(statuses.filter((status) => status === 429)).toHaveLength(11);
    expect(answers.find(({ status }) => status === 429)?.headers.get('retry-after')).toBe('1');
  });

  test('two Authorization headers are not two attempts', async () => {
    const { url } = await serve(usersOf('alice'));
    const status = await new Promise((resolve, reject) => {
      const headers = ['Host', 'x', 'Authorization', 'Basic YTpi', 'Authorization', basic('alice', 'pass alice')];
      request(url, { headers, agent: false }, (response) => resolve(response.resume().statusCode))
        .on('error', reject)
        .end();
    });
    expect(status).toBe(401);
  });
});

test('headers are on every answer, the refusals too, and empty ones are not', async () => {
  const { get } = await serve(`http_server_config:
  headers:
    X-Frame-Options: deny
    X-XSS-Protection: 1
    Content-Security-Policy: ""
    Strict-Transport-Security: max-age=31536000; includeSubDomains
${usersOf('alice')}`);
  for (const header of [undefined, basic('alice', 'pass alice')]) {
    const { headers } = await get(header);
    expect(headers.get('x-frame-options')).toBe('deny');
    expect(headers.get('x-xss-protection')).toBe('1');
    expect(headers.get('strict-transport-security')).toBe('max-age=31536000; includeSubDomains');
    expect(headers.has('content-security-policy')).toBe(false);
  }
});

test.each([
  ['interval: 0\n  burst: 0', [200, 200, 200]],
  ['interval: 1h\n  burst: 2', [200, 200, 429]],
  ['interval: 1h\n  burst: 0', [429, 429, 429]],
])('a limit with %j answers %j', async (limit, expected) => {
  const { get } = await serve(`rate_limit:\n  ${limit}\n`);
  expect([(await get()).status, (await get()).status, (await get()).status]).toEqual(expected);
});

test('a bucket fills with one request each interval, up to its burst', () => {
  let now = 0;
  const limit = new RateLimit({ interval: 1000, burst: 2 }, () => now);
  const at = (time: number) => {
    now = time;
    return limit.allow();
  };
  expect([at(0), at(0), at(0)]).toEqual([true, true, false]);
  expect([at(999), at(1000), at(1001)]).toEqual([false, true, false]);
  expect([at(60_000), at(60_000), at(60_000)]).toEqual([true, true, false]);
});

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '::ffff:192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:db8:1:2::6', '2001:db8:1:2'],
  ['2001:db8::6', '2001:db8:0:0'],
  ['fe80::1%eth0', 'fe80:0:0:0'],
  ['::1', '0:0:0:0'],
  ['', ''],
])('passwords from %s count for %s', (address, sender) => {
  expect(senderOf(address)).toBe(sender);
});
