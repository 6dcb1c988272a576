import { type Machine, until } from './machine.ts';
import { hold } from './steps.ts';

export const account = 'corosync-exporter';
export const dropin = '/etc/corosync/uidgid.d/corosync-exporter';

/** Restarts corosync as a reboot would: every drop-in is read anew, and a wrong one keeps it from starting. */
export async function restartCorosync(machine: Machine): Promise<void> {
  const { status, text } = machine.sh(
    'systemctl reset-failed corosync; systemctl restart corosync && systemctl is-active corosync',
  );
  hold(`corosync starts: ${text}`, status === 0);
  await until('corosync is quorate', 30, () => /Quorate: +Yes/.test(machine.sh('corosync-quorumtool -s').text));
}

/** Waits until the exporter says that corosync is up, or not. */
export async function untilUp(machine: Machine, up: 0 | 1, seconds = 45): Promise<string> {
  const begin = Date.now();
  await until(`corosync_up ${up}`, seconds, () => metric(machine, 'corosync_up') === up);
  return `corosync_up ${up} after ${((Date.now() - begin) / 1000).toFixed(1)} s`;
}

/** A series of the exporter in the machine. */
export function metric(machine: Machine, series: string): number | undefined {
  const { text } = machine.sh('curl -s --max-time 8 http://localhost:15405/metrics');
  const line = text.split('\n').find((each) => each.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}

/** A property of the exporter's service. */
export function property(machine: Machine, name: string): string {
  return machine.ask(`systemctl show --property=${name} --value corosync-exporter.service`);
}

/** The groups that corosync lets in by its files. */
export function granted(machine: Machine): string {
  return machine.sh('corosync-cmapctl uidgid.config.').text;
}
