import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { connect } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, expect } from 'vitest';
import { createApp } from '../../exporter/app.ts';
import { collectors } from '../../exporter/collectors/index.ts';
import { negotiate } from '../../exporter/negotiate.ts';
import { contentTypes, createRender } from '../../exporter/scrape.ts';
import { scrapeDeadline } from '../../exporter/scrape-deadline.ts';
import { listen, type Server } from '../../exporter/server.ts';
import { alternativeNames, canonicalName } from '../../exporter/web/client-auth.ts';
import { parseBasic } from '../../exporter/web/credentials.ts';
import { senderOf } from '../../exporter/web/guard.ts';
import { ChangeLog } from '../../src/monitor/change-log.ts';
import { build, fakeLog } from '../exporter/fakes.ts';
import { healthy } from '../exporter/snapshots.ts';
import { endless, texts } from './arbitraries.ts';
import { holds, soon } from './holds.ts';

const media = ['application/openmetrics-text', 'text/plain', '*/*', 'text/*', 'application/*'];
const accept = ['version=1.0.0', 'version=0.0.4', 'q=0.5', 'q=', 'charset=utf-8', ';', ',', '=', ' ', '"', '0', '.'];

/** As a decent client writes it. */
const ranges = fc
  .array(
    fc.tuple(
      fc.constantFrom(...media),
      fc.constantFrom('', ';version=1.0.0', ';version=0.0.4;q=0.3', ';q=0', ';q=0.7'),
    ),
  )
  .map((all) => all.map((range) => range.join('')).join(','));

holds(
  'whatever a client accepts, it gets a format that there is, and OpenMetrics only if it names it',
  fc.property(
    fc.option(fc.oneof(ranges, texts(...media, ...accept, ';', ','), endless(...accept)), { nil: undefined }),
    (header) => {
      const format = soon(() => negotiate(header));
      expect(contentTypes[format]).toBeDefined();
      if (format === 'openmetrics') expect(header?.toLowerCase()).toContain('application/openmetrics-text');
    },
  ),
);

holds(
  'whatever timeout a client names, corosync gets from 100 ms to 3 s, and never more than what is left of it',
  fc.property(
    fc.option(fc.oneof(texts('1', '0', '.', 'e', '-', ','), fc.double({ min: 0 }).map(String), endless('1', '.')), {
      nil: undefined,
    }),
    (header) => {
      const deadline = soon(() => scrapeDeadline(header));
      expect(deadline >= 100 && deadline <= 3_000).toBe(true);
      if (header !== undefined && /^[1-9](\.\d+)?$/.test(header)) expect(deadline).toBeLessThan(1_000 * Number(header));
    },
  ),
);

holds(
  'a user and a password arrive as they are, and no header is more than none',
  fc.property(
    fc.string({ unit: 'grapheme' }),
    fc.string({ unit: 'grapheme' }),
    texts('Basic ', 'QQ', '==', '='),
    (name, password, header) => {
      const user = name.replaceAll(':', '');
      const encoded = Buffer.from(`${user}:${password}`).toString('base64');
      expect(parseBasic(`Basic ${encoded}`)).toEqual({ user, password });
      const { user: other = '' } = soon(() => parseBasic(header)) ?? {};
      expect(other).not.toContain(':');
    },
  ),
);

holds(
  'an address belongs to one sender, and all of a network of IPv6 to the same one',
  fc.property(fc.ipV6(), fc.ipV4(), texts(':', '::', 'ffff', '1.1.1.1', '%eth0'), (ipv6, ipv4, text) => {
    const groups = senderOf(ipv6).split(':');
    expect(groups).toHaveLength(4);
    expect(senderOf(`${groups.join(':')}:1:2:3:4`)).toBe(senderOf(ipv6));
    expect(senderOf(ipv4)).toBe(ipv4);
    soon(() => senderOf(text));
  }),
);

// A client's certificate can have any bytes for a name, and without a CA nobody looks who signed it.
const placeholder = 'x'.repeat(40);
let certificate: Buffer;
beforeAll(() => {
  const names = ['-subj', '/CN=client', '-addext', `subjectAltName=DNS:${placeholder},DNS:prometheus`];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-keyout', '/dev/null', '-outform', 'DER'];
  certificate = execFileSync('openssl', ['req', '-x509', '-nodes', '-days', '2', ...key, ...names], { stdio: 'pipe' });
});

