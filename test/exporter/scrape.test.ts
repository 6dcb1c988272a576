import { performance } from 'node:perf_hooks';
import { expect, test } from 'vitest';
import { collectors } from '../../exporter/collectors/index.ts';
import { type Collector, counter, gauge, type Sample, sample } from '../../exporter/collectors/metric.ts';
import { measureOwnProcess } from '../../exporter/own-process.ts';
import { createRender } from '../../exporter/scrape.ts';
import { build, fakeLog } from './fakes.ts';
import { healthy } from './snapshots.ts';

const first = gauge('corosync_first', 'One.', ['node_id']);
const total = counter('corosync_thing_total', 'Two.');

function collector(name: string, collect: () => Iterable<Sample>): Collector {
  return { name, enabledByDefault: true, metrics: [first, total], collect };
}

test('a failing collector drops its partial samples and leaves the others alone', async () => {
  const broken = collector('broken', function* () {
    yield sample(first, 1, { node_id: 1 });
    throw new Error('no luck');
  });
  const fine = collector('fine', () => [sample(total, 7n)]);
  const text = await createRender({ collectors: [broken, fine], build, log: fakeLog().log })(healthy, 'text');
  expect(text).not.toContain('corosync_first');
  expect(text).toContain('corosync_thing_total 7\n');
  expect(text).toContain('corosync_exporter_collector_success{collector="broken"} 0\n');
  expect(text).toContain('corosync_exporter_collector_success{collector="fine"} 1\n');
});

test('a failure is logged once, and its end once', async () => {
  let problem: string | undefined = 'no luck';
  const broken = collector('broken', () => {
    if (problem !== undefined) throw new Error(problem);
    return [];
  });
  const { log, lines } = fakeLog();
  const render = createRender({ collectors: [broken], build, log });
  for (const next of ['no luck', 'no luck', 'worse', undefined, undefined]) {
    problem = next;
    await render(healthy, 'text');
  }
  expect(lines).toEqual([
    'error Collector failed {"collector":"broken","err":"no luck"}',
    'error Collector failed {"collector":"broken","err":"worse"}',
    'info Collector works again {"collector":"broken"}',
  ]);
});

test.each([
  ['the same collector', [collector('a', () => [1, '1'].map((id) => sample(first, 1, { node_id: id })))]],
  ['another one', [collector('b', () => [sample(total, 1)]), collector('a', () => [sample(total, 1)])]],
])('a series that %s has yielded already fails the collector', async (_, two) => {
  const text = await createRender({ collectors: two, build, log: fakeLog().log })(healthy, 'text');
  expect(text).toContain('corosync_exporter_collector_success{collector="a"} 0\n');
});

test('text keeps _total after OpenMetrics was rendered, and the other way round', async () => {
  const render = createRender({ collectors, build, log: fakeLog().log, ownProcess: measureOwnProcess() });
  for (let round = 0; round < 2; round++) {
    const text = await render(healthy, 'text');
    expect(text).toMatch(/^# TYPE corosync_dispatches_total counter$/m);
    expect(text).toMatch(/^corosync_dispatches_total\{library="quorum"\} 120$/m);
    expect(text).toMatch(/^process_cpu_user_seconds_total /m);
    const openmetrics = await render(healthy, 'openmetrics');
    expect(openmetrics).toMatch(/^# TYPE corosync_dispatches counter$/m);
    expect(openmetrics).toMatch(/^corosync_dispatches_total\{library="quorum"\} 120$/m);
    expect(openmetrics).toMatch(/^process_cpu_user_seconds_total /m);
    expect(openmetrics).toMatch(/le="1.0"/);
    expect(openmetrics.endsWith('\n# EOF\n')).toBe(true);
  }
});

test('a label value is escaped', async () => {
  const odd = collector('odd', () => [sample(first, 1, { node_id: 'a"b\\c\nd' })]);
  const text = await createRender({ collectors: [odd], build, log: fakeLog().log })(healthy, 'text');
  expect(text).toContain('corosync_first{node_id="a\\"b\\\\c\\nd"} 1\n');
});

test('a missing or misspelt label does not compile', () => {
  // @ts-expect-error the label is missing
  sample(first, 1);
  // @ts-expect-error the label is misspelt
  sample(first, 1, { nodeid: 1 });
  // @ts-expect-error one label too many
  sample(first, 1, { node_id: 1, node: 'a' });
  // @ts-expect-error there are no labels
  sample(total, 1, { node_id: 1 });
});

test('a read that failed fails the collectors that need it, and no other', async () => {
  const { log, lines } = fakeLog();
  const render = createRender({ collectors, build, log });
  const failed = { ...healthy, areas: { ...healthy.areas, votes: { seconds: 0.25, error: 'CS_ERR_TRY_AGAIN' } } };
  const text = await render(failed, 'text');
  const unsuccessful = [...text.matchAll(/^corosync_exporter_collector_success\{collector="(\w+)"\} 0$/gm)];
  expect(unsuccessful.map(([, name]) => name)).toEqual(['votequorum', 'qdevice']);
  expect(text).not.toMatch(/^corosync_votequorum_/m);
  expect(text).toMatch(/^corosync_link_connected/m);
  await render(failed, 'text');
  expect(lines).toHaveLength(2);
});

test('the time of a collector is that of its reading and its rendering', async () => {
  const text = await createRender({ collectors, build, log: fakeLog().log })(
    { ...healthy, areas: { links: { seconds: 1.5, value: { nodes: [] } } } },
    'text',
  );
  const seconds = (name: string) =>
    Number(
      new RegExp(`^corosync_exporter_collector_duration_seconds\\{collector="${name}"\\} (.*)$`, 'm').exec(text)?.[1],
    );
  expect(seconds('links')).toBeGreaterThanOrEqual(1.5);
  expect(seconds('totem')).toBeLessThan(1);
});

test('a rendering costs less than 5 ms', async () => {
  const render = createRender({ collectors, build, log: fakeLog().log });
  const times: number[] = [];
  for (let round = 0; round < 200; round++) {
    const begin = performance.now();
    await render(healthy, 'text');
    times.push(performance.now() - begin);
  }
  // The fast ones: other tests run beside this one.
  expect(times.sort((a, b) => a - b)[20]).toBeLessThan(5);
});
