import { describe, expect, test } from 'vitest';
import { stateOf } from '../../../exporter/api/state.ts';
import { flags } from '../../../exporter/flags.ts';
import { page } from '../../../exporter/page/page.ts';
import type { Reads } from '../../../src/monitor/areas.ts';
import type { RecordedChange } from '../../../src/monitor/changes.ts';
import type { LibraryState, Snapshot } from '../../../src/monitor/snapshot.ts';
import { blank, down, frozen, healthy, sync } from '../snapshots.ts';
import { alone, whole } from './states.ts';

const options = { telemetryPath: '/metrics', version: '1.2.3' };
const render = (snapshot: Snapshot, changes: readonly RecordedChange[] = [], reads?: Reads) =>
  page(stateOf(snapshot), changes, { ...options, reads });

/** The text of the page's part with this heading, without the marks. */
function part(text: string, heading: string): string {
  const section = text.split('<section ').find((one) => one.includes(`>${heading}</h2>`)) ?? '';
  return plain(section.slice(section.indexOf('</h2>'), section.indexOf('</section>')));
}

/** The rows of that part's table, their cells parted by bars. */
const rows = (text: string, heading: string) => {
  const section = text.split('<section ').find((one) => one.includes(`>${heading}</h2>`)) ?? '';
  return section
    .split('<tr>')
    .slice(2)
    .map((row) => plain(row.slice(0, row.indexOf('</tr>')).replace(/<\/t[hd]>\s*<t[hd]/g, ' | <td')));
};

const plain = (text: string) =>
  text
    .replace(/<[^>]*>/g, '')
    .replace(/\s+/g, ' ')
    .trim();

const change = (id: number, more: Partial<RecordedChange>): RecordedChange => ({
  ...{ id, time: healthy.time - 100 + id, kind: 'link', level: 'warn', message: 'Link down', fields: {} },
  ...more,
});

describe('healthy', () => {
  const text = render(whole);

  test('says who is there, in whose view', () => {
    expect(text).toContain('<title>Quorate · hacluster · node1</title>');
    expect(text).toContain('aria-label="Nodes as node1 sees them"');
    expect(rows(text, 'Nodes')).toEqual([
      'node1 nodeid 1 this node | member | counted | member | 1 | this node',
      'node2 nodeid 2 | member | counted | member | 1 | reached',
      'node3 nodeid 3 | member | counted | member | 2 | reached',
    ]);
  });

  test('shows each link with its latency', () => {
    expect(rows(text, 'Links')).toEqual([
      'node2 nodeid 2 | up 0.212 ms192.0.2.2 | up 0.213 ms198.51.100.2',
      'node3 nodeid 3 | up 0.212 ms192.0.2.3 | up 0.213 ms198.51.100.3',
    ]);
  });

  test('shows votes, quorum device, groups, rings', () => {
    expect(part(text, 'Votes')).toMatch(/^5 of 5 votes, 3 needed 2 more votes may be lost wait_for_all/);
    expect(part(text, 'Quorum device')).toMatch(/^Qdevice, 1 vote/);
    expect(rows(text, 'Quorum device')[1]).toBe('node2 nodeid 2 | alive | not cast');
    expect(rows(text, 'CPG groups')).toEqual(['corosync-exporter | 1 | 1 | 1', 'crmd | 1 | none | 1']);
    expect(part(text, 'Ring and configuration')).toContain('Quorum ring1.4b8 Transportknet');
    expect(part(text, 'Connections to corosync')).not.toContain('What to do');
    expect(text).not.toContain('not confirmed');
    expect(text).not.toContain('SIMULATED');
  });

  test('points to everything else below the path that it is served at', () => {
    for (const path of ['metrics', 'api/v1/state', 'api/v1/events', '-/healthy', '-/ready']) {
      expect(text).toContain(`<a href="${path}">`);
    }
    expect(text).toContain('corosync-exporter 1.2.3');
    expect(text).not.toMatch(/(?:href|src)="(?:\/|https?:)/);
  });

  test('has no script or style of its own, for the policy forbids them', () => {
    expect(text).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?! src=)/);
  });
});

test('a partition: who is missing, links down without a latency, stale processes', () => {
  const text = render(alone);
  expect(text).toContain('<title>Not quorate · hacluster · node1</title>');
  expect(rows(text, 'Nodes')[2]).toBe('node3 nodeid 3 | missing | not counted | dead | 2 | not reached');
  expect(rows(text, 'Links')[0]).toBe('node2 nodeid 2 | down192.0.2.2 | down198.51.100.2');
  expect(rows(text, 'CPG groups')[1]).toBe('crmd | 1 | none | 1 1 stale');
  expect(part(text, 'CPG groups')).toContain('not in the membership any more');
});

test('a member that the nodelist lacks is told as such', () => {
  const membership = { ringId: { nodeid: 1, seq: 1n }, members: [1, 2, 3, 9] };
  expect(rows(render({ ...whole, membership }), 'Nodes')[3]).toBe(
    'node 9 not in the nodelist | member | not counted | not confirmed | not confirmed | not confirmed',
  );
});

