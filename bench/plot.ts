import type { CellResult } from './measure-cell.ts';
import { mean, quantile } from './statistics.ts';

interface Line {
  readonly name: string;
  readonly color: string;
  readonly points: readonly (readonly [nodes: number, milliseconds: number])[];
}

// Colours that are readable on white and on black; the text follows the reader's scheme.
const colors = { ours: '#2f81f7', theirs: '#d9730d', tools: '#9a67e8', floor: '#7d8590' };
const size = { width: 930, height: 380, panel: 250, top: 56, bottom: 330 };

/** docs/benchmark.svg: time and CPU of a scrape by the number of nodes with two links, on logarithmic scales. */
export function plot(results: readonly CellResult[]): string {
  const twoLinks = results.filter(({ cell }) => cell.links === 2).sort((a, b) => a.cell.nodes - b.cell.nodes);
  const who = ['ours', 'theirs', 'tools', 'floor'] as const;
  const lines = (of: (measured: CellResult['floor']) => number): Line[] =>
    who.map((each) => ({
      name: twoLinks[0]?.[each].name ?? '',
      color: colors[each],
      points: twoLinks.map((result) => [result.cell.nodes, 1000 * of(result[each])]),
    }));
  const time = lines(({ wall }) => quantile(wall, 0.5));
  const cpu = lines((measured) => mean(measured.cpu) + Math.max(0, mean(measured.corosyncCpu)));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" font-family="system-ui, sans-serif" font-size="13">
<title>Time and CPU of a scrape by the number of nodes</title>
<style>
text { fill: #1f2328 } .axis { stroke: #8c959f; stroke-opacity: 0.35 } .muted { fill: #59636e }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .muted { fill: #9198a1 } }
</style>
${panel('Time of a scrape, median (ms)', time, 60)}
${panel('CPU of a scrape, corosync’s included (ms)', cpu, 500)}
</svg>
`;
}

function panel(title: string, lines: readonly Line[], left: number): string {
  const points = lines.flatMap((line) => line.points);
  const [lowest, highest] = [Math.min(...points.map(([, y]) => y)), Math.max(...points.map(([, y]) => y))];
  const decades = { from: Math.floor(Math.log10(lowest)), to: Math.ceil(Math.log10(highest)) };
  const nodes = [...new Set(points.map(([x]) => x))];
  const most = Math.max(...nodes);
  const x = (count: number) => left + (size.panel * count) / most;
  const y = (value: number) => {
    const part = (Math.log10(value) - decades.from) / (decades.to - decades.from);
    return size.bottom - part * (size.bottom - size.top);
  };
  const right = left + size.panel;
  const grid = Array.from({ length: decades.to - decades.from + 1 }, (_, step) => 10 ** (decades.from + step)).map(
    (value) =>
      `<line class="axis" x1="${left}" x2="${right}" y1="${y(value)}" y2="${y(value)}"/>` +
      `<text class="muted" x="${left - 6}" y="${y(value) + 4}" text-anchor="end">${value}</text>`,
  );
  const ticks = nodes.map(
    (count) => `<text class="muted" x="${x(count)}" y="${size.bottom + 18}" text-anchor="middle">${count}</text>`,
  );
  return [
    `<text x="${left - 30}" y="24" font-weight="600">${title}</text>`,
    ...grid,
    ...ticks,
    `<text class="muted" x="${left + size.panel / 2}" y="${size.bottom + 38}" text-anchor="middle">nodes, with 2 links</text>`,
    ...curves(lines, x, y, right),
  ].join('\n');
}

function curves(
  lines: readonly Line[],
  x: (nodes: number) => number,
  y: (value: number) => number,
  right: number,
): string[] {
  // Names beside the last points, at least a line apart.
  let above = Number.NEGATIVE_INFINITY;
  return [...lines]
    .sort((a, b) => (b.points.at(-1)?.[1] ?? 0) - (a.points.at(-1)?.[1] ?? 0))
    .flatMap(({ name, color, points }) => {
      above = Math.max(y(points.at(-1)?.[1] ?? 1), above + 16);
      const place = points.map(([nodes, value]) => [x(nodes).toFixed(1), y(value).toFixed(1)] as const);
      return [
        `<polyline points="${place.map((each) => each.join(',')).join(' ')}" fill="none" stroke="${color}" stroke-width="2"/>`,
        ...place.map(([cx, cy]) => `<circle cx="${cx}" cy="${cy}" r="3.5" fill="${color}"/>`),
        `<text x="${right + 10}" y="${(above + 4).toFixed(1)}" style="fill: ${color}">${name}</text>`,
      ];
    });
}
