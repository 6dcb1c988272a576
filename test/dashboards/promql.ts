import { parser } from '@prometheus-io/lezer-promql';

/** One selector in an expression. */
export interface Selector {
  readonly metric: string;
  /** Its matchers as written. */
  readonly matchers: readonly string[];
  /** The functions and aggregations that it is in, the innermost first. */
  readonly within: readonly string[];
}

/** A range in square brackets and the function that is called on it. */
export interface Range {
  readonly call: string;
  readonly range: string;
}

/** Grafana's variables where PromQL has a duration. */
const durations = /\$__(?:rate_interval|range|interval)/g;

/** What an expression is made of; throws where it is not PromQL. */
export function parse(expression: string): {
  readonly selectors: readonly Selector[];
  readonly ranges: readonly Range[];
} {
  const ranges = [...expression.matchAll(/(\w+)\((?:[^()[\]]|\{[^}]*\})*\[([^\]]+)\]/g)].map(
    ([, call = '', range = '']) => ({ call, range }),
  );
  const text = expression.replace(durations, '5m');
  const selectors: Selector[] = [];
  const cursor = parser.parse(text).cursor();
  do {
    const { type, from, to, node } = cursor;
    if (type.isError) throw new Error(`Not PromQL at ${from} of ${text}`);
    if (type.name !== 'VectorSelector') continue;
    const name = node.getChild('Identifier');
    const matchers: string[] = [];
    node
      .getChild('LabelMatchers')
      ?.cursor()
      .iterate(({ type, from, to }) => {
        if (type.name === 'UnquotedLabelMatcher') matchers.push(text.slice(from, to));
      });
    const within: string[] = [];
    for (let outer = node.parent; outer !== null; outer = outer.parent) {
      const called = outer.getChild('FunctionIdentifier') ?? outer.getChild('AggregateOp');
      if (called !== null) within.push(text.slice(called.from, called.to));
    }
    selectors.push({ metric: name === null ? text.slice(from, to) : text.slice(name.from, name.to), matchers, within });
  } while (cursor.next());
  return { selectors, ranges };
}
