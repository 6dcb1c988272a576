import type { Finding } from './finding.ts';

/** For a person: a line a finding, with what to type below it. */
export function report(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ check }) => check.length));
  const lines = findings.flatMap(({ check, state, says, remedy }) => [
    `${state.padEnd(4)}  ${check.padEnd(width)}  ${says}`,
    ...remedy.map((step) => `${' '.repeat(width + 8)}  ${step}`),
  ]);
  const count = (state: Finding['state']) => findings.filter((finding) => finding.state === state).length;
  const [failed, warned] = [count('fail'), count('warn')];
  const verdict = failed > 0 ? `${failed} of ${findings.length} checks failed` : 'the exporter can do its work';
  return [
    ...lines,
    '',
    `${verdict}${warned > 0 ? `, ${warned} ${warned === 1 ? 'warning' : 'warnings'}` : ''}.`,
    '',
  ].join('\n');
}

/** 1 where something is broken: a warning is none. */
export function statusOf(findings: readonly Finding[]): 0 | 1 {
  return findings.some(({ state }) => state === 'fail') ? 1 : 0;
}

/** For a program. */
export function reportJson(findings: readonly Finding[]): string {
  return `${JSON.stringify({ ok: statusOf(findings) === 0, findings }, null, 2)}\n`;
}
