import { advantage, judge } from './goals.ts';
import { growth } from './growth.ts';
import type { CellResult } from './measure-cell.ts';
import type { Memory } from './memory.ts';
import type { Cell } from './options.ts';
import type { Measured } from './rounds.ts';
import { mean, ratios, summary } from './statistics.ts';

/** The results as Markdown: goals, then each cluster, growth, and where the time goes. */
export function tables(results: readonly CellResult[], bare: Memory): string {
  return [
    goals(results, bare),
    ratioTable(results),
    figures(results),
    growthTable(results),
    lanes(results),
    anatomy(results),
  ]
    .filter((section) => section !== '')
    .join('\n');
}

function goals(results: readonly CellResult[], bare: Memory): string {
  const rows = judge(results, bare).map(({ goal, measured, met, floor }) => [
    goal,
    measured,
    met === undefined ? '' : met ? 'met' : '**not met**',
    floor ?? '',
  ]);
  const note = `The floor of time and CPU is the same calls made from C: what it lacks of a goal, no program makes up that makes these calls one
after the other. That of memory is Node.js with the same flags, an express server that compresses, and two threads with
koffi, which do nothing.
`;
  return `## Goals\n\n${table(['goal', 'measured', '', 'the floor'], rows)}\n${note}`;
}

function ratioTable(results: readonly CellResult[]): string {
  const rows = results.flatMap(({ cell, ours, theirs, tools }) =>
    [theirs, tools].map((other) => {
      const { time, cpu } = advantage(other, ours);
      const pairs = ratios(other.wall, ours.wall);
      const whole = (each: Measured) => mean(each.cpu) + mean(each.corosyncCpu);
      return [
        name(cell),
        other.name,
        `**${time.toFixed(1)}**`,
        `${pairs.low.toFixed(1)} … ${pairs.median.toFixed(1)} … ${pairs.high.toFixed(1)}`,
        `**${cpu.toFixed(1)}**`,
        (whole(other) / whole(ours)).toFixed(1),
      ];
    }),
  );
  const head = ['cluster', 'against', 'time', 'turn by turn (p10 … p50 … p90)', 'CPU', 'CPU with corosync’s'];
  return `## How often this exporter goes into the others\n\n${table(head, rows)}`;
}

function figures(results: readonly CellResult[]): string {
  const rows = results.flatMap(({ cell, ours, theirs, tools, floor }) => [
    [name(cell), ...figuresOf(ours), String(ours.series), memory(ours.memory)],
    ['', ...figuresOf(theirs), String(theirs.series), memory(theirs.memory)],
    ['', ...figuresOf(tools), '', ''],
    ['', ...figuresOf(floor), '', ''],
  ]);
  const head = [
    'cluster',
    'who',
    'time p50',
    'p90',
    'after others p50',
    'CPU',
    'corosync’s CPU',
    'bytes',
    'series',
    'PSS, first to last',
  ];
  const idle = results.find((each) => each.idle !== undefined)?.idle;
  const percent = (part: number) => `${(100 * part).toFixed(2)} %`;
  const note =
    idle === undefined
      ? ''
      : `\nNot scraped for ${idle.seconds} s, after 45 s without a scrape: ${percent(idle.ours)} of a core for this exporter, ${percent(idle.theirs)} for ha_cluster_exporter, ${percent(idle.corosync)} for corosync itself.\n`;
  return `## Figures of a scrape\n\nMilliseconds, bytes and MB.\n\n${table(head, rows)}${note}`;
}

function figuresOf(measured: Measured): string[] {
  const wall = summary(measured.wall);
  return [
    measured.name,
    ms(wall.p50),
    ms(wall.p90),
    ms(summary(measured.wallAfterOthers).p50),
    ms(mean(measured.cpu)),
    ms(mean(measured.corosyncCpu)),
    measured.bytes === 0 ? '' : String(measured.bytes),
  ];
}

function memory(samples: readonly Memory[]): string {
  const megabytes = (sample: Memory | undefined) => ((sample?.pssAlone ?? Number.NaN) / 1e6).toFixed(0);
  return `${megabytes(samples[0])} to ${megabytes(samples.at(-1))}`;
}

function growthTable(results: readonly CellResult[]): string {
  const rows = growth(results).map(({ of, time, cpu, floorTime, series }) => [
    of,
    ms(time),
    ms(cpu),
    ms(floorTime),
    series.toFixed(1),
  ]);
  const head = ['one more', 'time', 'CPU', 'time of the floor', 'series'];
  return rows.length === 0 ? '' : `## Growth\n\nMilliseconds a scrape.\n\n${table(head, rows)}`;
}

function lanes(results: readonly CellResult[]): string {
  const rows = results.flatMap(({ cell, anatomy: { lanes: each } }) =>
    each.map(({ lane, calls, seconds, nativeSeconds, floorSeconds, ratio }) => [
      name(cell),
      lane,
      String(calls),
      ms(seconds),
      ms(nativeSeconds),
      ms(floorSeconds),
      `${ratio.low.toFixed(1)} … **${ratio.median.toFixed(1)}** … ${ratio.high.toFixed(1)}`,
    ]),
  );
  const head = ['cluster', 'lane', 'calls', 'time', 'in the calls', 'floor', 'above the floor (p10 … p50 … p90)'];
  return `## The lanes above the floor\n\nThe two run side by side: a scrape waits for the longer one, and that is what the goal is about. *In the calls* is of
a run of its own, in which each call is timed.\n\n${table(head, rows)}`;
}

function anatomy(results: readonly CellResult[]): string {
  const columns = results.map(({ cell }) => name(cell));
  const rows = (of: 'parts' | 'threads') =>
    (results[0]?.anatomy[of] ?? []).map(([label], row) => [
      label,
      ...results.map(({ anatomy: each }) => ms(each[of][row]?.[1] ?? Number.NaN)),
    ]);
  return `## Where a scrape’s time goes

Milliseconds from the request’s head to the last byte sent, of the middle half of the scrapes:

${table(['time', ...columns], rows('parts'))}
${table(['CPU of the thread', ...columns], rows('threads'))}`;
}

function name({ nodes, links }: Cell): string {
  return `${nodes} nodes, ${links} links`;
}

function ms(seconds: number): string {
  const value = 1000 * seconds;
  return value.toFixed(Math.abs(value) < 1 ? 3 : Math.abs(value) < 10 ? 2 : 1);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`;
  return `${line(head)}|${head.map(() => '---|').join('')}\n${rows.map(line).join('')}`;
}
