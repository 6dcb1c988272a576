import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { parseDuration } from '../../exporter/duration.ts';

interface Rule {
  readonly alert: string;
  readonly for?: string;
  readonly labels: { readonly severity: string };
  readonly annotations: Readonly<Record<string, string>>;
}

const rules = ['alerts.yml', 'alerts-thresholds.yml'].flatMap((name) => {
  const file = readFileSync(new URL(`../../config/${name}`, import.meta.url), 'utf8');
  return parse(file).groups.flatMap((group: { rules: Rule[] }) => group.rules) as Rule[];
});

/** Within how many seconds of the fault an alert is to be at the webhook, as shipped. */
export function limit(alert: string): number {
  const rule = ruleOf(alert);
  return rule.labels.severity === 'critical' ? 60 : (parseDuration(rule.for ?? 0) ?? 0) / 1000 + 60;
}

/** The labels that the words of an alert name. */
export function spokenLabels(alert: string): string[] {
  const templates = Object.values(ruleOf(alert).annotations).join('\n');
  return [...templates.matchAll(/\$labels\.(\w+)/g)].map(([, label = '']) => label);
}

/** `name` may be followed by what tells the alert from others of that name. */
function ruleOf(name: string): Rule {
  const rule = rules.find(({ alert }) => alert === name.split(' ')[0]);
  if (rule === undefined) throw new Error(`There is no alert ${name}`);
  return rule;
}