describe('frozen', () => {
  const text = render(frozen);

  test('claims nothing of what was true before', () => {
    expect(rows(text, 'Nodes')[0]).toBe(`node1 nodeid 1 this node${' | not confirmed'.repeat(4)} | this node`);
    expect(rows(text, 'Links')[0]).toBe('node2 nodeid 2 | not confirmed192.0.2.2 | not confirmed198.51.100.2');
    for (const heading of ['Votes', 'Quorum device', 'CPG groups']) {
      expect(part(text, heading)).toMatch(/: not confirmed$/);
    }
    expect(part(text, 'Ring and configuration').match(/not confirmed/g)).toHaveLength(5);
  });

  test('says that corosync holds the connections, and for how long', () => {
    expect(part(text, 'Connections to corosync')).toContain('libquorum connected, no answer');
    expect(part(text, 'Connections to corosync')).toContain('the lane services waiting for 12.5 s');
  });
});

describe('a collector that is switched off', () => {
  const areas = { ...whole.areas, votes: undefined, links: undefined, groups: undefined };
  const readsAll: Reads = { votes: [], links: [], groups: [] };

  test('is told as off, with the way to switch it on, in place of not confirmed', () => {
    const text = render({ ...whole, areas }, [], {});
    expect(text).not.toContain('not confirmed');
    for (const [heading, what, collector] of [
      ['Votes', 'The votes', 'votequorum'],
      ['Quorum device', 'The quorum device', 'qdevice'],
      ['Links', 'The links', 'links'],
      ['CPG groups', 'The groups', 'cpg_groups'],
    ] as const) {
      const told = part(text, heading);
      expect(told).toMatch(new RegExp(`^${what}: off Not collected`));
      expect(told).toContain(`--collector.${collector},`);
      expect(told).toContain(`${collector}: true below collectors:`);
    }
    expect(rows(text, 'Nodes')[1]).toBe('node2 nodeid 2 | member | counted | off | off | off');
    expect(text).toContain('<p>The votes are not collected.</p>');
    expect(text).toContain('<title>Quorate · ');
  });

  test('leaves the others as they are, also while nothing is confirmed', () => {
    const { votes: _, ...reads } = readsAll;
    const text = render(frozen, [], reads);
    expect(part(text, 'Votes')).toMatch(/^The votes: off/);
    expect(part(text, 'CPG groups')).toBe('The groups: not confirmed');
    expect(rows(text, 'Nodes')[1]).toBe('node2 nodeid 2 | not confirmed | not confirmed | off | off | not confirmed');
  });

  test('has a flag of that name', () => {
    const named = [...render({ ...whole, areas }, [], {}).matchAll(/--collector\.\w+/g)].map(String);
    expect(named).toHaveLength(4);
    expect(flags.map(({ name }) => name)).toEqual(expect.arrayContaining(named));
  });

  test('what is read but not there is not confirmed, not off', () => {
    const text = render({ ...whole, areas }, [], readsAll);
    expect(part(text, 'Votes')).toBe('The votes: not confirmed');
    expect(text).not.toContain('>off<');
  });
});

test('the sync phase: votes and quorum are there, what waits is not confirmed', () => {
  const text = render(sync);
  expect(text).toContain('Corosync is in its sync phase');
  expect(part(text, 'Votes')).toMatch(/^5 of 5 votes/);
  expect(part(text, 'CPG groups')).toMatch(/not confirmed$/);
  expect(part(text, 'Connections to corosync')).toContain('libvotequorum connected');
});

describe('what to do about a connection', () => {
  const failing = (code: number): Snapshot => ({
    ...down,
    libraries: down.libraries.map((library): LibraryState => ({ ...library, error: { call: 'x_initialize', code } })),
  });

  test.each([
    [2, 'CS_ERR_LIBRARY', 'systemctl status corosync'],
    [11, 'CS_ERR_ACCESS', '/etc/corosync/uidgid.d/corosync-exporter'],
    [6, 'CS_ERR_TRY_AGAIN', 'too busy'],
    [8, 'CS_ERR_NO_MEMORY', '/dev/shm'],
    [12, 'CS_ERR_NOT_EXIST', '--ipc host'],
    [77, 'CS_ERR_77', 'journalctl -u corosync'],
  ])('%d is %s, told once for all: %s', (code, name, remedy) => {
    const told = part(render(failing(code)), 'Connections to corosync');
    expect(told).toContain(`libquorum not connected ${name}`);
    expect(told).toContain('libquorum, libcpg, libcmap, libcmap stats, libcfg, libvotequorum');
    expect(told.split(remedy)).toHaveLength(2);
  });

  test('the drop-in is the one that is shipped', async () => {
    const { readFileSync } = await import('node:fs');
    const shipped = readFileSync(new URL('../../../config/uidgid.d/corosync-exporter', import.meta.url), 'utf8');
    expect(render(failing(11))).toContain(shipped.slice(shipped.indexOf('uidgid')));
  });

  test('it comes before what cannot be told then', () => {
    const order = (text: string) => text.indexOf('id="connections"') - text.indexOf('id="votes"');
    expect(order(render(down))).toBeLessThan(0);
    expect(order(render(whole))).toBeGreaterThan(0);
  });

  test('a library that is missing comes with its package', () => {
    const told = part(render(blank), 'Connections to corosync');
    expect(told).toContain('libquorum not installed');
    expect(told.match(/install it\./g)).toHaveLength(1);
  });

  test('votequorum is not in use where there is no provider', () => {
    const libraries = whole.libraries.map((library) =>
      library.name === 'votequorum' ? { ...library, connected: false } : library,
    );
    const quorum = whole.quorum && { ...whole.quorum, provider: false };
    const text = render({ ...whole, libraries, quorum });
    expect(part(text, 'Connections to corosync')).toContain('libvotequorum not in use');
    expect(part(text, 'Votes')).toContain('there is no quorum provider');
  });
});

