import { hashSync } from 'bcryptjs';
import { property, untilUp } from './corosync-in-machine.ts';
import { apply } from './life-of-the-service.ts';
import { type Machine, until } from './machine.ts';
import { hold, type Steps } from './steps.ts';

const web = '/etc/corosync-exporter/web.yml';
const url = 'http://localhost:15405/metrics';
const right = `curl -s --max-time 20 --user prometheus:right`;

/** A password in the web.yml of the package, in the sandbox of the unit. Begins and ends with the service without one. */
export async function passwords(machine: Machine, steps: Steps): Promise<void> {
  machine.ask(`cp -p ${web} ${web}.kept`);
  machine.write(web, `basic_auth_users:\n  prometheus: ${hashSync('right', 12)}\n`);
  machine.write('/etc/default/corosync-exporter', `ARGS=--web.config.file=${web}\n`);
  await apply(machine, 'Nice=0'); // whatever the drill itself was started with

  await steps.step('with a user in web.yml it lets in who has the password', async () => {
    await until('corosync_up 1', 45, () => machine.sh(`${right} ${url}`).text.includes('\ncorosync_up 1\n'));
    hold('and nobody else', status(machine, '--user prometheus:wrong') === '401' && status(machine, '') === '401');
    return machine.ask(`stat -c '%n is %U:%G %a' ${web}`);
  });

  await steps.step('the thread that hashes has nice 10, all others 0: the sandbox lets it', () => {
    const nice = machine
      .ask(`ps -L -o ni= -p ${property(machine, 'MainPID')}`)
      .split('\n')
      .map(Number);
    hold(`one of ${nice}`, nice.filter((value) => value !== 0).join() === '10');
    return `${nice.length} threads`;
  });

  await steps.step('a scrape beside hashing is not delayed', () => {
    const quiet = median(machine);
    const hash = Number(machine.ask(`curl -s -o /dev/null -w '%{time_total}' --user prometheus:wrong ${url}`));
    const flood = 'i=0; while [ -e /run/flood ]; do i=$((i+1)); curl -s -o /dev/null --interface 127.0.0.2 --user a:$i';
    machine.ask(
      `touch /run/flood; for n in 1 2; do (${flood} ${url.replace('localhost', '127.0.0.1')}; done) >/dev/null 2>&1 & done`,
    );
    try {
      const beside = median(machine);
      const [a, b, c] = [quiet, beside, hash].map((seconds) => (seconds * 1000).toFixed(1));
      const told = `median ${a} ms, beside hashing ${b} ms; one hash ${c} ms`;
      hold(told, beside < 0.2 * hash);
      return told;
    } finally {
      machine.ask('rm /run/flood');
    }
  });

  machine.ask(`mv ${web}.kept ${web}; rm /etc/default/corosync-exporter`);
  await apply(machine);
  await steps.step('without it everybody is let in again', () => untilUp(machine, 1));
}

/** How long a scrape with the right password takes, in seconds. */
function median(machine: Machine): number {
  const took = machine.ask(`${right} -o /dev/null -w '%{time_total}\\n' '${url}?[1-60]'`).split('\n').map(Number);
  return took.sort((a, b) => a - b)[30] ?? Number.NaN;
}

function status(machine: Machine, options: string): string {
  return machine.ask(`curl -s -o /dev/null -w '%{http_code}' ${options} ${url}`);
}
