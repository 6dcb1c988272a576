import type { Reads } from '../../src/monitor/areas.ts';
import type { RecordedChange } from '../../src/monitor/changes.ts';
import type { State } from '../api/schema.ts';
import { assets } from './assets.ts';
import { connectionsSection } from './connections.ts';
import { eventsSection } from './events.ts';
import { groupsSection } from './groups.ts';
import { type Html, html } from './html.ts';
import { linksSection } from './links.ts';
import { nodesSection } from './nodes.ts';
import { type Off, offOf } from './off.ts';
import { type Verdict, verdictOf } from './verdict.ts';
import { qdeviceSection, votesSection } from './votes.ts';
import { moment, nameOf, notConfirmed, timeZone } from './words.ts';

/** What the page shows besides the cluster. */
export interface PageOptions {
  readonly telemetryPath: string;
  readonly version: string;
  /** What the collectors read that are switched on; without it, everything. */
  readonly reads?: Reads | undefined;
}

/** The page at `/`: the cluster as this node sees it now. */
export function page(state: State, changes: readonly RecordedChange[], options: PageOptions): string {
  const off = offOf(options.reads);
  const verdict = verdictOf(state, off);
  const viewer = state.local_node_id === null ? undefined : nameOf(state, state.local_node_id);
  const cluster = state.cluster?.name || 'Corosync';
  const title = [state.simulated ? 'SIMULATED' : '', verdict.word, cluster, viewer].filter(Boolean).join(' · ');
  // Paths are relative, so that the page works below another path of a proxy.
  return html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="stylesheet" href="${assets.style.path.slice(1)}">
<script src="${assets.script.path.slice(1)}" defer></script>
</head>
<body data-time="${state.time}">
<a class="skip" href="#details">Skip to the details</a>
<header id="top">
${state.simulated && simulated}<h1>${cluster}</h1>
<p>${viewer === undefined ? 'This node' : html`As <strong>${viewer}</strong> sees it`}, ${moment(state.time)} <span class="small">times are ${timeZone(state.time)}</span></p>
</header>
<main>
<div id="state" role="status" aria-live="polite" aria-atomic="true">
${verdictHtml(verdict)}</div>
<noscript><p class="small">Without JavaScript this page does not renew itself: <a href="">load it again</a>.</p></noscript>
<div id="details" class="grid" tabindex="-1">
<div>
${panel('nodes', 'Nodes', nodesSection(state, off))}${panel('links', 'Links', linksSection(state, off))}${panel('changes', 'Last changes', eventsSection(state, changes))}</div>
<div>
${rightSide(state, off)}</div>
</div>
<template id="lost">${verdictHtml(lost)}</template>
</main>
${footer(options)}</body>
</html>
`.text;
}

/** What is wrong with the connections comes first where nothing else can be told. */
function rightSide(state: State, off: Off): readonly Html[] {
  const connections = panel('connections', 'Connections to corosync', connectionsSection(state));
  const cluster = [
    panel('votes', 'Votes', votesSection(state, off)),
    panel('qdevice', 'Quorum device', qdeviceSection(state, off)),
    panel('groups', 'CPG groups', groupsSection(state, off)),
  ];
  const ring = panel('ring', 'Ring and configuration', ringSection(state));
  return state.up ? [...cluster, connections, ring] : [connections, ...cluster, ring];
}

const simulated = html`<p class="simulated">SIMULATED <span>Nothing on this page is a real cluster.</span></p>
`;

const lost: Verdict = {
  tone: 'unknown',
  word: 'No connection to the exporter',
  sentences: ['Nothing is confirmed. The page goes on trying and shows the cluster as soon as the exporter answers.'],
};

function verdictHtml({ tone, word, sentences }: Verdict): Html {
  return html`<div class="verdict ${tone}"><p class="word">${word}</p>
${sentences.map((sentence) => html`<p>${sentence}</p>\n`)}</div>
`;
}

function panel(id: string, title: string, content: Html): Html {
  return html`<section class="panel" aria-labelledby="${id}"><h2 id="${id}">${title}</h2>
${content}</section>
`;
}

function ringSection({ cluster, membership, quorum, configuration }: State): Html {
  const facts = configuration && cluster; // what is known of the cluster outlives corosync
  const rows: readonly (readonly [name: string, value: string | Html])[] = [
    ['Membership ring', membership === null ? notConfirmed : html`<code>${membership.ring.text}</code>`],
    ['Quorum ring', quorum === null ? notConfirmed : html`<code>${quorum.ring.text}</code>`],
    ['Transport', facts?.transport ?? notConfirmed],
    ['Encryption', facts ? `${facts.crypto_cipher} / ${facts.crypto_hash}` : notConfirmed],
    ['Config version', configuration === null ? notConfirmed : (configuration.version ?? 'none')],
  ];
  return html`<dl class="facts">
${rows.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>\n`)}</dl>`;
}

function footer({ telemetryPath, version }: PageOptions): Html {
  const links = [
    [telemetryPath, 'Metrics'],
    ['/api/v1/state', 'State (JSON)'],
    ['/api/v1/events', 'Events (JSON)'],
    ['/-/healthy', 'Healthy'],
    ['/-/ready', 'Ready'],
  ] as const;
  return html`<footer>
<nav aria-label="Exporter"><ul>
${links.map(([path, name]) => html`<li><a href="${path.slice(1)}">${name}</a></li>\n`)}</ul></nav>
<p>corosync-exporter ${version}</p>
</footer>
`;
}
