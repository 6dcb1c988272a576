import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { hashSync } from 'bcryptjs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { groupLabel } from '../../src/monitor/read-groups.ts';
import { CertificateFolder } from '../exporter/web/certificates.ts';
import { parseExposition } from '../fuzz/exposition.ts';
import { AbusedExporters, costly, memoryOf } from './abused-exporters.ts';
import type { Damage } from './abuses.ts';
import { isUp, type Scrape } from './exporter-on-node.ts';
import { Lab } from './lab.ts';

const folder = new CertificateFolder();
let lab: Lab;
let exporters: AbusedExporters;

beforeAll(async () => {
  folder.make('server', { sans: 'IP:127.0.0.1' });
  const tls = 'tls_server_config: {cert_file: server.pem, key_file: server.key}';
  const webFile = folder.write('web.yml', `${tls}\nbasic_auth_users: {alice: "${hashSync('right', 10)}"}\n`);
  lab = await Lab.up({ nodes: 3 });
  exporters = await AbusedExporters.start(lab, webFile);
});
afterAll(async () => {
  await lab?.down();
  folder.remove();
});

const again = true;
const answersOf = (damage: Damage | undefined) => Object.keys(damage?.answers ?? {}).sort();

test('connections that never finish a request or a handshake are ended, beside a hundred guesses at a password', async () => {
  const begin = Date.now();
  const unfinished = (damage: readonly Damage[]) => damage.slice(0, 4);
  const allEnded = (damage: readonly Damage[]) =>
    unfinished(damage).every(({ opened, closed }) => opened > 0 && closed === opened);
  const damage = await exporters.abuse(allEnded, {
    open: [
      { name: 'silent', count: 60 },
      { name: 'half', count: 70 },
      { name: 'drip', count: 70 },
    ],
    guarded: [
      { name: 'handshake', count: 80 },
      { name: 'scrape', count: 20, again },
      { name: 'guess', count: 100, tls: true, again },
    ],
  });
  console.info(`unfinished: ended after ${((Date.now() - begin) / 1_000).toFixed(1)} s`);
  expect(unfinished(damage).map(({ closed }) => closed)).toEqual([60, 70, 70, 80]);
  const [plain, guess] = damage.slice(4);
  expect(answersOf(plain)).toEqual(['']);
  expect(answersOf(guess)).toEqual(['HTTP/1.1 401', 'HTTP/1.1 429']);
});

test('three hundred connections that are kept after a scrape do not keep a decent one out: who is idle longest goes', async () => {
  const enough = Date.now() + 2_000;
  const [kept] = await exporters.abuse(([kept]) => Date.now() > enough && kept?.opened === 300 && kept.closed >= 44, {
    open: [{ name: 'kept', count: 300 }],
  });
  expect(kept?.opened).toBe(300);
  expect(kept?.closed).toBeGreaterThanOrEqual(44);
});

test('who reads slowly or not at all, with small buffers in the kernel, only holds an answer', async () => {
  // Of this namespace alone. Otherwise the kernel would take several megabytes for each of them.
  const buffers = ['tcp_rmem', 'tcp_wmem'].map((name) => `net.ipv4.${name}=4096 8192 8192`);
  expect((await lab.exec(1, 'sysctl', ['-w', ...buffers])).code).toBe(0);
  const enough = Date.now() + 2_000;
  const allDone = ([, , asking, sipStream, deafStream]: readonly Damage[]) =>
    Date.now() > enough && asking?.closed === 40 && sipStream?.opened === 16 && deafStream?.opened === 20;
  const [, , asking, sipStream, deafStream] = await exporters.abuse(allDone, {
    open: [
      { name: 'sip', count: 60 },
      { name: 'deaf', count: 60 },
      { name: 'deafAsking', count: 40 },
      { name: 'sipStream', count: 16 },
      { name: 'deafStream', count: 20 },
    ],
  });
  expect(asking?.closed).toBe(40);
  expect([sipStream?.opened, deafStream?.opened]).toEqual([16, 20]);
});

test('requests without end, out of measure or in no language at all are answered as such or not at all', async () => {
  const [body, bodyOfGet, path, manyHeaders, bigHeader, garbage, pipeline] = await exporters.abuse(2_000, {
    open: [
      { name: 'body', count: 4, again },
      { name: 'bodyOfGet', count: 4, again },
      { name: 'path', count: 5, again },
      { name: 'manyHeaders', count: 5, again },
      { name: 'bigHeader', count: 5, again },
      { name: 'garbage', count: 20, again },
      { name: 'pipeline', count: 4, again },
    ],
  });
  for (const one of [body, bodyOfGet]) expect(one?.closed).toBeGreaterThanOrEqual(4);
  // What still comes in when the connection is closed resets it, and may take the answer with it.
  for (const one of [path, bigHeader]) expect(answersOf(one).filter(Boolean)).toEqual(['HTTP/1.1 431']);
  expect(answersOf(manyHeaders)).toEqual(['HTTP/1.1 200']);
  expect(answersOf(garbage)).toEqual(['HTTP/1.1 400']);
  expect(answersOf(pipeline)).toEqual(['']);
});

test('two hundred who scrape at once, again and again, are all answered', async () => {
  const [scrape] = await exporters.abuse(2_000, { open: [{ name: 'scrape', count: 200, again }] });
  expect(scrape?.opened).toBeGreaterThanOrEqual(200);
  expect(answersOf(scrape)).toEqual(['HTTP/1.1 200']);
});

