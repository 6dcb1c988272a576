/** What libquorum told the observer (observer.c); times are unix seconds, rings as corosync prints them. */
export type Observed =
  | { readonly kind: 'connected' | 'lost'; readonly time: number }
  | { readonly kind: 'quorum'; readonly time: number; readonly ring: string; readonly quorate: boolean }
  | View;

/** A membership, and who came and went. */
export interface View {
  readonly kind: 'nodelist';
  readonly time: number;
  readonly ring: string;
  readonly members: readonly number[];
  readonly joined: readonly number[];
  readonly left: readonly number[];
}

/** A line of the exporter's log, in which each transition is one. */
export interface Told {
  readonly time: number;
  readonly message: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** What corosync's own log says. */
export type Logged =
  | { readonly kind: 'ring'; readonly time: number; readonly ring: string }
  | { readonly kind: 'component'; readonly time: number; readonly quorate: boolean }
  | {
      readonly kind: 'link';
      readonly time: number;
      readonly node: number;
      readonly link: number;
      readonly up: boolean;
    };

/** Reads a line of the exporter's log; undefined for what is not logfmt. */
export function readTold(line: string): Told | undefined {
  const fields: Record<string, string> = {};
  for (const [, key = '', quoted, plain] of line.matchAll(/([\w.-]+)=(?:"((?:[^"\\]|\\.)*)"|(\S*))/g)) {
    fields[key] = quoted ?? plain ?? '';
  }
  const { ts, msg, ...rest } = fields;
  if (ts === undefined || msg === undefined) return undefined;
  return { time: Date.parse(ts) / 1000, message: msg, fields: rest };
}

/** Reads corosync's log; it has no year, and the local time of this machine. */
export function readLogged(text: string, year = new Date().getFullYear()): Logged[] {
  return text.split('\n').flatMap((line) => {
    const [, date, rest = ''] = /^(\w{3} +\d+ [\d:.]+) (.*)$/.exec(line) ?? [];
    if (date === undefined) return [];
    const time = Date.parse(date.replace(/^(\w+ +\d+)/, `$1 ${year}`)) / 1000;
    const logged = readMessage(rest);
    return logged === undefined || Number.isNaN(time) ? [] : [{ time, ...logged } as Logged];
  });
}

function readMessage(text: string): Omit<Logged, 'time'> | undefined {
  const [, ring] = /\[TOTEM \] A new membership \((\S+)\) was formed/.exec(text) ?? [];
  if (ring !== undefined) return { kind: 'ring', ring } as Omit<Logged, 'time'>;
  const [, component] = /\[QUORUM\] This node is within the (primary|non-primary) component/.exec(text) ?? [];
  if (component !== undefined) {
    return { kind: 'component', quorate: component === 'primary' } as Omit<Logged, 'time'>;
  }
  const [, node, link, state] = /\[KNET {2}\] (?:rx|link): host: (\d+) link: (\d+) is (up|down)/.exec(text) ?? [];
  if (state === undefined) return undefined;
  return { kind: 'link', node: Number(node), link: Number(link), up: state === 'up' } as Omit<Logged, 'time'>;
}
