import { account, dropin, granted, metric, property, restartCorosync, untilUp } from './corosync-in-machine.ts';
import type { Machine } from './machine.ts';
import { hold, type Steps } from './steps.ts';

const install = (file: string) => `apt-get install --yes --no-install-recommends --allow-downgrades /root/${file}.deb`;
/** As unattended upgrades do it: what was edited stays, without a question. */
const upgrade = (file: string) => install(file).replace(' ', ' -o Dpkg::Options::=--force-confold ');
const edited = ['exporter.yml', 'web.yml'].map((name) => `/etc/corosync-exporter/${name}`);
const pidOfCorosync = 'cat /run/corosync.pid';

/** Installed, upgraded, removed, purged, in good and bad order; corosync restarted after each. Ends installed. */
export async function lifeOfThePackage(machine: Machine, steps: Steps): Promise<void> {
  const step = (title: string, check: () => string | undefined | Promise<string | undefined>) =>
    steps.step(title, async () => {
      const found = await check();
      safe(machine);
      await restartCorosync(machine);
      return found;
    });

  await step('apt install is all it takes, with no restart of corosync', async () => {
    const before = machine.ask(pidOfCorosync);
    machine.ask(install('1'));
    const up = await untilUp(machine, 1, 10);
    hold('corosync was not restarted', machine.ask(pidOfCorosync) === before);
    hold('the group is let in', granted(machine).includes('uidgid.config.gid.'));
    hold('who is not in its group cannot read web.yml', ownerOfWeb(machine) === `root:${account}:640`);
    hold(
      'the process has its own user',
      machine.ask(`ps -o user= -p ${property(machine, 'MainPID')}`).startsWith('corosync'),
    );
    return `${machine.ask('/usr/bin/node --version')}, corosync ${machine.ask('corosync -v').match(/'([^']+)'/)?.[1]}, ${up}`;
  });

  await steps.step('after a restart of corosync it is connected again', () => untilUp(machine, 1));

  await step('an upgrade keeps what was edited, restarts the service and does not reload corosync', async () => {
    for (const path of edited) machine.ask(`echo "# edited" >> ${path}`);
    const before = property(machine, 'MainPID');
    const { text } = machine.sh(upgrade('2'));
    hold(`the new version is in: ${text}`, machine.ask(`dpkg-query -W -f '\${Version}' ${account}`) === '99.0.0');
    for (const path of edited) {
      hold(`the edit of ${path} is kept`, machine.read(path).endsWith('# edited\n'));
      hold(`and the new version of it is beside it`, machine.read(`${path}.dpkg-dist`).endsWith('# newer\n'));
    }
    hold('who may read web.yml is kept', ownerOfWeb(machine) === `root:${account}:640`);
    hold('another process runs', property(machine, 'MainPID') !== before);
    hold('corosync was not reloaded', reloads(machine) === 0);
    return untilUp(machine, 1);
  });

  await step('removal takes the drop-in away and reloads corosync; account and configuration stay', () => {
    machine.ask(`apt-get remove --yes ${account}`);
    hold('the drop-in is gone', !machine.exists(dropin));
    hold(`nobody is let in any more: ${granted(machine)}`, !granted(machine).includes('uidgid.config'));
    hold('the account is there', machine.sh(`getent group ${account}`).status === 0);
    hold('the configuration is there', machine.exists('/etc/corosync-exporter/exporter.yml'));
    hold('the service is gone', machine.sh('systemctl is-active corosync-exporter').status !== 0);
    return undefined;
  });

  await step('purge after removal leaves nothing', () => purged(machine));

  await step('installed, and purged at once', async () => {
    machine.ask(install('1'));
    await untilUp(machine, 1, 10);
    machine.write('/etc/default/corosync-exporter', 'ARGS=--log.level=debug\n');
    return purged(machine);
  });

  await step('removed and installed again where systemd holds the port', async () => {
    machine.ask(install('1'));
    machine.write('/etc/default/corosync-exporter', 'ARGS=--web.systemd-socket\n');
    machine.ask('systemctl stop corosync-exporter && systemctl enable --now corosync-exporter.socket');
    machine.ask(`apt-get remove --yes ${account}`);
    machine.ask(install('1'));
    await untilUp(machine, 1, 10);
    return purged(machine);
  });

  await step('an account that cannot be made: not configured, no drop-in; mended by dpkg --configure', () => {
    broken(machine, '/usr/sbin/addgroup', () => {
      hold('the installation fails', machine.sh(install('1')).status !== 0);
      hold('there is no drop-in', !machine.exists(dropin));
    });
    machine.ask('dpkg --configure --pending');
    hold('there is one now', machine.exists(dropin));
    return undefined;
  });

  await step('purged after an installation that failed', () => {
    purged(machine);
    broken(machine, '/usr/sbin/addgroup', () => machine.sh(install('1')));
    return purged(machine);
  });

  await step('a drop-in that cannot be written: not configured, the account stays', () => {
    machine.ask('mkdir -p /etc/corosync/uidgid.d && mount -t tmpfs -o ro none /etc/corosync/uidgid.d');
    hold('the installation fails', machine.sh(install('1')).status !== 0);
    machine.ask('umount /etc/corosync/uidgid.d');
    hold('there is no drop-in', !machine.exists(dropin));
    machine.ask('dpkg --configure --pending');
    return untilUp(machine, 1);
  });

  await step('a reload that fails does not stop a removal', () => {
    const failed = broken(machine, '/usr/sbin/corosync-cfgtool', () => machine.ask(`apt-get remove --yes ${account}`));
    hold(`it is told: ${failed}`, failed.includes('corosync-cfgtool -R'));
    hold('the drop-in is gone', !machine.exists(dropin));
    return undefined;
  });

  await step('the group is kept while another file names it', () => {
    machine.ask(install('1'));
    machine.write('/etc/corosync/uidgid.d/mine', `uidgid {\n    gid: ${account}\n}\n`);
    const said = machine.ask(`apt-get purge --yes ${account}`);
    hold(`it is told: ${said}`, said.includes('still names it'));
    hold('the group is there', machine.sh(`getent group ${account}`).status === 0);
    return undefined;
  });
  machine.ask('rm -f /etc/corosync/uidgid.d/mine');

  await step('a drop-in with the number of no group, as for a container, lets corosync start', () => {
    machine.write('/etc/corosync/uidgid.d/container', 'uidgid {\n    gid: 15405\n}\n');
    return undefined;
  });
  await steps.step('and is heeded', () => {
    hold(`corosync knows it: ${granted(machine)}`, granted(machine).includes('uidgid.config.gid.15405 (u8) = 1'));
    machine.ask('rm -f /etc/corosync/uidgid.d/container');
    return undefined;
  });

  await step('while corosync is frozen, installation and removal end, after 10 s of waiting for it', () => {
    machine.ask(`kill -STOP $(${pidOfCorosync})`);
    const installed = machine.sh(install('1'));
    const removed = machine.sh(`apt-get purge --yes ${account}`);
    machine.ask(`kill -CONT $(${pidOfCorosync})`);
    hold(`both succeed: ${installed.text} ${removed.text}`, installed.status === 0 && removed.status === 0);
    hold('the account is gone', machine.sh(`getent passwd ${account}`).status !== 0);
    return `${installed.took.toFixed(0)} s and ${removed.took.toFixed(0)} s`;
  });

  await step('with corosync stopped it is installed, and up once corosync is', () => {
    machine.ask('systemctl stop corosync');
    machine.ask(install('1'));
    hold('the service runs', property(machine, 'ActiveState') === 'active');
    hold('and says that corosync is down', metric(machine, 'corosync_up') === 0);
    return undefined;
  });
  await steps.step('then', () => untilUp(machine, 1));
}

