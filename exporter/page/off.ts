import type { Reads } from '../../src/monitor/areas.ts';
import { type Html, html } from './html.ts';
import { notConfirmed, told } from './words.ts';

const shown = ['votes', 'links', 'groups'] as const;

/** Of what the page shows, that which no collector reads: nobody knows it, however well corosync answers. */
export type Off = ReadonlySet<(typeof shown)[number]>;

/** What is off where this is read; nothing, where that is not told. */
export function offOf(reads: Reads | undefined): Off {
  return new Set(reads === undefined ? [] : shown.filter((area) => reads[area] === undefined));
}

/** What stands for a value that is not there. */
export function absent(off: Off, area: (typeof shown)[number]): Html {
  return off.has(area) ? told('unknown', 'off') : notConfirmed;
}

/** What stands for a part of the page that is off, with the way to switch it on. */
export function switchedOff(what: string, collector: string): Html {
  return html`<p>${what}: ${told('unknown', 'off')}</p>
<p class="small">Not collected: the collector <code>${collector}</code> is switched off. Switch it on with <code>--collector.${collector}</code>,
or with <code>${collector}: true</code> below <code>collectors:</code> in the configuration file, and start the exporter anew.</p>`;
}