describe('the last changes', () => {
  test('newest first, with names; what happens to several at once is one', () => {
    const down = (id: number, nodeid: number, link: number) =>
      change(id, { time: healthy.time - 50, fields: { nodeid, node: '', link } });
    const lost = (id: number, library: string) => {
      const fields = { library, call: `${library}_dispatch`, code: 'CS_ERR_LIBRARY' };
      return change(id, { time: healthy.time - 9, kind: 'connection', message: 'Lost connection to corosync', fields });
    };
    const text = render(whole, [
      down(1, 2, 0),
      down(2, 2, 1),
      change(3, {
        kind: 'membership',
        message: 'Membership changed',
        fields: { members: '1,3', joined: '', left: '2', ring: '1.4bc' },
      }),
      lost(4, 'quorum'),
      lost(5, 'cmap_stats'),
    ]);
    const items = part(text, 'Last changes').split(/(?=\d\d:\d\d:\d\d)/);
    expect(items.map((item) => item.slice(9).trim())).toEqual([
      'Lost connection to corosync libquorum and libcmap stats: CS_ERR_LIBRARY',
      'Membership changed left: node2, members: node1 and node3, ring 1.4bc',
      'Link down link 0 to node2; link 1 to node2',
    ]);
  });

  test('of many the last, with the way to all', () => {
    const many = Array.from({ length: 40 }, (_, id) => change(id, { kind: 'quorum', fields: { id } }));
    const told = part(render(whole, many), 'Last changes');
    expect(told).toContain('The last 30 of 40: all as JSON');
    expect(told).not.toContain('id 9 ');
    expect(part(render(whole), 'Last changes')).toContain('None since the exporter was started.');
  });

  test('one of another day has its date', () => {
    const text = render(whole, [change(1, { time: healthy.time - 3 * 86_400 })]);
    expect(part(text, 'Last changes')).toMatch(/^2023-11-1\d /);
    expect(text).toContain('<time datetime="2023-11-11T22:15:00.000Z">');
  });
});

test('a simulation says so in big letters and in the title', () => {
  const text = render({ ...whole, simulated: true });
  expect(text).toContain('<title>SIMULATED · ');
  expect(text).toContain('<p class="simulated">SIMULATED <span>Nothing on this page is a real cluster.</span></p>');
});

test('whatever a name holds, it is text', () => {
  const hostile = `"><script>alert('1')</script><img src=x onerror=alert(1)>&amp;\`\u202e\u0007`;
  const cluster = healthy.cluster && {
    ...healthy.cluster,
    name: hostile,
    transport: hostile,
    nodes: healthy.cluster.nodes.map((node) => ({
      ...node,
      name: hostile,
      addresses: [{ link: 0, address: hostile }],
    })),
  };
  const votes = healthy.areas.votes?.value && { ...healthy.areas.votes.value, qdeviceName: hostile };
  const text = page(
    stateOf({
      ...alone,
      cluster,
      areas: {
        ...alone.areas,
        groups: { seconds: 0, value: [{ name: hostile, members: { 1: 1 } }] },
        votes: votes && { seconds: 0, value: votes },
      },
      libraries: blank.libraries.map((library) => ({ ...library, missing: hostile })),
    }),
    [
      change(1, { message: hostile, fields: { node: hostile, nodeid: 2, link: 0, [hostile]: hostile } }),
      change(2, { kind: 'connection', message: hostile, fields: { library: hostile, err: hostile } }),
    ],
    { telemetryPath: `/${hostile}`, version: hostile },
  );
  expect(text).not.toMatch(/<script(?! src="assets)|<img|onerror=alert\(1\)>|&amp;/);
  expect(['`', '\u202e', '\u0007'].filter((char) => text.includes(char))).toEqual([]);
  expect(text.match(/&#60;script&#62;alert\(&#39;1&#39;\)&#60;\/script&#62;/g)?.length).toBeGreaterThan(15);
  expect(text.match(/\\u\{202e\}\\u\{7\}/g)?.length).toBeGreaterThan(15);
});

test('what is known of nothing says no more', () => {
  const text = render(blank);
  expect(part(text, 'Nodes')).toBe('The nodes: not confirmed');
  expect(part(text, 'Links')).toBe('The links: not confirmed');
  expect(part(text, 'Last changes')).toBe('None since the exporter was started.');
});
