/** What corosync counts from its own start: it falls when corosync is restarted. */
const ofCorosync = /^corosync_(link|knet|totem|service_messages)_|^corosync_ipc_connections_closed_total/;
/** The counters by which transitions are told must not vanish either. */
const essential = /^corosync_(library_connects|quorum|membership)_/;
const line =
  /^([a-zA-Z_:][\w:]*)(?:\{(?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\.)*",?)*\})? (Na[Nn]|[+-]Inf|[+-]?[\d.]+(?:e[+-]?\d+)?)$/;

/** Reads one exposition after the other, and tells the first thing that is wrong with each. */
export class Exposition {
  #counters = new Map<string, number>();

  /** `overtaken`: a newer one was read before, so that counters may be lower. */
  read(body: string, overtaken: boolean): { problem: string | undefined; values: Map<string, number> } {
    const types = new Map<string, string>();
    const values = new Map<string, number>();
    const counters = new Map<string, number>();
    let problem = body.endsWith('\n') ? undefined : 'the last line is not complete';
    for (const text of body.split('\n')) {
      if (text === '') continue;
      if (text.startsWith('#')) {
        const [, name, type] = /^# TYPE (\S+) (\S+)$/.exec(text) ?? [];
        if (name !== undefined && type !== undefined) types.set(name, type);
        continue;
      }
      const [, name, value] = line.exec(text) ?? [];
      if (name === undefined || value === undefined) {
        problem ??= `not a sample: ${text.slice(0, 100)}`;
        continue;
      }
      const series = text.slice(0, text.lastIndexOf(' '));
      if (values.has(series)) problem ??= `twice: ${series}`;
      values.set(series, Number(value));
      if (isCounter(types, name) && !ofCorosync.test(name)) counters.set(series, Number(value));
    }
    if (!values.has('corosync_up')) problem ??= 'no corosync_up';
    if (!overtaken) {
      problem ??= this.#fallen(counters);
      for (const [series, value] of counters) this.#counters.set(series, value);
    }
    return { problem, values };
  }

  #fallen(counters: ReadonlyMap<string, number>): string | undefined {
    for (const [series, before] of this.#counters) {
      const now = counters.get(series);
      if (now === undefined ? essential.test(series) : now < before) return `fell: ${series} from ${before} to ${now}`;
    }
    return undefined;
  }
}

function isCounter(types: ReadonlyMap<string, string>, name: string): boolean {
  if (types.get(name) === 'counter') return true;
  const [, histogram] = /^(.*)_(?:bucket|count|sum)$/.exec(name) ?? [];
  return histogram !== undefined && types.get(histogram) === 'histogram';
}
