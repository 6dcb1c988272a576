import { parse, stringify } from 'yaml';
import { parseDuration } from '../../exporter/duration.ts';

/** What is shortened; ranges in the expressions stay, and so does how often a notification is repeated. */
const shortened = ['scrape_interval', 'evaluation_interval', 'interval', 'for', 'group_wait', 'group_interval'];

/** A configuration or rule file for a drill in which time runs `scale` times as fast; with 1 it is the file as it is. */
export function scaled(file: string, scale: number): string {
  if (scale === 1) return file;
  return stringify(parse(file), (key, value) => {
    if (shortened.includes(String(key))) return milliseconds(duration(value) / scale);
    if (key === 'scrape_timeout') return milliseconds(timeout(duration(value), scale));
    return value;
  });
}

/** Below two seconds the exporter could not wait for its own probe, and these shared cores would miss scrapes. */
function timeout(timeout: number, scale: number): number {
  const interval = (3 * timeout) / scale; // as shipped, 5 s of 15 s
  return Math.min(interval, Math.max(timeout / scale, 2_000));
}

const milliseconds = (duration: number): string => `${Math.max(1, Math.round(duration))}ms`;

function duration(text: unknown): number {
  const milliseconds = parseDuration(text);
  if (milliseconds === undefined) throw new Error(`${JSON.stringify(text)} is no duration`);
  return milliseconds;
}
