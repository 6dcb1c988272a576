import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ExporterOnNode, Scrape } from '../exporter-on-node.ts';
import { type Fault, seconds } from './fault.ts';
import { isConnected, isHealthy, type Site } from './site.ts';
import { growth, slowest, watch } from './watch.ts';

const noSpace = 'corosync_library_connect_errors_total{library="quorum",code="CS_ERR_NO_SPACE"}';
const isDown = ({ value }: Scrape) => value('corosync_up') === 0;
const mounts = (exporter: ExporterOnNode) => `--mount=/proc/${exporter.process.pid}/ns/mnt`;

const fullMemory: Fault = {
  name: '/dev/shm of corosync full',
  injected:
    'corosync and exporter of node 4 get a /dev/shm of 40 MB of their own; a file fills it, first under open connections, then corosync is killed and started again',
  async run(site) {
    const exporter = site.at(4);
    const inside = (command: string) => site.exec(4, 'nsenter', [mounts(exporter), 'sh', '-c', command]);
    await inside('mount -t tmpfs -o size=40m shm /dev/shm');
    const start = () => site.lab.spawn(4, 'nsenter', [mounts(exporter), 'corosync', '-f'], { stdio: 'ignore' });
    const fill = () => inside('head -c 1G /dev/zero >/dev/shm/fill 2>/dev/null; test "$(stat -f -c %a /dev/shm)" = 0');

    await site.lab.kill(4);
    const first = start();
    await exporter.until((scrape) => isHealthy(scrape, 4), 20_000);
    await fill();
    const open = await watch(exporter, 800);
    assert.ok(open.every((scrape) => isHealthy(scrape, 4)));

    await end(first, 'SIGKILL');
    await exporter.until(isDown, 3_000);
    await fill(); // what the rings of the dead corosync took is free
    const before = await exporter.scrape();
    const { length } = corosyncLog(site);
    const second = start();
    const refused = await exporter.until((scrape) => growth(before, scrape, noSpace) > 0, 15_000);
    const scrapes = await watch(exporter, 3_000);
    assert.ok(scrapes.every(isDown));
    const noise = corosyncLog(site)
      .slice(length)
      .filter((line) => line.includes('No space left on device')).length;
    const attempts = growth(before, scrapes.at(-1) as Scrape, noSpace);
    await inside('rm /dev/shm/fill');
    const up = await exporter.until(isConnected, 35_000);
    await end(second, 'SIGTERM');
    await exporter.until(isDown, 3_000);
    // Until then it holds the rings that are in there; a call that was under way returns after 2 s.
    await inside(
      `for i in $(seq 50); do grep -q /dev/shm/qb- /proc/${exporter.process.pid}/maps || exit 0; sleep 0.2; done; exit 1`,
    );
    await inside('umount /dev/shm');
    await site.lab.start(4);
    await site.healthy();
    return {
      seen: `open connections work on; new ones: CS_ERR_NO_SPACE after ${seconds(refused.after)}, \`corosync_up\` 0, slowest of ${scrapes.length} scrapes ${seconds(slowest(scrapes))}; in 3 s ${attempts === 1 ? '1 attempt' : `${attempts} attempts`} and ${noise} lines in corosync's log; nothing crashed`,
      recovered: `all connections ${seconds(up.after)} after there was room`,
    };
  },
};

