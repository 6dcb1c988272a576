import type { Life } from './run.ts';
import type { Logged, Told } from './witnesses.ts';

/** The exporter looks at the links each second: a state that lasts this long in seconds must have been told. */
const surely = 2.5;
const slack = 0.5;

type LinkLine = Logged & { readonly kind: 'link' };
type Values = { readonly time: number; readonly values: Readonly<Record<string, number>> };

/** What corosync's log and the exporter say of the links. */
export interface LinkComparison {
  /** Changes in corosync's log while the exporter was connected. */
  changes: number;
  /** Of these, the ones whose state lasted long enough to be told with its time; and those that were. */
  lasting: number;
  told: number;
  /** corosync_link_downs_total and _ups_total, compared with the log at the end of each corosync. */
  compared: number;
  readonly missed: string[];
  readonly invented: string[];
}

/** Compares life by life; `end` is when the last answer came. */
export function compareLinks(
  lives: readonly Life[],
  logged: readonly Logged[],
  told: readonly Told[],
  values: readonly Values[],
  end: number,
): LinkComparison {
  const result: LinkComparison = { changes: 0, lasting: 0, told: 0, compared: 0, missed: [], invented: [] };
  for (const [index, life] of lives.entries()) {
    const ending = life.ending ?? end;
    const within = ({ time }: { time: number }) => time >= life.start && time <= ending;
    const lines = logged.filter((one): one is LinkLine => one.kind === 'link').filter(within);
    const ours = told.filter(within);
    const name = `corosync ${index + 1}`;
    for (const node of [2, 3]) {
      for (const link of [0, 1]) {
        const of = (one: LinkLine) => one.node === node && one.link === link;
        compareStates(result, `${name}: link ${link} of node ${node}`, lines.filter(of), ours, { node, link, ending });
        compareCounts(result, `${name}: `, lines.filter(of), values.findLast(within), { node, link, ending });
      }
    }
  }
  return result;
}

interface Place {
  readonly node: number;
  readonly link: number;
  readonly ending: number;
}

function compareStates(
  result: LinkComparison,
  name: string,
  lines: readonly LinkLine[],
  ours: readonly Told[],
  { node, link, ending }: Place,
): void {
  const connected = ours.find(({ message, fields }) => message.startsWith('Connected') && fields.library === 'cfg');
  if (connected === undefined) return; // missed elsewhere: the exporter was not connected at all
  const mine = ours.filter(
    ({ message, fields }) =>
      message.startsWith('Link ') && Number(fields.nodeid) === node && Number(fields.link) === link,
  );
  for (const [index, { time, up }] of lines.entries()) {
    if (time <= connected.time + slack) continue;
    result.changes += 1;
    const until = lines[index + 1]?.time ?? ending;
    if (until - time < surely) continue;
    result.lasting += 1;
    const message = up ? 'Link up' : 'Link down';
    if (mine.some((one) => one.message === message && one.time >= time - slack && one.time <= time + surely)) {
      result.told += 1;
    } else if (!hidden(lines, index, connected.time)) {
      result.missed.push(`${name} ${up ? 'up' : 'down'} at ${new Date(1000 * time).toISOString()}`);
    } else {
      result.lasting -= 1;
    }
  }
  for (const { time, message } of mine) {
    const up = message === 'Link up';
    const states = [{ time: 0, up: false }, ...lines];
    const was = states.some((one, index) => {
      const until = states[index + 1]?.time ?? Number.POSITIVE_INFINITY;
      return one.up === up && one.time <= time + slack && until >= time - surely;
    });
    if (!was) result.invented.push(`${name}: ${message} at ${new Date(1000 * time).toISOString()}`);
  }
}

/** Whether the state before lasted so short that two looks in a row may have seen the same. */
function hidden(lines: readonly LinkLine[], index: number, connected: number): boolean {
  const before = lines[index - 1]?.time ?? connected;
  return (lines[index]?.time ?? 0) - Math.max(before, connected) < surely;
}

/** knet counts a link as gone down once when it is made. */
function compareCounts(
  result: LinkComparison,
  name: string,
  lines: readonly LinkLine[],
  last: Values | undefined,
  { node, link, ending }: Place,
): void {
  if (last === undefined) return; // no scrape in this life
  for (const [what, up, first] of [
    ['ups', true, 0],
    ['downs', false, 1],
  ] as const) {
    const series = `corosync_link_${what}_total{node_id="${node}",node="node${node}",link="${link}"}`;
    const value = last.values[series];
    const all = lines.filter((one) => one.up === up);
    const [most, least] = [all.length, all.filter(({ time }) => time < ending - slack).length];
    result.compared += 1;
    if (value === undefined || value < least + first) {
      result.missed.push(`${name}${series} is ${value} at its end, corosync's log has ${least} (first value ${first})`);
    } else if (value > most + first) {
      result.invented.push(
        `${name}${series} is ${value} at its end, corosync's log has ${most} (first value ${first})`,
      );
    }
  }
}
