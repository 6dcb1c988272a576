import { metric, property, untilUp } from './corosync-in-machine.ts';
import { apply } from './life-of-the-service.ts';
import { type Machine, until } from './machine.ts';
import { hold, type Steps } from './steps.ts';

/** Settings that the unit leaves off or changes, and what comes of them: the reasons that its comments give. */
const breaking: readonly (readonly [setting: string, code: string | undefined])[] = [
  ['PrivateNetwork=yes', 'CS_ERR_LIBRARY'],
  ['TemporaryFileSystem=/dev/shm', 'CS_ERR_NOT_EXIST'],
  ['SupplementaryGroups=corosync-exporter\nGroup=nogroup', 'CS_ERR_ACCESS'],
  ['MemoryDenyWriteExecute=yes', undefined],
];

/** Settings with which everything has to work as without. */
const harmless: readonly string[] = [
  'DynamicUser=yes\nUser=somebody',
  'PrivateUsers=no\nPrivateIPC=no\nPrivateDevices=no\nRemoveIPC=no',
  'MemoryDenyWriteExecute=no\nProtectProc=invisible\nProcSubset=pid',
];

/** Tries each hardening for real. */
export async function hardening(machine: Machine, steps: Steps): Promise<void> {
  for (const setting of harmless)
    await steps.step(`works with ${oneLine(setting)}`, async () => {
      await apply(machine, setting);
      return untilUp(machine, 1);
    });
  for (const [setting, code] of breaking)
    await steps.step(`does not work with ${oneLine(setting)}`, async () => {
      await apply(machine, setting);
      await until(code ?? 'the process has ended', 30, () => {
        return code === undefined ? property(machine, 'Result') !== 'success' : reason(machine) === code;
      });
      hold('it is not up', metric(machine, 'corosync_up') !== 1);
      return reason(machine);
    });
  await steps.step('works as it is', async () => {
    await apply(machine);
    return untilUp(machine, 1);
  });
}

function reason(machine: Machine): string {
  const pid = property(machine, 'MainPID');
  const log = machine.sh(`journalctl -u corosync-exporter _PID=${pid} -o cat`).text;
  const code = /CS_ERR_\w+/.exec(log)?.[0];
  return code ?? `${property(machine, 'Result')}, status ${property(machine, 'ExecMainStatus')}`;
}

function oneLine(setting: string): string {
  return setting.replaceAll('\n', ' ');
}
