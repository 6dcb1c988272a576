import { afterAll, beforeAll, expect, test } from 'vitest';
import { ExporterOnNode, isUp, type Scrape } from './exporter-on-node.ts';
import { Lab } from './lab.ts';
import { Pacemaker } from './pacemaker.ts';

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** What Pacemaker's daemons join; before 2.1 pacemakerd had a group too. */
const pacemakerGroups = ['attrd', 'cib', 'crmd', 'stonith-ng'];

let lab: Lab;
let exporters: ExporterOnNode[];
let pacemakers: Pacemaker[];

const at = (nodeid: number) => exporters[nodeid - 1] as ExporterOnNode;
const members = (group: string) => `corosync_cpg_group_members{group="${group}"}`;
const nodes = (group: string) => `corosync_cpg_group_nodes{group="${group}"}`;
const onNode = (group: string, nodeid: number) =>
  `corosync_cpg_group_node_members{group="${group}",node_id="${nodeid}",node="node${nodeid}"}`;
const hasAll =
  (count: number) =>
  ({ value }: Scrape) =>
    pacemakerGroups.every((group) => value(members(group)) === count);

beforeAll(async () => {
  lab = await Lab.up({ nodes: 3 });
  exporters = lab.nodes.map(
    ({ nodeid }) => new ExporterOnNode(lab, nodeid, { args: ['--collector.cpg_node_members'] }),
  );
  for (const exporter of exporters) await exporter.until(isUp, 10_000);
  const before = Date.now();
  pacemakers = lab.nodes.map(({ nodeid }) => new Pacemaker(lab, nodeid));
  for (const exporter of exporters) await exporter.until(hasAll(3), 40_000);
  console.info(`groups: Pacemaker on three nodes was complete after ${Date.now() - before} ms`);
});
afterAll(async () => {
  await Promise.all((pacemakers ?? []).map((pacemaker) => pacemaker.end()));
  await lab?.down();
});

test('each exporter shows the groups of Pacemaker by clean names, with a member on every node', async () => {
  for (const exporter of exporters) {
    const { body, value } = await exporter.scrape();
    for (const group of [...pacemakerGroups, 'corosync-exporter']) {
      expect(value(members(group)), group).toBe(3);
      expect(value(nodes(group)), group).toBe(3);
    }
    expect(body).not.toMatch(/\0|\\x00/);
    expect(value('corosync_exporter_collector_success{collector="cpg_groups"}')).toBe(1);
  }
});

test('the groups are those of corosync-cpgtool, and no more', async () => {
  const { stdout } = await lab.exec(2, 'corosync-cpgtool');
  const told = [...stdout.matchAll(/^(?!Group Name)(\S+)$/gm)].map(([, name]) => name?.replace(/(\\x00)+$/, '')).sort();
  const { body, value } = await at(2).scrape();
  const shown = [...body.matchAll(/^corosync_cpg_group_members\{group="(.*)"\}/gm)].map(([, name]) => name).sort();
  expect(shown).toEqual(told);
  expect(value('corosync_cpg_groups')).toBe(told.length);
});

test('a daemon that was killed is missed on that node everywhere, until Pacemaker starts it again', async () => {
  const pacemaker = pacemakers[2] as Pacemaker;
  const before = pacemaker.daemon('pacemaker-attrd');
  pacemaker.killDaemon('pacemaker-attrd');
  for (const exporter of exporters) {
    const { scrape } = await exporter.until(({ value }) => value(members('attrd')) === 2, 5_000);
    expect(scrape.value(nodes('attrd'))).toBe(2);
    expect(scrape.value(onNode('attrd', 3))).toBeUndefined();
    expect(scrape.value(onNode('attrd', 1))).toBe(1);
    expect(scrape.value(members('cib'))).toBe(3);
  }
  pacemaker.resume();
  for (const exporter of exporters) await exporter.until(hasAll(3), 15_000);
  expect(pacemaker.daemon('pacemaker-attrd')).not.toBe(before);
});

test('several processes of a node are one node, and counted by node', async () => {
  const children = [1, 1, 2].map((nodeid) => join(nodeid, 'crowd'));
  const { scrape } = await at(3).until(({ value }) => value(members('crowd')) === 3, 15_000);
  expect(scrape.value(nodes('crowd'))).toBe(2);
  expect(scrape.value(onNode('crowd', 1))).toBe(2);
  expect(scrape.value(onNode('crowd', 2))).toBe(1);
  expect(scrape.value(onNode('crowd', 3))).toBeUndefined();
  for (const child of children) child.kill('SIGKILL');
  const { scrape: after } = await at(3).until(({ value }) => value(members('crowd')) === undefined, 5_000);
  expect(after.body).not.toMatch(/crowd/);
});

test.each([
  ['bytes that are not printable', 'a\x01b\x7f\xff', 'a\\\\x01b\\\\x7f\\\\xff'],
  ['UTF-8', asBytes('größe ☂'), 'größe ☂'],
  ['UTF-8 with a control character', asBytes('é\n'), 'é\\\\x0a'],
  ['a backslash and quotes', 'c:\\"x"', 'c:\\\\x5c\\"x\\"'],
])('a name with %s is made fit for a label', async (_, group, label) => {
  const child = join(1, group);
  const { scrape } = await at(2)
    .until(({ value }) => value(members(label)) === 1, 15_000)
    .finally(() => child.kill());
  expect(scrape.value(onNode(label, 1))).toBe(1);
  expect(scrape.value(`corosync_cpg_stale_members{group="${label}",node_id="1",node="node1"}`)).toBe(0);
  await at(2).until(({ value }) => value(members(label)) === undefined, 5_000);
});

test('a node that is lost and comes back leaves no stale member, not for a moment', async () => {
  const stale: number[] = [];
  const counts = new Set<number | undefined>();
  let scrapes = 0;
  let watching = true;
  async function watch() {
    while (watching) {
      for (const exporter of [at(1), at(2)]) {
        const { body, value } = await exporter.scrape();
        for (const [, count] of body.matchAll(/^corosync_cpg_stale_members\{.*\} (\S+)$/gm)) stale.push(Number(count));
        counts.add(value(members('cib')));
        scrapes += 1;
      }
      await sleep(100);
    }
  }
  const watched = watch();
  try {
    await lab.kill(3);
    await lab.waitFor(1, [1, 2], { quorate: true });
    await sleep(3_000);
    const back = (pacemakers[2] as Pacemaker).end();
    await lab.start(3);
    await back;
    pacemakers[2] = new Pacemaker(lab, 3);
    await lab.waitFor(1, [1, 2, 3], { quorate: true });
    await sleep(4_000);
  } finally {
    watching = false;
    await watched;
  }
  await at(1).until(hasAll(3), 20_000);
  console.info(`groups: ${scrapes} scrapes, ${stale.length} stale_members series, members of cib ${[...counts]}`);
  expect(stale.length).toBeGreaterThan(100);
  expect(new Set(stale)).toEqual(new Set([0]));
  expect(counts).toContain(2);
});

/** A process on a node that is in a group until it is killed. */
function join(nodeid: number, group: string) {
  const args = ['--import', 'tsx', 'test/corosync/child.ts', 'join', group];
  return lab.spawn(nodeid, process.execPath, args, { stdio: 'ignore' });
}

/** The name as the library takes it: a character is a byte. */
function asBytes(name: string): string {
  return Buffer.from(name, 'utf8').toString('latin1');
}
