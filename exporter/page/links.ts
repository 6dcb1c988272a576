import type { State } from '../api/schema.ts';
import { type Html, html } from './html.ts';
import { nodeHead } from './nodes.ts';
import { type Off, switchedOff } from './off.ts';
import { notConfirmed, span, table, told } from './words.ts';

type Node = State['nodes'][number];

/** Every link to every other node: whether it carries, and how fast. */
export function linksSection(state: State, off: Off): Html {
  if (off.has('links')) return switchedOff('The links', 'links');
  const others = state.nodes.filter(({ local }) => !local);
  const numbers = new Set(others.flatMap(linkNumbers));
  if (others.length === 0 && state.nodes.length > 0) return html`<p>There is no other node.</p>`;
  if (numbers.size === 0) return html`<p>The links: ${notConfirmed}</p>`;
  const columns = [...numbers].sort((a, b) => a - b);
  const rows = others.map(
    (node) => html`<tr>
<th scope="row">${nodeHead(state, node)}</th>
${columns.map((link) => html`<td>${cell(node, link)}</td>\n`)}</tr>
`,
  );
  return html`${table('Links to each node', ['To', ...columns.map((link) => `Link ${link}`)], rows)}
<p class="small">Latency: the mean of knet's pings over this link, there and back.</p>`;
}

function linkNumbers({ links, addresses }: Node): number[] {
  return [...(links ?? []), ...addresses].map(({ link }) => link);
}

function cell({ links, addresses }: Node, number: number): Html {
  const address = addresses.find(({ link }) => link === number)?.address;
  const where = address === undefined ? '' : html`<br><span class="small">${address}</span>`;
  const link = links?.find((one) => one.link === number);
  if (link === undefined) return links === null ? html`${notConfirmed}${where}` : html`<span class="small">none</span>`;
  if (!link.enabled) return html`${told('unknown', 'not in use')}${where}`;
  if (!link.connected) return html`${told('bad', 'down')}${where}`;
  const { latency_seconds: latency } = link;
  return html`${told('good', 'up')}${latency !== null && html` <span class="number">${span(latency)}</span>`}${where}`;
}
