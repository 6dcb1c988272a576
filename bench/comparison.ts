// Compares this exporter with ha_cluster_exporter (Debian's package) on node 1 of one real cluster, question by
// question, within the same minute, and writes docs/comparison.md. Run it as root: npm run comparison
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Lab } from '../test/cluster/lab.ts';
import { type Question, type Situation, situations } from './comparison-rows.ts';

const program = fileURLToPath(new URL('../dist/exporter/main.js', import.meta.url));
const output = fileURLToPath(new URL('../docs/comparison.md', import.meta.url));
/** Prometheus' own default. */
const scrapeTimeout = 10;
/** What an answer may show of a question. */
const mostLines = 4;

interface Answer {
  readonly seconds: number;
  /** Undefined if there was none in time. */
  readonly lines: readonly string[] | undefined;
}

const lab = await Lab.up({ nodes: 3, links: 2, name: 'comparison' });
try {
  lab.spawn(1, process.execPath, [program], { stdio: 'ignore' });
  lab.spawn(1, 'ha_cluster_exporter', [], { stdio: 'ignore' });
  await sleep(5_000);
  const sections: string[] = [];
  for (const situation of situations) {
    await bringAbout(situation.name);
    const [ours, theirs] = [await scrape(15405), await scrape(9664)];
    sections.push(section(situation, ours, theirs));
  }
  writeFileSync(output, `${head()}${sections.join('')}`);
} finally {
  await lab.down();
}

async function bringAbout(situation: Situation['name']): Promise<void> {
  switch (situation) {
    case 'healthy':
      return;
    case 'link-cut':
      await lab.linkDown(2, 1);
      await sleep(5_000);
      return;
    case 'node-lost':
      await lab.linkUp(2, 1);
      await lab.partition([[1, 2], [3]]);
      await lab.waitFor(1, [1, 2], { quorate: true }, 20_000);
      return;
    case 'frozen':
      lab.freeze(1);
      await sleep(2_000);
      return;
    case 'killed':
      await lab.kill(1);
      await sleep(2_000);
  }
}

async function scrape(port: number): Promise<Answer> {
  const begin = performance.now();
  const url = `http://127.0.0.1:${port}/metrics`;
  const { code, stdout } = await lab.exec(1, 'curl', ['--silent', '--max-time', String(scrapeTimeout), url], {
    timeoutMs: 1000 * (scrapeTimeout + 2),
  });
  const lines = code === 0 ? stdout.split('\n').filter((line) => line !== '' && !line.startsWith('#')) : undefined;
  return { seconds: (performance.now() - begin) / 1000, lines };
}

function section({ title, questions }: Situation, ours: Answer, theirs: Answer): string {
  const rows = questions.map(
    ({ question, ...patterns }: Question) =>
      `| ${question} | ${shown(ours, patterns.ours)} | ${shown(theirs, patterns.theirs)} |\n`,
  );
  const took = `| The scrape took | ${time(ours)} | ${time(theirs)} |\n`;
  return `\n## ${title}\n\n| question | corosync-exporter | ha_cluster_exporter |\n|---|---|---|\n${took}${rows.join('')}`;
}

function time({ seconds, lines }: Answer): string {
  return lines === undefined ? `no answer within ${scrapeTimeout} s` : `${(seconds * 1000).toFixed(0)} ms`;
}

function shown({ lines }: Answer, patterns: readonly RegExp[]): string {
  const found = (lines ?? []).filter((line) => patterns.some((pattern) => pattern.test(line)));
  if (found.length === 0) return '–';
  const more = found.length > mostLines ? [`… ${found.length - mostLines} more`] : [];
  return [...found.slice(0, mostLines).map((line) => `\`${line.replaceAll('|', '\\|')}\``), ...more].join('<br>');
}

function head(): string {
  const version = (text: string, args: string[]) => execFileSync(text, args, { encoding: 'utf8' });
  const debian = (name: string) => version('dpkg-query', ['--show', `--showformat=\${Version}`, name]);
  return `# The same cluster, two exporters

Written by \`npm run comparison\` (as root, on Debian or Ubuntu with the packages that \`test/cluster/setup\` installs): three nodes
with two links in network namespaces of one machine, both exporters on node 1, scraped one after the other in each
situation. An answer is the series themselves, at most ${mostLines} of them; – is none.

corosync ${debian('corosync')}, ha_cluster_exporter ${debian('prometheus-hacluster-exporter')} with the defaults of its package (no Pacemaker runs here: of
its collectors only that of corosync has anything to say), Node.js ${process.versions.node}, ${cpus().length} cores, ${new Date().toISOString().slice(0, 10)}.
The times are those of one scrape with curl's start, and tell little more than that there was an answer.
`;
}
