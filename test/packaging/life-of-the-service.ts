import { metric, property, restartCorosync, untilUp } from './corosync-in-machine.ts';
import { type Machine, until } from './machine.ts';
import { hold, type Steps } from './steps.ts';

const settings = '/run/systemd/system/corosync-exporter.service.d/drill.conf';

/** What systemd is told by the service, and what it does with it. Begins and ends with the package installed. */
export async function lifeOfTheService(machine: Machine, steps: Steps): Promise<void> {
  await steps.step('the unit is verified without a word, and exposes 1.5 at most', () => {
    const said = machine.ask('systemd-analyze verify --man=no corosync-exporter.service corosync-exporter.socket');
    hold(`nothing is said: ${said}`, said === '');
    machine.ask('systemd-analyze security --threshold=15 corosync-exporter.service');
    return machine.ask('systemd-analyze security corosync-exporter.service | tail -n 1');
  });

  await steps.step('the service is started once it listens, and says where', () => {
    machine.ask('systemctl restart corosync-exporter && curl -s --fail http://localhost:15405/-/healthy');
    return property(machine, 'StatusText');
  });

  await apply(machine, 'WatchdogSec=2s', 'RestartSec=1s');
  await steps.step('a frozen corosync does not starve the watchdog, and does not hold the stop', async () => {
    await untilUp(machine, 1);
    const before = property(machine, 'MainPID');
    machine.ask('kill -STOP $(cat /run/corosync.pid)');
    try {
      for (const begin = Date.now(); Date.now() - begin < 8_000; )
        hold('it answers', metric(machine, 'corosync_up') !== undefined);
      hold('corosync_up is 0', metric(machine, 'corosync_up') === 0);
      hold('the process is the same', property(machine, 'MainPID') === before);
      const { took } = machine.sh('systemctl stop corosync-exporter');
      hold(`it ended well: ${property(machine, 'Result')}`, property(machine, 'Result') === 'success');
      hold(`within 3 s, not ${took} s`, took < 3);
      return `frozen for 8 s, stopped in ${took.toFixed(1)} s`;
    } finally {
      machine.ask('kill -CONT $(cat /run/corosync.pid); systemctl start corosync-exporter');
    }
  });

  await steps.step('a main thread that hangs is ended and started again', async () => {
    await untilUp(machine, 1);
    const [pid, restarts] = [property(machine, 'MainPID'), Number(property(machine, 'NRestarts'))];
    // Node's debugger lets the thread that answers scrapes loop for ever; the lanes go on.
    machine.ask(`kill -USR1 ${pid}`);
    machine.sh(`sleep 1; (sleep 2; echo 'exec("for (;;);")'; sleep 5) | timeout 9 node inspect 127.0.0.1:9229`);
    await until('another process', 20, () => !['0', pid].includes(property(machine, 'MainPID')));
    hold('systemd restarted it', Number(property(machine, 'NRestarts')) === restarts + 1);
    hold('by its watchdog', machine.ask('journalctl -u corosync-exporter -o cat').includes('Watchdog timeout'));
    return untilUp(machine, 1);
  });

  await steps.step('a process that is stopped is ended and started again', async () => {
    const pid = property(machine, 'MainPID');
    machine.ask(`kill -STOP ${pid}`);
    await until('another process', 20, () => !['0', pid].includes(property(machine, 'MainPID')));
    return untilUp(machine, 1);
  });

  for (const signal of ['SEGV', 'HUP']) {
    await steps.step(`a process that SIG${signal} ends is started again`, async () => {
      const pid = property(machine, 'MainPID');
      machine.ask(`kill -${signal} ${pid}`);
      await until('another process', 20, () => !['0', pid].includes(property(machine, 'MainPID')));
      return untilUp(machine, 1);
    });
  }

  await steps.step('a wrong configuration is told once, not tried again and again', async () => {
    machine.write('/etc/default/corosync-exporter', 'ARGS=--log.level=loud\n');
    machine.sh('systemctl restart corosync-exporter');
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    hold(`it stays failed: ${property(machine, 'ActiveState')}`, property(machine, 'ActiveState') === 'failed');
    machine.ask('rm /etc/default/corosync-exporter; systemctl restart corosync-exporter');
    return machine.ask('journalctl -u corosync-exporter -o cat | grep loud | tail -n 1');
  });

  await steps.step(
    'socket activation: systemd has the port, and a restart of the service loses no scrape',
    async () => {
      machine.write('/etc/default/corosync-exporter', 'ARGS=--web.systemd-socket\n');
      // systemd would count the starts of the steps before, and refuse the next.
      machine.ask('systemctl stop corosync-exporter && systemctl reset-failed');
      machine.ask('systemctl enable --now corosync-exporter.socket');
      hold('systemd listens', machine.ask('ss -Hltnp sport = :15405').includes('systemd'));
      hold('the first scrape starts the service', metric(machine, 'corosync_up') !== undefined);
      for (let times = 0; times < 3; times++) {
        machine.ask('systemctl reset-failed corosync-exporter; systemctl restart --no-block corosync-exporter');
        hold('a scrape meanwhile is answered', metric(machine, 'corosync_up') !== undefined);
      }
      await untilUp(machine, 1);
      const status = property(machine, 'StatusText');
      machine.ask('rm /etc/default/corosync-exporter; systemctl disable --now corosync-exporter.socket');
      machine.ask('systemctl restart corosync-exporter');
      return status;
    },
  );

  await steps.step('a restart of corosync leaves the service alone', async () => {
    const pid = property(machine, 'MainPID');
    await restartCorosync(machine);
    hold('the process is the same', property(machine, 'MainPID') === pid);
    return untilUp(machine, 1);
  });
  await apply(machine);

  await steps.step('after a reboot it is up by itself', async () => {
    await machine.reboot();
    return untilUp(machine, 1);
  });
}

/** Changes settings of the service until the next call, and starts it anew. */
export async function apply(machine: Machine, ...changes: readonly string[]): Promise<void> {
  machine.write(settings, ['[Service]', ...changes, ''].join('\n'));
  machine.sh(
    'systemctl daemon-reload; systemctl reset-failed corosync-exporter; systemctl restart --no-block corosync-exporter',
  );
}
