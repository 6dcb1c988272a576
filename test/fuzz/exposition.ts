/** One series of an exposition. */
export interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const name = /[a-zA-Z_:][a-zA-Z0-9_:]*/y;
const label = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"/y;
const value = / ([+-]?Inf|[Nn]a[Nn]|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/y;

/** Reads an exposition of the text format strictly: what is not exactly as the format wants it is an error. */
export function parseExposition(text: string): readonly Series[] {
  if (!text.endsWith('\n')) throw new Error('no newline at the end');
  const seen = new Set<string>();
  return text
    .slice(0, -1)
    .split('\n')
    .filter((line) => line !== '' && !/^# (?:HELP|TYPE) [a-zA-Z_:][a-zA-Z0-9_:]* [^\n]+$/.test(line))
    .map((line) => {
      const series = parseLine(line);
      const id = JSON.stringify([series.name, Object.entries(series.labels).sort()]);
      if (seen.has(id)) throw new Error(`twice: ${line}`);
      seen.add(id);
      return series;
    });
}

function parseLine(line: string): Series {
  let at = 0;
  const take = (pattern: RegExp) => {
    pattern.lastIndex = at;
    const found = pattern.exec(line);
    if (found === null) throw new Error(`at ${at}: ${JSON.stringify(line)}`);
    at = pattern.lastIndex;
    return found;
  };
  const [metric] = take(name);
  const labels: Record<string, string> = {};
  for (let next = '{'; line[at] === next; next = ',') {
    at += 1;
    const [, key = '', content = ''] = take(label);
    if (key in labels) throw new Error(`label twice: ${JSON.stringify(line)}`);
    labels[key] = content.replace(/\\(.)/g, (_, character) => (character === 'n' ? '\n' : character));
  }
  if (Object.keys(labels).length > 0) take(/\}/y);
  const [, number = ''] = take(value);
  return { name: metric, labels, value: numberOf(number) };
}

function numberOf(text: string): number {
  if (text.endsWith('Inf')) return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return Number(text);
}
