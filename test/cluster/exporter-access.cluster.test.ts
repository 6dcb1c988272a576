import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { ExporterOnNode, isUp, program, type Scrape } from './exporter-on-node.ts';
import { Lab } from './lab.ts';

/** nobody and nogroup: no user that corosync lets in. */
const NOBODY = 65534;

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

let lab: Lab | undefined;
afterEach(async () => {
  await lab?.down();
  lab = undefined;
});

test('a refused user is at most three lines a minute in the log of corosync, and works within 35 s of the grant', async () => {
  lab = await Lab.up({ nodes: 1 });
  const { logFile } = lab.node(1);
  const refusals = () => readFileSync(logFile, 'utf8').match(/Denied connection attempt/g)?.length ?? 0;
  const exporter = new ExporterOnNode(lab, 1, { uid: NOBODY, gid: NOBODY });
  const refused = 'corosync_library_connect_errors_total{library="quorum",code="CS_ERR_ACCESS"}';
  const { scrape } = await exporter.until(({ value }) => (value(refused) ?? 0) > 0, 10_000);
  expect(scrape.value('corosync_up')).toBe(0);
  expect(scrape.body).not.toMatch(/^corosync_quorum_quorate/m);
  for (let i = 0; i < 32; i += 1) {
    await exporter.scrape();
    await sleep(1_000);
  }
  console.info(`refused: ${refusals()} lines in the log of corosync after 32 s`);
  expect(refusals()).toBe(2);
  expect(exporter.lines.filter((line) => line.includes('CS_ERR_ACCESS'))).toHaveLength(1);
  const granted = await lab.exec(1, 'corosync-cmapctl', ['-s', `uidgid.gid.${NOBODY}`, 'u8', '1']);
  expect(granted.code).toBe(0);
  const { scrape: up, after } = await exporter.until(isUp, 35_000);
  // The pid file is for root only: who corosync is, the socket tells.
  expect(up.value('corosync_process_start_time_seconds')).toBeGreaterThan(0);
  console.info(`granted: up after ${(after / 1000).toFixed(1)} s`);
}, 120_000);

test('a scrape in which the connection is made tells who corosync is, to a user that cannot read its pid file', async () => {
  lab = await Lab.up({ nodes: 1, extraConf: `uidgid {\n  uid: ${NOBODY}\n}` });
  lab.freeze(1);
  // A scrape ends after the timeout of the probe: a late thaw is to come before that.
  const config = join(lab.folder, 'exporter.yml');
  writeFileSync(config, 'probe: { timeout: 10s }');
  chmodSync(lab.folder, 0o755);
  const exporter = new ExporterOnNode(lab, 1, { args: [`--config.file=${config}`], uid: NOBODY, gid: NOBODY });
  await expect.poll(async () => (await exporter.scrape('/-/healthy')).status, { timeout: 5_000 }).toBe(200);
  const scrape = exporter.scrape();
  await sleep(300);
  lab.thaw(1);
  const { took, value } = await scrape;
  expect(took).toBeGreaterThan(300);
  expect(value('corosync_up')).toBe(1);
  expect(value('corosync_process_start_time_seconds')).toBeGreaterThan(0);
});

test('without the libraries the exporter starts, says what to install, and corosync_up is 0', async () => {
  lab = await Lab.up({ nodes: 1 });
  const hide =
    'for file in /usr/lib/*/lib{quorum,cpg,cmap,cfg,votequorum}.so.*; do mount --bind /dev/null "$file"; done';
  const { code, stdout, stderr } = await lab.exec(1, 'unshare', [
    ...['--mount', 'bash', '-ec', `${hide}; exec "$@"`, 'bash'],
    ...[process.execPath, program, '--once'],
  ]);
  expect(code).toBe(1);
  expect(stdout).toMatch(/^corosync_up 0$/m);
  expect(stderr).toContain('libquorum5');
  expect(stderr).toContain('corosynclib');
});

test('without a quorum provider corosync says so, and quorum alone is probed', async () => {
  lab = await Lab.up({ nodes: 1, votequorum: false });
  const exporter = new ExporterOnNode(lab, 1);
  const { scrape } = await exporter.until(isUp, 10_000);
  expect(scrape.value('corosync_quorum_provider_configured')).toBe(0);
  expect(scrape.value('corosync_membership_members')).toBe(1);
  expect(scrape.value('corosync_probe_success{library="quorum"}')).toBe(1);
  expect(scrape.value('corosync_probe_success{library="votequorum"}')).toBeUndefined();
  expect(scrape.value('corosync_library_connected{library="votequorum"}')).toBe(0);
  expect(scrape.value('corosync_library_connect_errors_total{library="votequorum",code="CS_ERR_LIBRARY"}')).toBe(0);
  lab.freeze(1);
  const frozen = await exporter.until(({ value }) => value('corosync_up') === 0, 3_000);
  expect(frozen.scrape.value('corosync_sync_in_progress')).toBeUndefined();
  expect(frozen.scrape.body).not.toMatch(/^corosync_quorum_quorate/m);
});

test('an exporter that is started first connects when corosync is there', async () => {
  lab = await Lab.up({ nodes: 1 });
  await lab.stop(1);
  const exporter = new ExporterOnNode(lab, 1);
  await exporter.until(({ value }) => value('corosync_up') === 0, 5_000);
  await sleep(3_000);
  const scrape = await exporter.scrape('/-/ready');
  expect(scrape.status).toBe(503);
  await lab.start(1);
  // Nobody scrapes meanwhile.
  await expect.poll(async () => (await exporter.scrape('/-/ready')).status, { timeout: 5_000 }).toBe(200);
  const { after } = await exporter.until(isUp, 5_000);
  console.info(`started late: up ${after} ms after it is ready`);
});

test('with room for the connection to libquorum alone corosync is up, and what else is to be read has failed', async () => {
  lab = await Lab.up({ nodes: 1 });
  await lab.stop(1);
  const exporter = new ExporterOnNode(lab, 1);
  await exporter.until(({ value }) => value('corosync_up') === 0, 5_000);
  const mounts = `--mount=/proc/${exporter.process.pid}/ns/mnt`;
  const inside = async (...command: string[]) => {
    const result = await lab?.exec(1, 'nsenter', [mounts, ...command]);
    expect(result?.code).toBe(0);
  };
  // Corosync's blackbox takes 8 MiB, each connection 3: first there is room for none, so that libquorum is the next to try.
  await inside('mount', '-t', 'tmpfs', '-o', 'size=10m', 'shm', '/dev/shm');
  const corosync = lab.spawn(1, 'nsenter', [mounts, 'corosync', '-f'], { stdio: 'ignore' });
  const noSpace = 'corosync_library_connect_errors_total{library="quorum",code="CS_ERR_NO_SPACE"}';
  await exporter.until(({ value }) => (value(noSpace) ?? 0) > 0, 15_000);
  await inside('mount', '-o', 'remount,size=13m', '/dev/shm');
  const failed = ({ body }: Scrape) =>
    [...body.matchAll(/^corosync_exporter_collector_success\{collector="(.*)"\} 0$/gm)].map(([, name]) => name);
  const expected = ['totem', 'cpg_groups', 'ipc', 'votequorum'];
  const { scrape } = await exporter.until(
    (each) => isUp(each) && expected.every((collector) => failed(each).includes(collector)),
    15_000,
  );
  expect(scrape.value('corosync_library_connected{library="cmap_stats"}')).toBe(0);
  await inside('mount', '-o', 'remount,size=64m', '/dev/shm');
  await exporter.until((each) => isUp(each) && failed(each).length === 0, 35_000);
  corosync.kill();
}, 90_000);
