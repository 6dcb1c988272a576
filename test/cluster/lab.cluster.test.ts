import { readFileSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Lab } from './lab.ts';
import { traces } from './traces.ts';

const network = () => readFileSync('/proc/thread-self/net/dev', 'utf8').match(/^\s*\S+:/gm);
const pidsOf = (lab: Lab) => lab.nodes.map((node) => node.pid).filter((pid) => pid !== undefined);

describe('a lab of three nodes and two links', () => {
  let lab: Lab;
  const before = network();
  beforeAll(async () => {
    lab = await Lab.up({ nodes: 3, links: 2 });
  });
  afterAll(() => lab?.down());
  afterEach(() => lab.waitFor(3, [1, 2, 3], { quorate: true }));

  test('every node is quorate with all members', async () => {
    for (const { nodeid } of lab.nodes)
      expect(await lab.membership(nodeid)).toEqual({ quorate: true, members: [1, 2, 3] });
  });

  test("the machine's own network gets nothing", () => {
    expect(network()).toEqual(before);
  });

  test('a partition separates the nodes on all links and healing joins them', async () => {
    await lab.partition([[1, 2], [3]]);
    await lab.waitFor(3, [3], { quorate: false });
    await lab.waitFor(1, [1, 2], { quorate: true });
    // a partition of one link only would lose the member for a moment, until knet uses the other
    const peers = async () => (await lab.exec(3, 'corosync-cfgtool', ['-s'])).stdout.match(/\w+$/gm);
    const apart = ['disconnected', 'disconnected', 'localhost'];
    await expect
      .poll(async () => (await peers())?.filter((word) => /^(dis)?connected$|^localhost$/.test(word)), {
        timeout: 10_000,
      })
      .toEqual([...apart, ...apart]);
    await lab.waitFor(3, [3], { quorate: false });
    await lab.heal();
    await lab.waitFor(3, [1, 2, 3], { quorate: true });
  });

  test('a partition that forgets a node or names one twice is refused', async () => {
    await expect(lab.partition([[1, 2]])).rejects.toThrow('A partition names each of the 3 nodes once, not 1, 2');
    await expect(lab.partition([[1, 2], [2, 3]])).rejects.toThrow('not 1, 2, 2, 3'); // biome-ignore format: a group a pair
  });

  test('a pulled cable disconnects one link and keeps the members', async () => {
    const links = async () => (await lab.exec(1, 'corosync-cfgtool', ['-s'])).stdout.match(/nodeid:\s+2:\s+\w+/g);
    const connected = async (first: string, second: string) =>
      expect
        .poll(links, { timeout: 10_000 })
        .toEqual([first, second].map((state) => expect.stringMatching(` ${state}$|\t${state}$`)));
    await connected('connected', 'connected');
    await lab.linkDown(2, 1);
    await connected('connected', 'disconnected');
    expect(await lab.membership(1)).toEqual({ quorate: true, members: [1, 2, 3] });
    await lab.linkUp(2, 1);
    await connected('connected', 'connected');
  });

  test('a frozen node is lost to the others and comes back when thawed', async () => {
    lab.freeze(2);
    expect(lab.node(2).isFrozen).toBe(true);
    await lab.waitFor(1, [1, 3], { quorate: true });
    expect(await lab.exec(2, 'corosync-quorumtool', ['-s'], { timeoutMs: 300 })).toMatchObject({ code: null });
    lab.thaw(2);
    await lab.waitFor(2, [1, 2, 3], { quorate: true });
    expect(lab.node(2).isFrozen).toBe(false);
  });

  test.each(['kill', 'stop'] as const)('%s ends corosync and start brings it back', async (end) => {
    const pid = lab.node(2).pid;
    await lab[end](2);
    expect(lab.node(2).pid).toBeUndefined();
    await lab.waitFor(1, [1, 3], { quorate: true });
    await lab.start(2);
    expect(lab.node(2).pid).not.toBe(pid);
    await lab.waitFor(2, [1, 2, 3], { quorate: true });
  });

  test('a frozen corosync can be killed', async () => {
    lab.freeze(2);
    await lab.kill(2);
    expect(lab.node(2).pid).toBeUndefined();
    await lab.start(2);
  });

  test('exec reports code, output and errors of a command on that node', async () => {
    expect(await lab.exec(2, 'sh', ['-c', 'hostname -I; echo "$1" >&2; exit 7', '-', 'a b'])).toEqual({
      code: 7,
      stdout: '10.10.0.2 10.11.0.2 \n',
      stderr: 'a b\n',
    });
    expect(await lab.exec(2, 'no-such-command')).toMatchObject({ code: 127 });
  });

  test('exec kills a command and its children when the time is over', async () => {
    expect(await lab.exec(1, 'sh', ['-c', 'sleep 60 & sleep 60'], { timeoutMs: 200 })).toMatchObject({ code: null });
    expect(traces({ id: lab.id, folder: '', pids: [] }).filter((trace) => trace.startsWith('process'))).toHaveLength(3);
  });

  test('what a lab started is found in the midst of an exec too', () => {
    for (let look = 0; look < 100; look++) {
      const program = lab.spawn(1, 'sleep', ['60'], { stdio: 'ignore' });
      for (let glance = 0; glance < 3; glance++)
        expect(traces({ id: lab.id, folder: '', pids: [] })).toContain(`process ${program.pid}`);
      program.kill('SIGKILL');
    }
  });

  test('each node has a /run and an /etc/corosync of its own', async () => {
    for (const { nodeid, pid, configFile } of lab.nodes) {
      expect((await lab.exec(nodeid, 'cat', ['/run/corosync.pid'])).stdout.trim()).toBe(String(pid));
      expect((await lab.exec(nodeid, 'cat', ['/etc/corosync/corosync.conf'])).stdout).toBe(
        readFileSync(configFile, 'utf8'),
      );
    }
  });

  test('corosync refuses an unprivileged uid and gid, and lets root in', async () => {
    const asked = (credentials: object) => lab.exec(1, 'corosync-cmapctl', ['totem.cluster_name'], credentials);
    expect(await asked({ uid: 65534, gid: 65534 })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('CS_ERR_ACCESS'),
    });
    expect(await asked({})).toMatchObject({ code: 0, stdout: 'totem.cluster_name (str) = lab\n' });
    expect((await lab.exec(1, 'id', ['-G'], { uid: 65534, gid: 65533 })).stdout).toBe('65533\n');
  });

  test("the pid of a spawned command is the command's own", async () => {
    const child = lab.spawn(1, 'sleep', ['60'], { uid: 65534 });
    await expect.poll(() => readFileSync(`/proc/${child.pid}/comm`, 'utf8'), { timeout: 10_000 }).toBe('sleep\n');
    child.kill();
  });

  test('enter moves this thread to the network of a node and leave moves it back', async () => {
    const here = () => readlinkSync('/proc/thread-self/ns/net');
    const original = here();
    lab.enter(1);
    lab.enter(2);
    try {
      expect(here()).toBe(readlinkSync(`/proc/${lab.node(2).pid}/ns/net`));
      expect(readFileSync('/proc/thread-self/net/unix', 'utf8')).toContain('@quorum');
      const server = createServer((_, response) => response.end('from node2'));
      await new Promise<void>((resolve) => server.listen(8080, '10.10.0.2', resolve));
      lab.leave();
      expect((await lab.exec(1, 'curl', ['-s', 'http://10.10.0.2:8080'])).stdout).toBe('from node2');
      server.close();
    } finally {
      lab.leave();
    }
    expect(here()).toBe(original);
    lab.leave();
  });
});