holds(
  "a name in a client's certificate is that name and no other one, whatever is in it",
  fc.property(
    fc.oneof(
      fc.uint8Array({ minLength: 40, maxLength: 40 }),
      texts(', DNS:prometheus', '"', '\\', ', IP Address:127.0.0.1', '\0').map((text) =>
        Buffer.from(text.padEnd(40, ' ')).subarray(0, 40),
      ),
    ),
    (bytes) => {
      const tampered = Buffer.from(certificate);
      tampered.set(bytes, tampered.indexOf(placeholder));
      const names = soon(() => alternativeNames(new X509Certificate(tampered).subjectAltName));
      expect(names).toEqual([Buffer.from(bytes).toString('latin1'), 'prometheus']);
    },
  ),
);

holds(
  'no text for the names of a certificate takes long, and an address has one form',
  fc.property(endless(', ', 'DNS:', '"', '\\', 'a', ':', ', DNS:a'), fc.ipV6(), (text, ipv6) => {
    soon(() => alternativeNames(text.replaceAll('\\', '')));
    expect(canonicalName(canonicalName(ipv6))).toBe(canonicalName(ipv6.toUpperCase()));
  }),
  { slower: 4 },
);

const { log, lines } = fakeLog();
let server: Server;
let port = 0;
beforeAll(async () => {
  const monitor = { ready: true, changes: new ChangeLog(), read: async () => healthy };
  const app = createApp({
    monitor,
    render: createRender({ collectors, build, log }),
    telemetryPath: '/metrics',
    version: '1',
    log,
  });
  server = await listen(app, [{ host: '127.0.0.1', port: 0 }]);
  port = server.addresses[0]?.port ?? 0;
});
afterAll(() => server?.close());

/** What the server answers to these bytes, and to nothing after them. */
function answerTo(bytes: Buffer): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => socket.end(bytes));
    socket.on('data', (data) => {
      answer += data.toString('latin1');
    });
    socket.on('error', () => {}).on('close', () => resolve(answer));
  });
}

const methods = ['GET ', 'HEAD ', 'POST ', 'OPTIONS ', 'CONNECT ', 'TRACE ', 'QUERY '];
const targets = [
  '/metrics',
  '/',
  '/api/v1/state',
  '/-/ready',
  '*',
  'http://[::',
  'http://a:b@c:99999/metrics',
  '//',
  '?',
  '%',
  '/..',
  '#',
];
const heads = [
  'Host: x\r\n',
  'Connection: close\r\n',
  'Connection: Upgrade\r\nUpgrade: h2c\r\n',
  'Expect: 100-continue\r\n',
];
const bodies = [
  'Content-Length: 5\r\n',
  'Content-Length: -1\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Accept: x\r\n',
  'Accept-Encoding: gzip, br\r\n',
  '0\r\n\r\n',
];
const requestText = texts(
  ...methods,
  ...targets,
  ' HTTP/1.1\r\n',
  ' HTTP/1.1\r\n',
  ' HTTP/9.9\r\n',
  ...heads,
  ...bodies,
  '\r\n',
  '\r\n',
  ': ',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
);

holds(
  'whatever is sent, the server answers in HTTP or not at all, goes on, and has nothing to log',
  fc.asyncProperty(
    fc.oneof(
      requestText.map((text) => Buffer.from(text)),
      fc.uint8Array({ maxLength: 300 }).map((raw) => Buffer.from(raw)),
    ),
    async (bytes) => {
      expect(await answerTo(bytes)).toMatch(/^(?:$|HTTP\/1\.1 [1-4]\d\d )/);
      expect(await answerTo(Buffer.from('HEAD /metrics HTTP/1.0\r\n\r\n'))).toMatch(/^HTTP\/1\.1 200 /);
      expect(lines).toEqual([]);
    },
  ),
  { slower: 2 },
);

const odd = texts('metrics', '/', '?', '&', '=', 'collect[]=', '%', '%00', '#', '..', '[', ']');
const target = fc.oneof(
  odd,
  odd.map((path) => `/${path}`),
  fc.webUrl(),
  fc.webPath(),
);

holds(
  'a query is ignored, and whatever is asked for, there is an answer',
  fc.asyncProperty(target, async (text) => {
    const url = text.replace(/[^\x21-\x7e]/g, (character) => `%${character.charCodeAt(0).toString(16)}`);
    const query = await answerTo(Buffer.from(`HEAD /metrics?${url} HTTP/1.0\r\n\r\n`));
    expect(query).toMatch(/^HTTP\/1\.1 200 /);
    expect(await answerTo(Buffer.from(`HEAD ${url || '/'} HTTP/1.0\r\n\r\n`))).toMatch(/^HTTP\/1\.1 (?:200|400|404) /);
    expect(lines).toEqual([]);
  }),
  { slower: 2 },
);