const hiddenMemory: Fault = {
  name: '/dev/shm of the exporter not that of corosync',
  injected:
    'a tmpfs of 64 kB over /dev/shm of the exporter on node 4, as in a container without the mount; corosync is killed and started',
  async run(site) {
    const exporter = site.at(4);
    await site.exec(4, 'nsenter', [mounts(exporter), 'mount', '-t', 'tmpfs', '-o', 'size=64k', 'shm', '/dev/shm']);
    const before = await exporter.scrape();
    await site.lab.kill(4);
    await site.lab.start(4);
    const errors = 'corosync_library_connect_errors_total{library="quorum",code="CS_ERR_NOT_EXIST"}';
    await exporter.until((scrape) => growth(before, scrape, errors) > 0, 10_000);
    const scrapes = await watch(exporter, 600);
    assert.ok(scrapes.every(isDown));
    await site.exec(4, 'nsenter', [mounts(exporter), 'umount', '/dev/shm']);
    const up = await exporter.until(isConnected, 10_000);
    await site.healthy();
    return {
      seen: `CS_ERR_NOT_EXIST at each attempt, \`corosync_up\` 0, slowest of ${scrapes.length} scrapes ${seconds(slowest(scrapes))}`,
      recovered: `all connections ${seconds(up.after)} after the right /dev/shm was there`,
    };
  },
};

const room = 12;
const clients = 40;

const descriptors: Fault = {
  name: 'descriptors exhausted',
  injected: `prlimit leaves the exporter on node 4 ${room} descriptors, ${clients} clients connect and stay, corosync is killed and started`,
  async run(site) {
    const exporter = site.at(4);
    const limit = (soft: number) =>
      execFileSync('prlimit', ['--pid', String(exporter.process.pid), `--nofile=${soft}:`], { stdio: 'ignore' });
    const used = exporter.descriptors;
    limit(used + room);
    const sockets = await connectMany(site, 4, clients);
    const cpu = cpuSeconds(exporter);
    const begin = performance.now();
    const refused: string[] = [];
    for (let i = 0; i < 20; i += 1) {
      refused.push(await exporter.scrape().then(String, ({ code }) => code));
      await sleep(50);
    }
    await site.lab.kill(4);
    await site.lab.start(4);
    await connectMany(site, 4, clients, sockets);
    await sleep(1_500);
    const busy = (cpuSeconds(exporter) - cpu) / ((performance.now() - begin) / 1000);
    const resets = refused.filter((code) => code === 'ECONNRESET').length;
    assert.equal(resets, refused.length);
    assert.ok(busy < 0.3, `${busy} of a core`);
    limit(1024);
    for (const socket of sockets) socket.destroy();
    const up = await exporter.until(isConnected, 10_000);
    // Exhaustion cannot come to this: libuv's spare descriptor is itself above the limit.
    limit(3);
    const [pending] = await connectMany(site, 4, 1);
    const spent = cpuSeconds(exporter);
    await sleep(1_000);
    const spinning = cpuSeconds(exporter) - spent;
    limit(1024);
    pending?.destroy();
    await site.healthy();
    await sleep(500);
    assert.equal(exporter.process.exitCode, null);
    assert.ok(exporter.descriptors <= used + 2);
    return {
      seen: `whom it cannot accept is disconnected at once: ${resets} of ${refused.length} scrapes; ${(100 * busy).toFixed(1)} % of a core meanwhile. A limit set below what is in use is another matter: with a connection that waits, libuv tries to accept it again and again, ${(100 * spinning).toFixed(0)} % of a core until the limit is lifted`,
      recovered: `all connections ${seconds(up.after)} after the limit was lifted, ${exporter.descriptors} descriptors (${used} before), no restart`,
    };
  },
};

/** Connects, and keeps what stays open. */
async function connectMany(site: Site, nodeid: number, count: number, sockets: Socket[] = []): Promise<Socket[]> {
  site.lab.enter(nodeid);
  for (let i = 0; i < count; i += 1) sockets.push(connect(15405, '127.0.0.1').on('error', () => {}));
  await sleep(200);
  site.lab.leave();
  return sockets;
}

/** CPU time of all threads since the start, from proc(5). */
function cpuSeconds({ process: { pid } }: ExporterOnNode): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function corosyncLog(site: Site): string[] {
  return readFileSync(site.lab.node(4).logFile, 'utf8').split('\n');
}

async function end(child: ReturnType<Site['lab']['spawn']>, signal: NodeJS.Signals): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await ended;
}

/** Something runs out. */
export const limitFaults: readonly Fault[] = [fullMemory, hiddenMemory, descriptors];
