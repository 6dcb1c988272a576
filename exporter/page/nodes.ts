import type { State } from '../api/schema.ts';
import { type Html, html } from './html.ts';
import { absent, type Off } from './off.ts';
import { nameOf, notConfirmed, table, told } from './words.ts';

type Node = State['nodes'][number];

/** Who is there, in the view of the local node. */
export function nodesSection(state: State, off: Off): Html {
  const { nodes, local_node_id: local } = state;
  const viewer = local === null ? '' : ` as ${nameOf(state, local)} sees them`;
  if (nodes.length === 0) return html`<p>The nodes: ${notConfirmed}</p>`;
  const head = ['Node', 'Membership', 'Quorum view', 'Votequorum', 'Votes', 'Over links'];
  const rows = nodes.map(
    (node) => html`<tr>
<th scope="row">${nodeHead(state, node)}</th>
<td>${flag(node.in_membership, ['member', 'missing']) ?? notConfirmed}</td>
<td>${flag(node.in_quorum_view, ['counted', 'not counted']) ?? notConfirmed}</td>
<td>${votequorum(node.votequorum_state) ?? absent(off, 'votes')}</td>
<td class="number">${node.votes ?? absent(off, 'votes')}</td>
<td>${node.local ? 'this node' : (flag(node.reachable, ['reached', 'not reached']) ?? absent(off, 'links'))}</td>
</tr>
`,
  );
  return table(`Nodes${viewer}`, head, rows);
}

/** A node's name with what else it is known by. */
export function nodeHead(state: State, { node_id, local, configured, name }: Node): Html {
  return html`<span class="name">${nameOf(state, node_id)}</span>${
    name === '' ? '' : html` <span class="small">nodeid ${node_id}</span>`
  }${local && html` <span class="tag">this node</span>`}${!configured && html` <span class="tag">not in the nodelist</span>`}`;
}

function flag(value: boolean | null, [yes, no]: readonly [string, string]): Html | undefined {
  if (value === null) return undefined;
  return value ? told('good', yes) : told('bad', no);
}

function votequorum(value: Node['votequorum_state']): Html | undefined {
  if (value === null) return undefined;
  return told(value === 'member' ? 'good' : value === 'leaving' ? 'warn' : 'bad', value);
}
