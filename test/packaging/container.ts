import { spawnSync } from 'node:child_process';
import type { Lab } from '../cluster/lab.ts';
import type { Image } from './image.ts';

/** The group that the image runs as, which corosync has to let in. */
export const gid = 15405;

/**
 * Lets that group in, in corosync.conf: done later, with corosync-cmapctl, an attempt to connect may come first, and after
 * one that is refused the exporter waits for 30 s.
 */
export const letIn = `uidgid {\n  gid: ${gid}\n}`;

/** As docs/container.md has it. */
export const needed = ['--network=host', '--ipc=host'];
export const locked = ['--read-only', '--cap-drop=ALL', '--security-opt=no-new-privileges'];

/** For the machine that this runs on, not for operators. */
export const here = [
  '--pull=never',
  '--no-healthcheck',
  '--runtime=runc',
  '--ulimit=nofile=20000:20000',
  '--ulimit=nproc=1000:1000',
];

/** What podman came to. */
export interface Done {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs podman with that node's network as the one of the host. */
export function podmanOn(lab: Lab, nodeid: number, image: Image, args: readonly string[]): Done {
  lab.enter(nodeid);
  try {
    const done = spawnSync('podman', [...image.podman, ...args], { encoding: 'utf8', timeout: 40_000 });
    return { code: done.status, stdout: done.stdout, stderr: done.stderr };
  } finally {
    lab.leave();
  }
}

/** Scrapes on that node until corosync_up is `up`; what was scraped. */
export async function scrapeUntil(lab: Lab, nodeid: number, up: 0 | 1): Promise<string> {
  let last = '';
  for (const end = Date.now() + 20_000; Date.now() < end; ) {
    const answer = await lab.exec(nodeid, 'curl', ['-sS', '--max-time', '5', 'http://127.0.0.1:15405/metrics']);
    if (new RegExp(`^corosync_up ${up}$`, 'm').test(answer.stdout)) return answer.stdout;
    last = answer.stderr || answer.stdout.slice(0, 400);
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  throw new Error(`corosync_up is not ${up} within 20 s: ${last}`);
}
