import { expect, test } from 'vitest';
import { ChangeLog } from '../../src/monitor/change-log.ts';
import { changeOf, formatRingId, type Liveness, livenessChange } from '../../src/monitor/changes.ts';
import { emptyHistory, record } from '../../src/monitor/history.ts';
import type { LaneEvent } from '../../src/monitor/lane-protocol.ts';

const ringId = { nodeid: 10, seq: 31n };
const keys = { 'nodelist.node.0.nodeid': 2, 'nodelist.node.0.name': 'b' };
const connected: LaneEvent = { kind: 'connected', library: 'quorum', provider: true };
const quorum = (quorate: boolean): LaneEvent => ({ kind: 'quorum', quorate, ringId, members: [1, 2] });
const nodelist: LaneEvent = { kind: 'nodelist', ringId, members: [1, 2], joined: [2], left: [3, 4] };
const refused = (code: number): LaneEvent => ({ kind: 'refused', library: 'cpg', call: 'cpg_model_initialize', code });
const lost: LaneEvent = { kind: 'lost', library: 'quorum', call: 'quorum_dispatch', code: 2 };
const configuration = (digest: number | undefined): LaneEvent => ({
  kind: 'configuration',
  configuration: { keys: { ...keys, 'totem.config_version': 8n }, digest },
});
const link = (state: boolean): LaneEvent => ({ kind: 'link', nodeid: 2, link: 1, connected: state });

/** The lines that a sequence of events is worth. */
function told(...events: LaneEvent[]): string[] {
  let history = emptyHistory;
  return events.flatMap((event) => {
    const change = changeOf(history, event);
    history = record(history, event, 0);
    if (change === undefined) return [];
    const fields = Object.entries(change.fields).map(([name, value]) => `${name}=${value}`);
    return [`${change.level} ${change.message} ${fields.join(' ')}`];
  });
}

test.each<[string, LaneEvent[], string[]]>([
  [
    'quorum that is lost and comes back is three lines',
    [quorum(true), quorum(true), quorum(false), quorum(true)],
    [
      'info Quorate members=1,2 ring=a.1f',
      'error Quorum lost members=1,2 ring=a.1f',
      'info Quorate members=1,2 ring=a.1f',
    ],
  ],
  ['a first view without quorum was not lost', [quorum(false)], ['error Not quorate members=1,2 ring=a.1f']],
  [
    'a quorum that differs after a reconnection is a line, one that does not is none',
    [quorum(true), lost, quorum(true), lost, quorum(false)],
    [
      'info Quorate members=1,2 ring=a.1f',
      'warn Lost connection to corosync library=quorum call=quorum_dispatch code=CS_ERR_LIBRARY',
      'warn Lost connection to corosync library=quorum call=quorum_dispatch code=CS_ERR_LIBRARY',
      'error Quorum lost members=1,2 ring=a.1f',
    ],
  ],
  [
    'the first membership is told without a change, the next ones with it',
    [connected, nodelist, nodelist],
    [
      'info Connected to corosync library=quorum',
      'info Membership members=1,2 ring=a.1f',
      'info Membership changed members=1,2 ring=a.1f joined=2 left=3,4',
    ],
  ],
  [
    'a refusal is told once for each code',
    [refused(2), refused(2), refused(11), refused(2)],
    ['CS_ERR_LIBRARY', 'CS_ERR_ACCESS', 'CS_ERR_LIBRARY'].map(
      (code) => `warn Cannot connect to corosync library=cpg call=cpg_model_initialize code=${code}`,
    ),
  ],
  [
    'a library that is missing is told once',
    [
      { kind: 'missing', library: 'cfg', message: 'install it' },
      { kind: 'missing', library: 'cfg', message: 'install it' },
    ],
    ['error Library not installed library=cfg err=install it'],
  ],
  [
    'links are told by node',
    [configuration(1), link(false), link(true)],
    ['warn Link down nodeid=2 node=b link=1', 'info Link up nodeid=2 node=b link=1'],
  ],
  [
    'a configuration is told when it differs, also across a restart, and not in the middle of a reload',
    [
      configuration(1),
      configuration(1),
      configuration(undefined),
      configuration(2),
      { ...lost, library: 'cmap' },
      configuration(3),
    ],
    [
      'info Configuration changed version=8',
      'warn Lost connection to corosync library=cmap call=quorum_dispatch code=CS_ERR_LIBRARY',
      'info Configuration changed version=8',
    ],
  ],
])('%s', (_, events, lines) => {
  expect(told(...events)).toEqual(lines);
});

test.each<[Liveness, Liveness, string | undefined]>([
  ['unknown', 'answering', undefined],
  ['answering', 'frozen', 'Corosync does not answer'],
  ['frozen', 'answering', 'Corosync answers again'],
  ['answering', 'syncing', 'Corosync is in its sync phase'],
  ['syncing', 'answering', 'Corosync answers again'],
])('from %s to %s is told as %s', (before, now, message) => {
  expect(livenessChange(before, now)?.message).toBe(message);
});

test('a ring id is printed as corosync does it', () => {
  expect(formatRingId({ nodeid: undefined, seq: 2n ** 63n })).toBe('?.8000000000000000');
});

const change = { kind: 'quorum', level: 'info', message: 'Quorate', fields: {} } as const;

test('the last five hundred changes are remembered, with numbers that go on', () => {
  const log = new ChangeLog();
  for (let i = 0; i < 600; i += 1) log.add(change, i);
  expect(log.changes).toHaveLength(500);
  expect(log.changes[0]).toEqual({ id: 101, time: 100, ...change });
  expect(log.changes.at(-1)?.id).toBe(600);
});

test('who listens hears of each change, until they no longer do', () => {
  const log = new ChangeLog();
  const heard: number[] = [];
  const stop = log.listen(({ id }) => heard.push(id));
  log.add(change, 1);
  stop();
  log.add(change, 2);
  expect(heard).toEqual([1]);
});
