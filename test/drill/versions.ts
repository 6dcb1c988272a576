import { execFileSync } from 'node:child_process';
import { commit } from '../commit.ts';

const programs: readonly (readonly [string, string, string])[] = [
  ['corosync', 'corosync', '-v'],
  ['Pacemaker', 'pacemakerd', '--version'],
  ['Prometheus', 'prometheus', '--version'],
  ['Alertmanager', 'prometheus-alertmanager', '--version'],
];

/** What the drill runs with, in one line. */
export function versions(): string {
  const told = programs.map(([name, program, flag]) => {
    const output = execFileSync(program, [flag], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    return `${name} ${/\d+\.\d+\.\d+/.exec(output)?.[0] ?? 'unknown'}`;
  });
  return [`commit ${commit()}`, ...told, `Node ${process.versions.node}`].join(', ');
}
