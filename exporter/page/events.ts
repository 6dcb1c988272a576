import type { RecordedChange } from '../../src/monitor/changes.ts';
import type { State } from '../api/schema.ts';
import { type Html, html } from './html.ts';
import { libraryName, list, moment, nameOf, type Tone, told } from './words.ts';

/** How many of the last changes are shown; the API has more. */
const shown = 30;

/** The last changes, newest first. */
export function eventsSection(state: State, changes: readonly RecordedChange[]): Html {
  if (changes.length === 0) return html`<p>None since the exporter was started.</p>`;
  const rows = together(changes.slice(-shown)).reverse();
  const more =
    changes.length > shown &&
    html`<p class="small">The last ${shown} of ${changes.length}: <a href="api/v1/events">all as JSON</a>.</p>`;
  return html`<ol class="changes">
${rows.map(
  (row) => html`<li><span>${moment(row[0].time, state.time)}</span>
${told(tones[row[0].level], row[0].message)}
<span>${row[0].kind === 'connection' ? connections(row) : row.map((change) => details(state, change)).join('; ')}</span></li>
`,
)}</ol>
${more}`;
}

const tones: Readonly<Record<RecordedChange['level'], Tone>> = { info: 'plain', warn: 'warn', error: 'bad' };

type Changes = readonly [RecordedChange, ...RecordedChange[]];

/** What happens to several connections or links at once is one thing to a person. */
function together(changes: readonly RecordedChange[]): Changes[] {
  const rows: Changes[] = [];
  for (const change of changes) {
    const last = rows.at(-1);
    const several = change.kind === 'connection' || change.kind === 'link';
    if (several && last && last[0].message === change.message && change.time - last[0].time < 1) {
      rows[rows.length - 1] = [...last, change];
    } else rows.push([change]);
  }
  return rows;
}

/** The libraries by what became of them. */
function connections(changes: Changes): string {
  const byOutcome = new Map<string, string[]>();
  for (const { fields } of changes) {
    const { library, code, err } = fields;
    const outcome = String(code ?? err ?? '');
    byOutcome.set(outcome, [...(byOutcome.get(outcome) ?? []), libraryName(String(library))]);
  }
  return [...byOutcome]
    .map(([outcome, libraries]) => list(libraries) + (outcome === '' ? '' : `: ${outcome}`))
    .join('; ');
}

/** The fields of a change as a person reads them; one that is not known here is shown as it is. */
function details(state: State, { fields }: RecordedChange): string {
  const { nodeid, node, link, joined, left, members, ...others } = fields;
  const names = (label: string, nodeids: string | number | undefined) =>
    nodeids === undefined || nodeids === ''
      ? []
      : [
          `${label} ${list(
            String(nodeids)
              .split(',')
              .map((id) => nameOf(state, Number(id))),
          )}`,
        ];
  const to = nodeid === undefined ? '' : ` to ${node || nameOf(state, Number(nodeid))}`;
  return [
    ...(link === undefined ? [] : [`link ${link}${to}`]),
    ...names('joined:', joined),
    ...names('left:', left),
    ...names('members:', members),
    ...Object.entries(others).map(([name, value]) => `${name} ${value}`),
  ].join(', ');
}
