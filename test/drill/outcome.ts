import { spokenLabels } from './limits.ts';
import type { Arrival } from './monitoring.ts';

/** One alert at the webhook: when it was first told, and when that it is over. */
export interface Told {
  readonly alert: string;
  /** In milliseconds since 1970. */
  readonly firing: number;
  readonly resolved: number | undefined;
  /** How often it was told anew after it had been resolved. */
  readonly again: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** The alert by the name that the table of faults uses. */
export function nameOf({ labels }: Pick<Arrival, 'labels'>): string {
  const telling = ['node', 'link', 'group'].flatMap((label) => (labels[label] ? [`${label}=${labels[label]}`] : []));
  return [labels.alertname, ...telling].join(' ');
}

/** What was told, alert by alert; two with different labels are two, though they may have one name. */
export function told(arrivals: readonly Arrival[]): Told[] {
  const fingerprints = [...new Set(arrivals.map(({ fingerprint }) => fingerprint))];
  return fingerprints.flatMap((one) => {
    const told = arrivals.filter(({ fingerprint }) => fingerprint === one);
    const firing = told.find(({ status }) => status === 'firing');
    if (firing === undefined) return [];
    const changes = told.filter(({ status }, index) => status !== told[index - 1]?.status);
    const last = told.at(-1);
    return {
      alert: nameOf(firing),
      firing: firing.time,
      resolved: last?.status === 'resolved' ? changes.at(-1)?.time : undefined,
      again: changes.filter(({ status }) => status === 'firing').length - 1,
      labels: firing.labels,
      annotations: firing.annotations,
    };
  });
}

/** What is wrong with the words of an alert: a label that it does not have, or a value that is none. */
export function unreadable({ alert, labels, annotations }: Told): string[] {
  const empty = [...new Set(spokenLabels(alert))].filter((label) => !labels[label]);
  const bad = Object.entries(annotations).filter(([, text]) => /<no value>|NaN|\{\{|%!/.test(text));
  return [
    ...empty.map((label) => `${alert} speaks of ${label}, and has no such label`),
    ...bad.map(([name, text]) => `${alert}: ${name} reads ${JSON.stringify(text)}`),
  ];
}