test('down removes everything, frozen, killed and spawned, and may be called twice', async () => {
  const lab = await Lab.up({ nodes: 3 });
  const bystander = await Lab.up({ nodes: 1 });
  const remains = { id: lab.id, folder: lab.folder, pids: pidsOf(lab) };
  lab.spawn(1, 'sh', ['-c', 'setsid sleep 60 & sleep 60'], { stdio: 'ignore' });
  lab.freeze(2);
  await lab.kill(3);
  expect(traces(remains)).toEqual(
    expect.arrayContaining([lab.folder, `lab-${lab.id}-switch`, `process ${lab.node(2).pid}`]),
  );
  expect(traces(remains).some((trace) => trace.startsWith('qb-'))).toBe(true);
  await lab.down();
  expect(traces(remains)).toEqual([]);
  await lab.down();
  expect(await bystander.membership(1)).toEqual({ quorate: true, members: [1] });
  await bystander.down();
});

test('without a quorum provider the members are known and nobody is quorate', async () => {
  const lab = await Lab.up({ nodes: 2, votequorum: false });
  expect(await lab.membership(1)).toEqual({ quorate: false, members: [1, 2] });
  await lab.down();
});

test('lines for the quorum section and for the end of corosync.conf take effect', async () => {
  const lab = await Lab.up({
    nodes: 2,
    token: 1500,
    quorumConf: 'two_node: 1',
    extraConf: 'uidgid {\n  uid: nobody\n}',
  });
  expect((await lab.exec(1, 'corosync-quorumtool', ['-s'])).stdout).toMatch(/^Flags:.*2Node/m);
  expect((await lab.exec(1, 'corosync-cmapctl', ['runtime.config.totem.token'])).stdout).toContain('= 1500');
  expect((await lab.exec(1, 'corosync-cmapctl', ['totem.token'], { uid: 65534, gid: 65534 })).code).toBe(0);
  await lab.down();
});

test("a configuration that corosync refuses fails with corosync's words and leaves nothing", async () => {
  const failure = await Lab.up({ nodes: 1, name: 'refused', extraConf: 'totem {\n  token: never\n}' }).catch(String);
  expect(failure).toMatch(/^Error: node1: corosync did not start:.*token/s);
  expect(Lab.list().filter((lab) => lab.name === 'refused')).toEqual([]);
});
