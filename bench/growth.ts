import type { CellResult } from './measure-cell.ts';
import { mean, quantile } from './statistics.ts';

/** What one more of something costs this program a scrape. */
export interface Growth {
  readonly of: string;
  /** Seconds. */
  readonly time: number;
  readonly cpu: number;
  readonly floorTime: number;
  readonly series: number;
}

interface Point {
  readonly x: number;
  readonly time: number;
  readonly cpu: number;
  readonly floorTime: number;
  readonly series: number;
}

/** The slopes of straight lines through the clusters with two links, and between two that differ in their links only. */
export function growth(results: readonly CellResult[]): Growth[] {
  const twoLinks = results.filter(({ cell }) => cell.links === 2);
  const other = results.find(({ cell }) => cell.links !== 2);
  const same = other && twoLinks.find(({ cell }) => cell.nodes === other.cell.nodes);
  const perNode =
    twoLinks.length < 2
      ? []
      : [
          slopes(
            'node (with 2 links)',
            twoLinks.map((each) => point(each, each.cell.nodes)),
          ),
        ];
  const toOthers = ({ cell }: CellResult) => (cell.nodes - 1) * cell.links;
  const pair = other === undefined || same === undefined ? [] : [same, other];
  const links = pair.map((each) => point(each, toOthers(each)));
  const perLink = links.length === 0 ? [] : [slopes('link to a node', links)];
  return [...perNode, ...perLink];
}

function point({ ours, floor }: CellResult, x: number): Point {
  return {
    x,
    time: quantile(ours.wall, 0.5),
    cpu: mean(ours.cpu),
    floorTime: quantile(floor.wall, 0.5),
    series: ours.series,
  };
}

function slopes(of: string, points: readonly Point[]): Growth {
  const slope = (y: (point: Point) => number) => {
    const [middleX, middleY] = [mean(points.map(({ x }) => x)), mean(points.map(y))];
    const above = points.reduce((sum, each) => sum + (each.x - middleX) * (y(each) - middleY), 0);
    return above / points.reduce((sum, { x }) => sum + (x - middleX) ** 2, 0);
  };
  return {
    of,
    time: slope(({ time }) => time),
    cpu: slope(({ cpu }) => cpu),
    floorTime: slope(({ floorTime }) => floorTime),
    series: slope(({ series }) => series),
  };
}
