import type { State } from '../api/schema.ts';
import { type Html, html } from './html.ts';
import { type Off, switchedOff } from './off.ts';
import { nameOf, notConfirmed, table, told } from './words.ts';

/** How many processes each node has in each CPG group. */
export function groupsSection(state: State, off: Off): Html {
  if (off.has('groups')) return switchedOff('The groups', 'cpg_groups');
  const { groups, nodes } = state;
  if (groups === null) return html`<p>The groups: ${notConfirmed}</p>`;
  if (groups.length === 0) return html`<p>No process is in a group.</p>`;
  const known = nodes.map(({ node_id }) => node_id);
  const others = groups.flatMap(({ members }) => members.map(({ node_id }) => node_id));
  const columns = [...new Set([...known, ...others])];
  const rows = groups.map(
    ({ name, members }) => html`<tr>
<th scope="row"><code>${name}</code></th>
${columns.map((nodeid) => html`<td class="number">${cell(members.find(({ node_id }) => node_id === nodeid))}</td>`)}
</tr>
`,
  );
  const stale = groups.some(({ members }) => members.some((member) => member.stale > 0));
  return html`${table('Processes in each CPG group', ['Group', ...columns.map((nodeid) => nameOf(state, nodeid))], rows)}
${stale && html`<p class="small">Stale: of a node that is not in the membership any more. Restart corosync there if it stays.</p>`}`;
}

type Member = NonNullable<State['groups']>[number]['members'][number];

function cell(member: Member | undefined): Html | string {
  if (member === undefined || member.processes === 0) return html`<span class="small">none</span>`;
  const { processes, stale } = member;
  return stale === 0 ? String(processes) : html`${processes} ${told('bad', `${stale} stale`)}`;
}
