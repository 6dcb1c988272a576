import { expect, test } from 'vitest';
import { collectors } from '../../exporter/collectors/index.ts';
import type { Metric } from '../../exporter/collectors/metric.ts';
import { scrapeMetrics } from '../../exporter/scrape.ts';

const head = `# Metrics

Written from the collectors' own descriptions; after a change: \`npx vitest run --project unit metrics-reference --update\`.

What is not confirmed is absent: without an answer of corosync there are no state gauges, only counters and the facts of
the configuration. Counters start at 0 with the exporter. \`node_id\` is the decimal nodeid, \`node\` the name in
corosync's nodelist. The exporter's own process is in \`process_*\`.
`;

function section(title: string, metrics: readonly Metric[]): string {
  const rows = metrics.map(({ name, type, labels, help }) => {
    const names = labels.length === 0 ? '–' : labels.map((label) => `\`${label}\``).join(', ');
    return `| \`${name}\` | ${type} | ${names} | ${help.replaceAll('|', '\\|')} |`;
  });
  return `\n## ${title}\n\n| metric | type | labels | meaning |\n|---|---|---|---|\n${rows.join('\n')}\n`;
}

test('docs/metrics.md is what the collectors say of themselves', async () => {
  const sections = collectors.map(({ name, enabledByDefault, metrics }) => {
    const state = enabledByDefault === undefined ? 'always on' : enabledByDefault ? 'on by default' : 'off by default';
    return section(`${name} (${state})`, metrics);
  });
  const text = `${head}${sections.join('')}${section('Each scrape (always on)', scrapeMetrics)}`;
  await expect(text).toMatchFileSnapshot('../../docs/metrics.md');
});
