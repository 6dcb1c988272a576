import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, expect, test, vi } from 'vitest';
import { Lab } from './lab.ts';
import { traces } from './traces.ts';

// a folder of their own keeps these labs apart from those of the person who runs the tests
const temporary = mkdtempSync(join(tmpdir(), 'lab-lifetime-'));
const children = new Set<ChildProcess>();
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  vi.stubEnv('TMPDIR', temporary); // what a failed test left is removed before the folder that tells of it
  for (const lab of Lab.list()) await lab.down();
  vi.unstubAllEnvs();
  rmSync(temporary, { recursive: true });
});

function script(name: string, ...args: string[]): ChildProcess {
  const file = join(import.meta.dirname, name);
  const child = spawn(process.execPath, ['--import', 'tsx', file, ...args], {
    env: { ...process.env, TMPDIR: temporary },
  });
  children.add(child.once('exit', () => children.delete(child)));
  return child;
}

async function ownerOfLab(...args: string[]) {
  const child = script('lab-owner.ts', ...args);
  const [line] = await once(createInterface(child.stdout as NodeJS.ReadableStream), 'line');
  const { id, folder, pid } = JSON.parse(line);
  return { child, lab: { id, folder, pids: [pid] } };
}

async function cli(...args: string[]) {
  const child = script('lab-cli.ts', ...args);
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (text) => (stdout += text));
  child.stderr?.on('data', (text) => (stderr += text));
  const [code] = await once(child, 'close');
  return { code, stdout, stderr };
}

test('a lab goes with its process when that exits', async () => {
  const { child, lab } = await ownerOfLab('exit');
  await once(child, 'close');
  expect(child.exitCode).toBe(0);
  expect(traces(lab)).toEqual([]);
});

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('a lab goes with its process on %s', async (signal) => {
  const { child, lab } = await ownerOfLab();
  expect(traces(lab)).not.toEqual([]);
  child.kill(signal);
  await once(child, 'close');
  expect(child.signalCode).toBe(signal);
  expect(traces(lab)).toEqual([]);
});

test('the lab of a process that was SIGKILLed is swept by the next one, a living one is not', async () => {
  const killed = await ownerOfLab();
  const living = await ownerOfLab();
  killed.child.kill('SIGKILL');
  await once(killed.child, 'close');
  expect(traces(killed.lab)).not.toEqual([]);
  const next = await ownerOfLab('exit');
  await once(next.child, 'close');
  expect(traces(killed.lab)).toEqual([]);
  expect(traces(living.lab)).toContain(living.lab.folder);
  living.child.kill();
  await once(living.child, 'close');
});

test('the command line works on one lab from process to process', async () => {
  const up = await cli('up', '2', '2', '--name', 'by-hand');
  expect(up).toMatchObject({ code: 0, stderr: '' });
  try {
    expect((await cli('status')).stdout).toMatch(/node1 {2}pid \d+ {2}quorate {2}members 1,2\n/);
    expect((await cli('exec', '2', '--', 'corosync-quorumtool', '-s')).stdout).toContain('Quorate:          Yes');
    expect((await cli('exec', '2', '--', 'sh', '-c', 'exit 5')).code).toBe(5);
    expect((await cli('freeze', '2')).code).toBe(0);
    expect((await cli('status', '--name', 'by-hand')).stdout).toMatch(/node2 {2}pid \d+ {2}frozen\n/);
    expect((await cli('kill', '2')).code).toBe(0);
    expect((await cli('status')).stdout).toContain('node2  not running\n');
    const next = await ownerOfLab('exit'); // which sweeps, and must spare a lab without an owner
    await once(next.child, 'close');
    expect((await cli('status')).code).toBe(0);
  } finally {
    expect(await cli('down')).toMatchObject({ code: 0, stderr: '' });
  }
  expect(await cli('status')).toMatchObject({ code: 2, stderr: 'lab: there is no lab; start one with: lab up 3\n' });
});

test.each([
  [[], /^lab: lab up NODES/],
  [['fly'], /^lab: fly is not known/],
  [['up', 'three'], /^lab: "three" is not a number$/],
  [['up', '0'], /^lab: A lab has 1 to 250 nodes, not 0$/],
  [['up', '3', '9'], /^lab: A lab has 1 to 8 links, not 9$/],
  [['up', '3', '--fast'], /^lab: --fast is not an option/],
  [['up', '3', '--name', 'A lab'], /^lab: --name takes a name of/],
  [['kill'], /^lab: 1 number\(s\) expected, not 0/],
  [['exec', '1'], /^lab: exec needs a command after --$/],
])('lab %j is a usage error of one line', async (args, message) => {
  const { code, stdout, stderr } = await cli(...args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr.trimEnd()).toMatch(message);
  expect(stderr.trimEnd()).not.toContain('\n');
});

// Sixteen corosyncs that start take all of two cores from the labs beside them.
test('sixteen nodes form a cluster', async () => {
  const lab = await Lab.up({ nodes: 16 });
  expect((await lab.membership(16))?.members).toHaveLength(16);
  await lab.down();
  expect(existsSync(lab.folder)).toBe(false);
});
