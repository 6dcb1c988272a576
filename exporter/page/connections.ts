import type { State } from '../api/schema.ts';
import { type Html, html } from './html.ts';
import { meaningOf } from './remedies.ts';
import { heldAfter } from './verdict.ts';
import { libraryName, moment, span, table, told } from './words.ts';

type Library = State['libraries'][number];

/** How the exporter stands with corosync: each connection, what is wrong with it, and what to do. */
export function connectionsSection(state: State): Html {
  const rows = state.libraries.map(
    (library) => html`<tr>
<th scope="row"><code>${libraryName(library.library)}</code></th>
<td>${connection(state, library)}</td>
<td class="when">${library.confirmed !== null && moment(library.confirmed, state.time)}</td>
</tr>
`,
  );
  const notes = state.libraries.flatMap(noteOf);
  return html`${table('Connections to corosync', ['Library', 'Connection', 'Last confirmed'], rows)}
${remarks(notes)}
${heldWords(state)}`;
}

function connection({ quorum, up, lanes }: State, { library, connected, missing, error }: Library): Html {
  if (missing !== null) return told('bad', 'not installed');
  if (error !== null) return html`${told('bad', 'not connected')} <code>${error.name}</code>`;
  if (!connected) {
    const unused = library === 'votequorum' && quorum?.provider_configured === false;
    return unused ? told('unknown', 'not in use') : told('warn', 'not connected yet');
  }
  const held = lanes.find(({ lane }) => lane === (library === 'votequorum' ? 'votequorum' : 'services'));
  if (held !== undefined && held.held_seconds > heldAfter) return told('warn', 'connected, no answer');
  return up ? told('good', 'connected') : told('unknown', 'connected, nothing confirmed');
}

interface Note {
  readonly libraries: readonly string[];
  readonly title: string;
  readonly text: readonly (string | Html)[];
}

function noteOf({ library, missing, error }: Library): Note[] {
  if (missing !== null) {
    const text = [`${missing}. The exporter finds it within half a minute.`];
    return [{ libraries: [library], title: 'Library missing', text }];
  }
  if (error === null) return [];
  const { meaning, remedy } = meaningOf(error.name);
  const call = html`<code>${error.call}</code> returned <code>${error.name}</code> (${error.code}): ${meaning}`;
  return [{ libraries: [library], title: error.name, text: [call, ...remedy] }];
}

/** Each cause once, however many connections it concerns. */
function remarks(notes: readonly Note[]): Html | undefined {
  const byTitle = new Map<string, Note>();
  for (const note of notes) {
    const key = note.title === 'Library missing' ? String(note.text[0]) : note.title;
    const known = byTitle.get(key);
    byTitle.set(key, known ? { ...known, libraries: [...known.libraries, ...note.libraries] } : note);
  }
  if (byTitle.size === 0) return undefined;
  return html`<div class="remedies"><h3>What to do</h3>
${[...byTitle.values()].map(
  ({ libraries, text }) => html`<p class="small">${libraries.map(libraryName).join(', ')}</p>
${text.map((one) => (typeof one === 'string' ? html`<p>${one}</p>\n` : html`<div>${one}</div>\n`))}`,
)}</div>`;
}

function heldWords({ lanes }: State): Html | undefined {
  const held = lanes.filter(({ held_seconds }) => held_seconds > heldAfter);
  const restarted = lanes.filter(({ restarts }) => restarts > 0);
  if (held.length + restarted.length === 0) return undefined;
  return html`${held.map(
    ({ lane, held_seconds }) =>
      html`<p>Corosync has kept the lane <code>${lane}</code> waiting for ${span(held_seconds)}.</p>\n`,
  )}${restarted.map(
    ({ lane, restarts }) =>
      html`<p>The lane <code>${lane}</code> had to be started again ${restarts} times: see the log.</p>\n`,
  )}`;
}
