// npm run drill:image [NODE [SUITE]]: the image, built with buildah and run with podman beside a real corosync. Root on Debian; takes
// some two minutes.
import { Lab } from '../cluster/lab.ts';
import { gid, here, letIn, locked, needed, podmanOn, scrapeUntil } from './container.ts';
import { Image } from './image.ts';
import { setUp } from './set-up.ts';
import { hold, Steps } from './steps.ts';

const [node = '24', suite = 'bookworm'] = process.argv.slice(2);
const steps = new Steps();
setUp('mmdebstrap', 'buildah', 'podman', 'runc');
const image = new Image(node, suite);
let lab: Lab | undefined;
try {
  image.makeBases();
  image.build();
  lab = await Lab.up({ nodes: 1, links: 1, name: 'image', extraConf: letIn });
  await look();
  await runBeside(lab);
  await leaveOut(lab);
} finally {
  await lab?.down();
  image.remove();
}
process.exitCode = steps.end();

/** What is in the image. */
async function look(): Promise<void> {
  const { size, config } = image.inspect();
  await steps.step('the image has an unprivileged user by number, a health check and labels', () => {
    hold(`the user is ${config.User}`, config.User === `${gid}:${gid}`);
    hold('there is a health check', config.Healthcheck.Test[0] === 'CMD');
    hold('the revision is in', config.Labels['org.opencontainers.image.revision'] === 'drill');
    return `${(size / 1e6).toFixed(0)} MB`;
  });
}

/** A container that serves, locked down, until it is stopped. */
async function runBeside(lab: Lab): Promise<void> {
  const name = 'exporter';
  await steps.step('read-only and without capabilities it reads corosync', async () => {
    const run = podman(lab, 'run', '--detach', '--name', name, ...here, ...needed, ...locked, Image.tag);
    hold(`it starts: ${run.stderr}`, run.code === 0);
    const body = await scrapeUntil(lab, 1, 1);
    return /corosync_exporter_build_info\{.*?\}/.exec(body)?.[0];
  });
  await steps.step('no build tool is in it, and npm is none of its programs', async () => {
    const tools = ['npm', 'npx', 'yarn', 'corepack', 'gcc', 'cc', 'make', 'python3', 'git', 'curl', 'tsc'];
    const script = `for tool in ${tools.join(' ')}; do command -v $tool; done; find / -xdev -name typescript -type d; id -u; id -g`;
    const { stdout } = podman(lab, 'exec', name, 'sh', '-c', script);
    hold(`nothing is found: ${stdout}`, stdout === `${gid}\n${gid}\n`);
    return undefined;
  });
  await steps.step('the health check tells an exporter that answers from one that does not', async () => {
    const check = ['node', '/usr/lib/corosync-exporter/healthcheck.mjs'];
    const good = podman(lab, 'exec', name, ...check);
    hold(`it is healthy: ${good.stdout}${good.stderr}`, good.code === 0);
    const bad = podman(lab, 'exec', '--env', 'HEALTHCHECK_URL=http://127.0.0.1:1/', name, ...check);
    hold('it is not healthy where nothing listens', bad.code === 1);
    return `${good.stdout.trim()}; ${bad.stdout.trim()}`;
  });
  await steps.step('podman stop ends it at once, also while corosync is frozen', async () => {
    lab.freeze(1);
    try {
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      const begin = Date.now();
      const stopped = podman(lab, 'stop', '--time', '20', name);
      const took = Date.now() - begin;
      hold(`it stops: ${stopped.stderr}`, stopped.code === 0 && took < 5_000);
      const { stdout } = podman(lab, 'inspect', '--format', '{{.State.ExitCode}}', name);
      hold(`with status 0, not ${stdout}`, stdout.trim() === '0');
      return `${(took / 1000).toFixed(1)} s`;
    } finally {
      lab.thaw(1);
      podman(lab, 'rm', '--force', name);
    }
  });
}

/** What each flag is for: the code that comes when it is left out. */
async function leaveOut(lab: Lab): Promise<void> {
  const cases: readonly (readonly [title: string, flags: readonly string[], code: string | undefined])[] = [
    ['with all flags', [...needed, ...locked], undefined],
    ['with /dev/shm in place of the IPC namespace', ['--network=host', '--volume=/dev/shm:/dev/shm'], undefined],
    ['with another uid and the gid', [...needed, `--user=4711:${gid}`], undefined],
    ['without the IPC namespace or /dev/shm', ['--network=host'], 'CS_ERR_NOT_EXIST'],
    ['without the network', ['--ipc=host', '--network=none'], 'CS_ERR_LIBRARY'],
    ['with a gid that corosync does not know', [...needed, '--user=15405:4711'], 'CS_ERR_ACCESS'],
    [
      'with the gid as one of its other groups',
      [...needed, '--user=15405:4711', `--group-add=${gid}`],
      'CS_ERR_ACCESS',
    ],
  ];
  for (const [title, flags, code] of cases)
    await steps.step(title, async () => {
      const { stdout, stderr } = podman(lab, 'run', '--rm', ...here, ...flags, Image.tag, '--once');
      hold(`it ran: ${stderr}`, /^corosync_up [01]$/m.test(stdout));
      const up = /^corosync_up 1$/m.test(stdout);
      hold(`it is ${code === undefined ? '' : 'not '}up: ${stderr}`, up === (code === undefined));
      const told = /CS_ERR_\w+/.exec(stderr)?.[0];
      if (code !== undefined) hold(`${code} is the reason, not ${told}`, told === code);
      return code ?? 'up';
    });
}

function podman(lab: Lab, ...args: readonly string[]) {
  return podmanOn(lab, 1, image, args);
}
