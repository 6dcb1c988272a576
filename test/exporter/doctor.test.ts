import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { readConfig } from '../../exporter/config.ts';
import { corosyncFindings } from '../../exporter/doctor/corosync.ts';
import { examine } from '../../exporter/doctor/examine.ts';
import { fail, ok, warn } from '../../exporter/doctor/finding.ts';
import { machineFindings, portFinding } from '../../exporter/doctor/machine.ts';
import { report, reportJson, statusOf } from '../../exporter/doctor/report.ts';
import type { Snapshot } from '../../src/monitor/snapshot.ts';
import { blank, down, frozen, healthy, sync } from './snapshots.ts';

const identity = { uid: 998, gid: 997 };
const asService =
  'runuser -u corosync-exporter -- corosync-exporter doctor --config.file=/etc/corosync-exporter/exporter.yml';

function lines(snapshot: Snapshot): string[] {
  return [...corosyncFindings(snapshot, identity)]
    .filter(({ state }) => state !== 'ok')
    .map(({ state, check, says, remedy }) => [`${state} ${check}: ${says}`, ...remedy].join(' | '));
}

const refused = (code: number): Snapshot => ({
  ...down,
  libraries: down.libraries.map((library) => ({ ...library, error: { call: 'quorum_model_initialize', code } })),
});

const features = (name: string, found: readonly string[]): Snapshot => ({
  ...healthy,
  libraries: healthy.libraries.map((library) =>
    library.name === name ? { ...library, loaded: { soname: 'lib.so.1', features: found } } : library,
  ),
});

test('a healthy node is told so, with nothing to do', () => {
  const findings = [...corosyncFindings(features('cmap', []), identity)];
  expect(findings.filter(({ state }) => state !== 'ok')).toEqual([]);
  expect(findings.map(({ check }) => check)).toEqual(expect.arrayContaining(['connection', 'votequorum', 'transport']));
});

test('that corosync accepts root says nothing of the service', () => {
  const connection = [...corosyncFindings(healthy, { uid: 0, gid: 0 })].find(({ check }) => check === 'connection');
  expect(connection).toMatchObject({ state: 'warn', remedy: [asService] });
});

test.each<[string, Snapshot, string[]]>([
  [
    'a refusal names who is refused and the drop-in to type',
    refused(11),
    [
      'fail connection: corosync refuses uid 998 with gid 997 (CS_ERR_ACCESS); only the primary group counts | ' +
        `${asService}   # if this is not its user | ` +
        "printf 'uidgid {\\n    gid: corosync-exporter\\n}\\n' > /etc/corosync/uidgid.d/corosync-exporter | corosync-cfgtool -R",
    ],
  ],
  [
    'a corosync that is not there',
    refused(2),
    [
      'fail connection: corosync is not there (CS_ERR_LIBRARY): not running, in another network namespace, or short of ' +
        'descriptors | systemctl status corosync | in a container: host network, and /dev/shm of the host',
    ],
  ],
  [
    "a /dev/shm that is not corosync's",
    refused(12),
    [
      "fail connection: /dev/shm is not corosync's (CS_ERR_NOT_EXIST) | " +
        'in a container: --ipc host, or /dev/shm of the host',
    ],
  ],
  [
    'a corosync that is starting is a warning',
    refused(6),
    ['warn connection: corosync is starting, or has no room for another client (CS_ERR_TRY_AGAIN) | try again'],
  ],
  [
    'a frozen one',
    frozen,
    ['fail answer: corosync holds the connections and does not answer: it is stopped or starved'],
  ],
  ['the sync phase', sync, ['warn answer: corosync is in its sync phase: only votequorum answers | try again']],
  [
    'no provider',
    {
      ...healthy,
      quorum: { quorate: true, provider: false, ringId: { nodeid: 0, seq: 0n }, members: [] },
      probes: healthy.probes.slice(0, 1),
    },
    ['warn votequorum: no quorum provider is configured: this corosync is always quorate, and there are no votes'],
  ],
  [
    'another transport than knet',
    { ...healthy, cluster: { ...(healthy.cluster as NonNullable<typeof healthy.cluster>), transport: 'udpu' } },
    ['warn transport: udpu: there is one link, without statistics'],
  ],
  [
    'an area that cannot be read',
    { ...healthy, areas: { links: { seconds: 0, error: 'CS_ERR_TRY_AGAIN' } } },
    ['fail reading: failed for links (CS_ERR_TRY_AGAIN)'],
  ],
  [
    'a library that lacks a call',
    features('cfg', []),
    [
      'warn library cfg: lib.so.1 without node_status_v1: the state of links comes from the statistics (corosync before 3.1.1)',
    ],
  ],
])('%s', (_, snapshot, expected) => {
  expect(lines(snapshot)).toEqual(expected);
});