/** What corosync has answered to the exporter so far. */
async function requests(): Promise<number> {
  const { stdout } = await lab.exec(1, 'corosync-cmapctl', ['-m', 'stats', 'stats.ipcs.']);
  const own = stdout.matchAll(new RegExp(`\\.${exporters.open.process.pid}\\..*\\.requests \\(u64\\) = (\\d+)`, 'g'));
  return Array.from(own, ([, count]) => Number(count)).reduce((sum, count) => sum + count, 0);
}

/** As many scrapes as that, all at once. */
async function scrapes(count: number): Promise<readonly Scrape[]> {
  const all = await exporters.open.scrapes(count);
  lab.enter(1);
  return all;
}

test('two hundred scrapes while corosync is stopped are answered in time and read it once, and then all is well again', async () => {
  const begin = await requests();
  await scrapes(1);
  const forOne = (await requests()) - begin;
  const memory = memoryOf(exporters.open);
  lab.freeze(1);
  await sleep(50);
  const frozen = await scrapes(200);
  const slowest = Math.max(...frozen.map(({ took }) => took));
  const grown = memoryOf(exporters.open) - memory;
  lab.thaw(1);
  const { after } = await exporters.open.until(isUp, 15_000);
  lab.enter(1);
  const forAll = (await requests()) - begin - forOne;
  console.info(
    `frozen: the slowest of 200 took ${slowest.toFixed(0)} ms, ${grown.toFixed(0)} MiB more, up ${after} ms after the thaw; ` +
      `a scrape is ${forOne} requests, all these were ${forAll}`,
  );
  for (const { status, value } of frozen) expect([status, value('corosync_up')]).toEqual([200, 0]);
  expect(slowest).toBeLessThan(3_000); // the probe has one of them
  expect(grown).toBeLessThan(costly);
  // Two hundred reads would be so many times one; a few are those that find out that it is up again.
  expect(forAll).toBeLessThan(10 * forOne);
});

test('keys of every type at their ends, and a node with a name of any bytes, change nothing but their own label', async () => {
  const ends = [
    ...['i8 -128', 'i8 127', 'u8 255', 'i16 -32768', 'u16 65535', 'i32 -2147483648', 'u32 4294967295'],
    ...['i64 -9223372036854775808', 'i64 9223372036854775807', 'u64 18446744073709551615', 'flt 3e38', 'dbl 1e308'],
    ...['dbl -1e-308', "str ''", `str ${'x'.repeat(8_191)}`, "str $'\\xff\\n\"'", 'bin /etc/hostname'],
  ];
  const set = ends.map((end, i) => `corosync-cmapctl -s -- totem.odd${i} ${end}`).join('\n');
  const { configFile } = lab.node(1);
  const [before, after] = [readFileSync(configFile), Buffer.from('name: a"b\\c ,=\xff\xc3\xe9', 'latin1')];
  const at = before.indexOf('name: node1');
  writeFileSync(configFile, Buffer.concat([before.subarray(0, at), after, before.subarray(at + 11)]));
  expect(await lab.exec(1, 'bash', ['-euc', `${set}\ncorosync-cfgtool -R`])).toMatchObject({ code: 0 });
  const shown = async () => {
    const { body } = await exporters.open.scrape();
    lab.enter(1);
    const series = parseExposition(body);
    const failed = series.filter(({ name, value }) => name === 'corosync_exporter_collector_success' && value !== 1);
    expect(failed).toEqual([]);
    expect(spawnSync('promtool', ['check', 'metrics'], { input: body, encoding: 'utf8' }).stderr).not.toContain(
      'error',
    );
    const members = series.filter(({ name }) => name === 'corosync_membership_member');
    return members.map(({ labels }) => labels.node);
  };
  const names = ['a"b\\c ,=\ufffd\ufffd\ufffd', 'node2', 'node3'];
  await expect.poll(shown, { timeout: 5_000, interval: 200 }).toEqual(names);
});

/** All bytes but NUL, which no argument of a program can have. */
const groups = [
  String.fromCharCode(...Array.from({ length: 127 }, (_, i) => 1 + i)),
  String.fromCharCode(...Array.from({ length: 128 }, (_, i) => 128 + i)),
  Buffer.from('größe "\n\\ 名\u200b').toString('latin1'),
];

test('groups with names of all bytes are shown as they are, and strangers in our own group disturb no round trip', async () => {
  const client = (...args: string[]) =>
    lab.spawn(1, process.execPath, ['--import', 'tsx', 'test/cluster/cpg-client.ts', 'stranger', ...args], {
      stdio: 'ignore',
    });
  const clients = [...groups.map((group) => client(group)), client('corosync-exporter', '500')];
  const shown = async () => {
    const { body, value } = await exporters.open.scrape();
    lab.enter(1);
    expect(value('corosync_cpg_round_trip_failures_total{reason="timeout"}')).toBe(0);
    const members = parseExposition(body).filter(({ name }) => name === 'corosync_cpg_group_members');
    return {
      groups: members.map(({ labels }) => labels.group).sort(),
      deliveries: value('corosync_cpg_deliveries_total') ?? 0,
    };
  };
  const expected = ['corosync-exporter', ...groups.map(groupLabel)].sort();
  await expect.poll(async () => (await shown()).groups, { timeout: 15_000, interval: 200 }).toEqual(expected);
  await expect.poll(async () => (await shown()).deliveries, { timeout: 15_000, interval: 200 }).toBeGreaterThan(500);
  for (const one of clients) one.kill('SIGKILL');
  await expect
    .poll(async () => (await shown()).groups, { timeout: 5_000, interval: 200 })
    .toEqual(['corosync-exporter']);
});
