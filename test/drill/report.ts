import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Fault, faults } from './faults.ts';
import { limit } from './limits.ts';
import type { Result, Row } from './trial.ts';

/** A result with what has to be known about it. */
interface Kept extends Result {
  readonly date: string;
  readonly scale: number;
  readonly versions: string;
}

/** Of each fault, the last result as shipped, and the last one with time scaled. */
type Results = Record<string, { unscaled?: Kept; scaled?: Kept }>;

const data = fileURLToPath(new URL('../../docs/alert-drill.json', import.meta.url));
const output = fileURLToPath(new URL('../../docs/alert-drill.md', import.meta.url));

/** Keeps a result beside those of other runs, and writes docs/alert-drill.md of all that there are. */
export function keep(fault: Fault, result: Result, scale: number, versions: string): void {
  const results: Results = existsSync(data) ? JSON.parse(readFileSync(data, 'utf8')) : {};
  const kept = { date: new Date().toISOString().slice(0, 10), scale, versions, ...result };
  results[fault.name] = { ...results[fault.name], [scale === 1 ? 'unscaled' : 'scaled']: kept };
  writeFileSync(data, `${JSON.stringify(results, null, 2)}\n`);
  writeFileSync(output, report(results));
}

function report(results: Results): string {
  return `# Alert drill

Written by \`npm run drill\`, which injects each fault into a real cluster on one machine (test/drill): corosync in network
namespaces with three links or a quorum device, an exporter on each node, Debian's Prometheus and Alertmanager with the
files of \`config/\` as they are, and a webhook. What arrives there is what an operator is told: after grouping and
inhibition.

**Unscaled** rows have the shipped intervals, a scrape each 15 s. The others were measured with \`DRILL_SCALE=N\`: there
intervals, \`for\`, \`group_wait\` and \`group_interval\` are the N-th part of what is shipped (the scrape timeout is not
below 2 s, or the interval); ranges and numbers in expressions are as shipped, and so are the times that corosync takes. Faults in which
these count are scaled less than asked for. All seconds are as measured. *Limit*: 60 s for a critical alert, else its
\`for\` and 60 s; it holds for unscaled rows. *Resolved* counts from healing; Alertmanager tells it with its next
\`group_interval\`. Alerts about the last minutes stay for longer than a trial. Each fault meets a Prometheus that
has seen four scrapes. A time below 0 is that of an alert of a first step, before the fault.

| fault | scale | expected | arrived (seconds after the fault) | limit | resolved (seconds after healing) | as expected |
|---|---|---|---|---|---|---|
${faults.flatMap((fault) => rows(fault, results[fault.name])).join('\n')}

## As they were told

${descriptions(results).join('\n')}

## Measured with

${[...new Set(kept(results).map(({ date, versions }) => `- ${date}: ${versions}`))].sort().join('\n')}
`;
}

function rows(fault: Fault, { unscaled, scaled }: Results[string] = {}): string[] {
  const measured = [unscaled, scaled].flatMap((kept) => (kept === undefined ? [] : [line(fault, kept)]));
  return measured.length > 0 ? measured : [`| ${fault.what} | | ${list(fault.expected)} | not measured | | | |`];
}

function line(fault: Fault, { scale, alerts, problems }: Kept): string {
  const told = (say: (row: Row) => string) => alerts.map(say).join('<br>');
  return `| ${[
    fault.what,
    scale === 1 ? 'unscaled' : `1/${scale}`,
    list(fault.expected),
    told(({ alert, after }) => `${alert}: ${after}`) || nothing(fault, scale),
    fault.expected.map(limit).join('<br>'),
    told(({ resolved }) => (resolved === undefined ? 'not within the trial' : String(resolved))),
    problems.length === 0 ? 'yes' : `**no**: ${problems.join('; ')}`,
  ].join(' | ')} |`;
}

const nothing = ({ watch }: Fault, scale: number): string =>
  watch === undefined ? 'nothing' : `nothing, watched for ${watch / scale} s`;

const list = (alerts: readonly string[]): string => alerts.join('<br>') || 'nothing';

/** The words of each alert, once. */
function descriptions(results: Results): string[] {
  const told = new Map(
    kept(results)
      .flatMap(({ alerts }) => alerts)
      .map(({ alert, summary, description }) => [alert.split(' ')[0] ?? '', `${summary}. ${description}`]),
  );
  return [...told].sort().map(([alert, words]) => `- **${alert}**: ${words}`);
}

function kept(results: Results): Kept[] {
  return faults.flatMap(({ name }) => Object.values(results[name] ?? {}));
}
