import type { State } from '../api/schema.ts';
import { type Html, html } from './html.ts';
import { nodeHead } from './nodes.ts';
import { type Off, switchedOff } from './off.ts';
import { marginWords } from './verdict.ts';
import { count, notConfirmed, table, told } from './words.ts';

type Votes = NonNullable<State['votes']>;

/** The votes there are against those that are needed. */
export function votesSection({ votes, quorum }: State, off: Off): Html {
  if (quorum?.provider_configured === false) return html`<p>Nobody counts votes: there is no quorum provider.</p>`;
  if (off.has('votes')) return switchedOff('The votes', 'votequorum');
  if (votes === null) return html`<p>The votes: ${notConfirmed}</p>`;
  const margin = votes.total - votes.quorum;
  const { expected, highest_expected: highest } = votes;
  return html`<p class="figure"><strong>${votes.total}</strong> of ${count(expected, 'vote')}, <strong>${votes.quorum}</strong> needed</p>
${bar(votes)}
<p>${told(margin > 0 ? 'good' : margin === 0 ? 'warn' : 'bad', marginWords(margin))}</p>
${
  highest !== expected &&
  html`<p>${told('warn', 'expected votes differ')}: this node expects ${expected}, the highest that a node expects is ${highest}.</p>`
}${
  votes.flags.length > 0 &&
  html`<dl>
${votes.flags.map((flag) => html`<div><dt><code>${flag}</code></dt><dd>${flags[flag] ?? ''}</dd></div>\n`)}</dl>`
}`;
}

/** The quorum device as each node sees it. */
export function qdeviceSection(state: State, off: Off): Html {
  const { votes, quorum, nodes } = state;
  if (quorum?.provider_configured === false) return html`<p>None: there is no quorum provider.</p>`;
  if (off.has('votes')) return switchedOff('The quorum device', 'qdevice');
  if (votes === null) return html`<p>The quorum device: ${notConfirmed}</p>`;
  const registered = nodes.filter(({ qdevice }) => qdevice?.registered);
  if (votes.qdevice === null && registered.length === 0) return html`<p>None is registered.</p>`;
  const { name, votes: own } = votes.qdevice ?? { name: 'Not registered on this node', votes: 0 };
  const rows = nodes.map(
    (node) => html`<tr>
<th scope="row">${nodeHead(state, node)}</th>
${qdeviceCells(node.qdevice)}</tr>
`,
  );
  return html`<p><strong>${name}</strong>, ${count(own, 'vote')}</p>
${table('Quorum device by node', ['Node', 'Device', 'Vote'], rows)}`;
}

function qdeviceCells(device: State['nodes'][number]['qdevice']): Html {
  if (device === null) return html`<td>${notConfirmed}</td><td>${notConfirmed}</td>`;
  if (!device.registered) return html`<td>${told('warn', 'not registered')}</td><td>none</td>`;
  const wins = device.master_wins ? ', master wins' : '';
  return html`<td>${device.alive ? told('good', 'alive') : told('bad', 'does not answer')}</td><td>${
    device.cast_vote ? told('good', `cast${wins}`) : told('warn', `not cast${wins}`)
  }</td>`;
}

/** One square a vote, the needed ones up to the mark: for the eye only, the words beside it say the same. */
function bar({ expected, total, quorum }: Votes): Html | undefined {
  const squares = Math.max(expected, total, quorum);
  if (squares > 64 || squares < 1) return undefined;
  const [side, step] = [14, 18];
  const width = squares * step + 6;
  const cells = Array.from({ length: squares }, (_, index) => {
    const x = index * step + (index >= quorum ? 6 : 0);
    return html`<rect class="${index < total ? 'there' : 'gone'}" x="${x + 1}" y="5" width="${side}" height="${side}"/>`;
  });
  const mark = quorum * step + 1;
  return html`<svg class="bar" viewBox="0 0 ${width} 24" width="${width}" height="24" aria-hidden="true" focusable="false">${cells}<path class="mark" d="M${mark} 0V24"/></svg>`;
}

/** votequorum(5) */
const flags: Readonly<Record<string, string>> = {
  two_node: 'one of two nodes is enough',
  wait_for_all: 'after a start, no quorum until all nodes have been there at once',
  last_man_standing: 'the expected votes follow when nodes are lost',
  auto_tie_breaker: 'of two equal halves one stays quorate',
  allow_downscale: 'the expected votes go down when nodes leave in order',
};
