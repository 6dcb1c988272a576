import type { Snapshot } from '../src/monitor/snapshot.ts';

/** The page at `/`: what is seen now, and where to go. */
export function landingPage(
  snapshot: Snapshot,
  { telemetryPath, version }: { readonly telemetryPath: string; readonly version: string },
): string {
  const title = 'Corosync exporter';
  const rows = facts(snapshot).map(
    ([name, value]) => `<tr><th>${escapeHtml(name)}</th><td>${escapeHtml(value)}</td></tr>`,
  );
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${title}${snapshot.simulated ? ' (SIMULATED)' : ''}</title>
<style>body { font: 1em/1.5 sans-serif; margin: 2em } th { text-align: left; padding-right: 2em; font-weight: normal }</style>
</head>
<body>
<h1>${title}</h1>
${snapshot.simulated ? '<p><strong>SIMULATED: nothing on this page is a real cluster.</strong></p>\n' : ''}<table>
${rows.join('\n')}
</table>
<p><a href="${escapeHtml(telemetryPath)}">Metrics</a> · <a href="/-/healthy">Healthy</a> · <a href="/-/ready">Ready</a></p>
<p>Version ${escapeHtml(version)}</p>
</body>
</html>
`;
}

function facts(snapshot: Snapshot): readonly (readonly [name: string, value: string])[] {
  const { cluster, localNodeid, quorum, membership } = snapshot;
  const name = (nodeid: number) => {
    const configured = cluster?.nodes.find((node) => node.nodeid === nodeid)?.name;
    return configured ? `${nodeid} (${configured})` : String(nodeid);
  };
  const unknown = 'not confirmed';
  return [
    ['Corosync', snapshot.up ? 'answers' : 'does not answer'],
    ['Cluster', cluster?.name ?? unknown],
    ['This node', localNodeid === undefined ? unknown : name(localNodeid)],
    ['Quorate', quorum === undefined ? unknown : yesNo(quorum.quorate)],
    ['Members', membership?.members.map(name).join(', ') ?? unknown],
    ['Ring id', membership === undefined ? unknown : printRingId(membership.ringId)],
    ['Sync in progress', snapshot.syncInProgress === undefined ? unknown : yesNo(snapshot.syncInProgress)],
    ...snapshot.libraries.map((library) => [`lib${library.name}`, connection(library)] as const),
  ];
}

/** As corosync prints it: CS_PRI_RING_ID. */
function printRingId({ nodeid, seq }: { readonly nodeid: number | undefined; readonly seq: bigint }): string {
  return `${nodeid === undefined ? '?' : nodeid.toString(16)}.${seq.toString(16)}`;
}

function connection({ connected, missing, error }: Snapshot['libraries'][number]): string {
  if (connected) return 'connected';
  if (missing !== undefined) return `not loaded: ${missing}`;
  return error === undefined ? 'not connected' : `not connected: ${error.call} returned ${error.code}`;
}

function yesNo(value: boolean): string {
  return value ? 'yes' : 'no';
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
