// A process of its own on the exporter's node: scrapes at an even rate, on a connection of its own and on a kept one in
// turns, checks every answer, and tells one JSON object a line of each. `scraper.ts RATE`; SIGTERM ends it.
import { Agent, request } from 'node:http';
import { Exposition } from './exposition.ts';

/** What is told of a scrape; `values` only when one of them is another than before. */
export interface ScrapeReport {
  /** When the answer was complete, in unix seconds. */
  readonly time: number;
  /** How long it took, in milliseconds. */
  readonly took: number;
  /** Whether it said that corosync is up. */
  readonly up?: boolean;
  readonly problem?: string;
  readonly values?: Readonly<Record<string, number>>;
}

/** The series by which transitions are counted. */
const followed =
  /^corosync_(up|quorum_transitions_total|membership_(changes|node_joins|node_leaves)_total|link_(ups|downs)_total)\b/;
const rate = Number(process.argv[2]);
const deadline = 10_000;
const kept = new Agent({ keepAlive: true });
const exposition = new Exposition();
let told = '';
let newest = 0;
let sent = 0;
let pending = 0;
let ended = false;
const begin = performance.now();

process.on('SIGTERM', () => {
  ended = true;
  finish();
});
next();

/** The schedule does not wait for answers. */
function next(): void {
  if (ended) return;
  const due = begin + (1000 * sent) / rate;
  if (performance.now() >= due) {
    sent += 1;
    pending += 1;
    scrape(sent % 2 === 0)
      .then(tell)
      .finally(() => {
        pending -= 1;
        finish();
      });
  }
  setTimeout(next, Math.max(0, begin + (1000 * sent) / rate - performance.now()));
}

function finish(): void {
  if (ended && pending === 0) kept.destroy(); // nothing is left to wait for
}

function tell(report: ScrapeReport): void {
  console.log(JSON.stringify(report));
}

async function scrape(keepAlive: boolean): Promise<ScrapeReport> {
  const start = performance.now();
  const answer = await get(keepAlive).catch((error: unknown) => ({ problem: String(error) }));
  const time = Date.now() / 1000;
  const took = performance.now() - start;
  if ('problem' in answer) return { time, took, problem: answer.problem };
  if (answer.status !== 200) return { time, took, problem: `status ${answer.status}` };
  const overtaken = start < newest; // two at a time: the older answer tells nothing about falling counters
  newest = Math.max(newest, start);
  const { problem, values } = exposition.read(answer.body, overtaken);
  const shown = overtaken ? {} : Object.fromEntries([...values].filter(([series]) => followed.test(series)));
  const text = JSON.stringify(shown);
  const changed = !overtaken && text !== told;
  if (changed) told = text;
  const up = values.get('corosync_up') === 1;
  return { time, took, up, ...(problem === undefined ? {} : { problem }), ...(changed ? { values: shown } : {}) };
}

function get(keepAlive: boolean): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const agent = keepAlive ? kept : new Agent();
    const sent = request({ host: '127.0.0.1', port: 15405, path: '/metrics', agent }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
      response.on('error', reject);
    });
    sent.setTimeout(deadline, () => sent.destroy(new Error(`no answer within ${deadline} ms`)));
    sent.on('error', reject);
    sent.end();
  });
}