function ownerOfWeb(machine: Machine): string {
  return machine.ask('stat -c %U:%G:%a /etc/corosync-exporter/web.yml');
}

/** A group or user that a file of corosync names must be there. */
function safe(machine: Machine): void {
  const names = machine.sh('grep -hoE "^ *(uid|gid): .*" -r /etc/corosync/uidgid.d').text.match(/(?<=: ).*/g) ?? [];
  for (const name of names) {
    hold(`${name} is there`, /^\d+$/.test(name) || machine.sh(`getent group ${name}`).status === 0);
  }
}

function purged(machine: Machine): undefined {
  machine.ask(`apt-get purge --yes ${account}`);
  for (const path of [
    dropin,
    '/etc/corosync-exporter',
    '/usr/lib/corosync-exporter',
    '/etc/corosync/corosync-exporter.new',
  ])
    hold(`${path} is gone`, !machine.exists(path));
  for (const database of ['passwd', 'group'])
    hold(`${database} has no entry left`, machine.sh(`getent ${database} ${account}`).status !== 0);
  const left = machine.sh(`find /etc /var/lib/systemd /run/systemd -name '*corosync-exporter*'`).text;
  hold(`nothing is left: ${left}`, left === '');
  return undefined;
}

/** Replaces a program with one that fails for as long as `meanwhile` takes. */
function broken<T>(machine: Machine, program: string, meanwhile: () => T): T {
  machine.ask(`mv ${program} ${program}.kept && ln -s /bin/false ${program}`);
  try {
    return meanwhile();
  } finally {
    machine.ask(`mv -f ${program}.kept ${program}`);
  }
}

/** How often this corosync was told to reload. */
function reloads(machine: Machine): number {
  return Number(
    machine.ask(
      'journalctl -b -u corosync _PID=$(cat /run/corosync.pid) -o cat | grep -c "Config reload requested" || true',
    ),
  );
}
