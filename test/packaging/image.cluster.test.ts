import { afterAll, beforeAll, expect, test } from 'vitest';
import { Lab } from '../cluster/lab.ts';
import { gid, here, letIn, locked, needed, podmanOn, scrapeUntil } from './container.ts';
import { Image } from './image.ts';

// The Dockerfile as it is, built with buildah on stand-ins for its base images, and run with podman beside a real corosync.
// With what each flag is for, on more versions: npm run drill:image.
const image = new Image('24', 'bookworm');
const name = `exporter-${process.pid}`;
let lab: Lab | undefined;

beforeAll(async () => {
  image.makeBases();
  image.build();
  lab = await Lab.up({ nodes: 1, links: 1, name: 'image', extraConf: letIn });
}, 300_000);
afterAll(async () => {
  await lab?.down();
  image.remove();
});

const podman = (...args: readonly string[]) => podmanOn(lab as Lab, 1, image, args);
const inside = (script: string) => podman('exec', name, 'sh', '-c', `${script}; echo end`).stdout;

test('the image has an unprivileged user by number, a health check and labels', () => {
  const { size, config } = image.inspect();
  expect(config.User).toBe(`${gid}:${gid}`);
  expect(config.Healthcheck.Test[0]).toBe('CMD');
  expect(config.Labels).toMatchObject({
    'org.opencontainers.image.revision': 'drill',
    'org.opencontainers.image.licenses': 'Apache-2.0',
  });
  expect(size).toBeLessThan(400e6);
});

test('read-only, without capabilities and with no way to get any, it reads corosync', async () => {
  const run = podman('run', '--detach', '--name', name, ...here, ...needed, ...locked, Image.tag);
  expect(run.code, `this machine does not let podman run a container: ${run.stderr}`).toBe(0);
  const body = await scrapeUntil(lab as Lab, 1, 1);
  expect(body).toMatch(/^corosync_quorum_quorate 1$/m);
  expect(body).toMatch(/^corosync_exporter_build_info\{.*revision="drill",node_version="v24\./m);
  expect(inside('id -u; id -g; grep -E "^(CapEff|CapBnd|NoNewPrivs)" /proc/1/status')).toBe(
    `${gid}\n${gid}\nCapEff:\t0000000000000000\nCapBnd:\t0000000000000000\nNoNewPrivs:\t1\nend\n`,
  );
  expect(inside('grep " / " /proc/mounts')).toMatch(/^overlay \/ overlay ro,/);
});

test('the health check tells an exporter that answers from one that does not', () => {
  const check = ['node', '/usr/lib/corosync-exporter/healthcheck.mjs'];
  expect(podman('exec', name, ...check).code).toBe(0);
  expect(podman('exec', '--env', 'HEALTHCHECK_URL=http://127.0.0.1:1/', name, ...check).code).toBe(1);
});

test('what is for building is not in it', () => {
  const tools = ['npm', 'npx', 'yarn', 'corepack', 'gcc', 'make', 'python3', 'git', 'curl', 'tsx', 'tsc'];
  expect(inside(`for tool in ${tools.join(' ')}; do command -v $tool; done; find / -xdev -name typescript`)).toBe(
    'end\n',
  );
});

test('corosync killed and started again is down, and up again', async () => {
  await lab?.kill(1);
  await scrapeUntil(lab as Lab, 1, 0);
  await lab?.start(1);
  await scrapeUntil(lab as Lab, 1, 1);
});

test('podman stop ends it at once with status 0', () => {
  expect(podman('inspect', '--format', '{{.State.Running}}', name).stdout).toBe('true\n');
  const begin = Date.now();
  expect(podman('stop', '--time', '20', name)).toMatchObject({ code: 0 });
  expect(Date.now() - begin).toBeLessThan(5_000);
  expect(podman('inspect', '--format', '{{.State.ExitCode}}', name).stdout).toBe('0\n');
});
