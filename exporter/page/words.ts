import type { State } from '../api/schema.ts';
import { type Html, html } from './html.ts';

/** How something is: told by a word, and by a mark of this kind beside it. */
export type Tone = 'good' | 'warn' | 'bad' | 'unknown' | 'plain';

/** A word with its mark. */
export const told = (tone: Tone, word: string): Html => html`<span class="told ${tone}">${word}</span>`;

/** What stands for everything that corosync has not confirmed. */
export const notConfirmed = told('unknown', 'not confirmed');

/** How a node is called: its name in the nodelist, or its nodeid. */
export function nameOf({ nodes }: State, nodeid: number): string {
  const { name } = nodes.find((node) => node.node_id === nodeid) ?? { name: '' };
  return name === '' ? `node ${nodeid}` : name;
}

/** A library as its file is called; one of libcmap's connections is to the statistics. */
export const libraryName = (library: string): string => `lib${library.replace('_', ' ')}`;

/** `1 vote`, `2 votes`. */
export const count = (number: number, thing: string): string => `${number} ${thing}${number === 1 ? '' : 's'}`;

/** `a, b and c` */
export function list(words: readonly string[]): string {
  return words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

/**
 * A moment in this server's time, without the date if that is the day of `now`, and how long ago it was, where there is a
 * script.
 */
export function moment(seconds: number, now?: number): Html {
  const iso = new Date(seconds * 1000).toISOString();
  const [day, time] = localTime(seconds);
  const text = now !== undefined && localTime(now)[0] === day ? time : `${day} ${time}`;
  return html`<time datetime="${iso}">${text}</time> <span class="ago" data-time="${seconds}"></span>`;
}

/** `2026-11-21` and `17:18:56`, in the time zone of this process. */
function localTime(seconds: number): [day: string, time: string] {
  const date = new Date(seconds * 1000);
  const two = (part: number) => String(part).padStart(2, '0');
  return [
    [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-'),
    [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':'),
  ];
}

/** The time zone of this process then: `UTC+01:00`. */
export function timeZone(seconds: number): string {
  const minutes = -new Date(seconds * 1000).getTimezoneOffset();
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  const two = (part: number) => String(part).padStart(2, '0');
  return minutes === 0 ? 'UTC' : `UTC${minutes < 0 ? '-' : '+'}${two(hours)}:${two(rest)}`;
}

/** A short span of time: `0.21 ms`, `3.2 s`. */
export function span(seconds: number): string {
  if (seconds >= 60) return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
  if (seconds >= 1) return `${seconds.toFixed(1)} s`;
  return `${Number((seconds * 1000).toPrecision(3))} ms`;
}

/** A table that scrolls by itself where it is too wide for the screen. */
export function table(label: string, head: readonly string[], rows: readonly Html[]): Html {
  return html`<div class="scroll" role="group" aria-label="${label}" tabindex="0"><table>
<thead><tr>${head.map((title) => html`<th scope="col">${title}</th>`)}</tr></thead>
<tbody>
${rows}</tbody>
</table></div>
`;
}
