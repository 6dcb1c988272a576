// A process that abuses exporters of its host: a line of JSON on stdin is what to begin with, `?` is answered by a line of
// JSON, what became of each so far, and so is `.`, which ends them all.
import { createInterface } from 'node:readline';
import { Abuse, type AbuseOptions } from './abuses.ts';

let running: Abuse[] = [];
for await (const line of createInterface({ input: process.stdin })) {
  if (line !== '?' && line !== '.') {
    running.push(new Abuse(JSON.parse(line) as AbuseOptions));
    continue;
  }
  process.stdout.write(`${JSON.stringify(running.map(({ damage }) => damage))}\n`);
  if (line === '?') continue;
  for (const abuse of running) abuse.stop();
  running = [];
}