test('libraries that are missing are told with the package, and nothing else is guessed', () => {
  const missing = 'libquorum.so.5 cannot be loaded: install libquorum5';
  const snapshot = { ...blank, libraries: blank.libraries.map((library) => ({ ...library, missing })) };
  expect(lines(snapshot)[0]).toBe('fail library quorum: libquorum.so.5 cannot be loaded | install libquorum5');
  expect(lines(snapshot).at(-1)).toBe('fail connection: cannot be tried without libquorum');
});

test('an old Node.js and a wrong clock are failures', () => {
  const states = (version: string, now: number) =>
    Object.fromEntries(
      [...machineFindings({ nodeVersion: version, now }, '/nonexistent/pid', undefined)].map(({ check, state }) => [
        check,
        state,
      ]),
    );
  expect(states('v18.19.1', 0)).toMatchObject({ node: 'fail', clock: 'fail', 'pid file': 'warn' });
  expect(states('v18.20.0', Date.UTC(2027, 1))).toMatchObject({ node: 'ok', clock: 'ok' });
  expect(states('v24.1.0', Date.UTC(2027, 1))).toMatchObject({ node: 'ok' });
});

test('a port that is taken is a warning, a free one is not', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  expect(await portFinding({ host: '127.0.0.1', port })).toMatchObject({ state: 'warn' });
  await new Promise((resolve) => server.close(resolve));
  expect(await portFinding({ host: '127.0.0.1', port })).toMatchObject({ state: 'ok' });
  expect(await portFinding({ host: '192.0.2.1', port })).toMatchObject({ state: 'fail' });
});

test('the report has a line a finding, its remedies below it, and a verdict', () => {
  const findings = [ok('a', 'is fine'), warn('bb', 'is odd', 'look'), fail('c', 'is broken', 'do', 'this')];
  expect(report(findings)).toBe(
    [
      'ok    a   is fine',
      'warn  bb  is odd',
      '            look',
      'fail  c   is broken',
      '            do',
      '            this',
      '',
      '1 of 3 checks failed, 1 warning.',
      '',
    ].join('\n'),
  );
  expect(JSON.parse(reportJson(findings))).toEqual({ ok: false, findings });
  expect(statusOf(findings)).toBe(1);
  expect(statusOf(findings.slice(0, 2))).toBe(0);
});

test('a web configuration that is not there is a failure with its name', async () => {
  const config = readConfig({
    name: 'x',
    text: 'web: {listen_addresses: ["127.0.0.1:1"], config_file: /none/web.yml}',
  });
  const findings = await examine({ config, snapshot: healthy, identity, nodeVersion: 'v20.1.0', now: Date.now() });
  expect(findings.at(-1)).toMatchObject({
    check: 'web config',
    state: 'fail',
    says: expect.stringContaining('/none/web.yml'),
  });
});

test('a pid file is not missed where corosync is known without it', async () => {
  const config = readConfig({
    name: 'x',
    text: 'web: {listen_addresses: ["127.0.0.1:1"]}\ncorosync: {pid_file: /none/pid}',
  });
  const stateWith = async (snapshot: Snapshot) =>
    (await examine({ config, snapshot, identity, nodeVersion: 'v20.1.0', now: Date.now() })).find(
      ({ check }) => check === 'pid file',
    )?.state;
  expect(await stateWith(healthy)).toBe('ok');
  expect(await stateWith({ ...healthy, daemon: undefined })).toBe('warn');
});

test('everything is looked at', async () => {
  const config = readConfig({ name: 'x', text: 'web: {listen_addresses: ["127.0.0.1:1"]}' });
  const findings = await examine({ config, snapshot: healthy, identity, nodeVersion: 'v20.1.0', now: Date.now() });
  const checks = findings.map(({ check }) => check);
  expect(checks).toEqual(
    expect.arrayContaining(['node', 'shared memory', 'clock', 'library quorum', 'port 127.0.0.1:1']),
  );
});
