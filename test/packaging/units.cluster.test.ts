import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

// The units as systemd reads them. How they live under a booted systemd: npm run drill:package.
const units = ['corosync-exporter.service', 'corosync-exporter.socket'] as const;
const read = (name: string) => readFileSync(new URL(`../../config/${name}`, import.meta.url), 'utf8');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'units-'));
  // The program is not installed here, and systemd asks for it.
  for (const unit of units)
    writeFileSync(join(folder, unit), read(unit).replace('/usr/bin/corosync-exporter', process.execPath));
});
afterAll(() => rmSync(folder, { recursive: true }));

const analyze = (...args: string[]) => spawnSync('systemd-analyze', args, { cwd: folder, encoding: 'utf8' });

test.each(units)('%s is verified without a word', (unit) => {
  const { status, stdout, stderr } = analyze('verify', '--man=no', `./${unit}`);
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
});

test('the service exposes 1.5 at most', () => {
  const { status, stdout } = analyze('security', '--offline=true', '--threshold=15', './corosync-exporter.service');
  expect(stdout).toMatch(/Overall exposure level for corosync-exporter\.service: (0|1)\.\d/);
  expect(status, stdout).toBe(0);
});

test('of what is for resources it may do nothing but lower its priority', () => {
  const { stdout } = analyze('security', '--offline=true', '--json=short', './corosync-exporter.service');
  const found = JSON.parse(stdout) as readonly { readonly json_field?: string; readonly description?: string }[];
  const filter = found.find(({ json_field }) => json_field === 'SystemCallFilter_resources')?.description;
  expect(filter).toContain('(e.g. setpriority is allowed)');
  expect(read(units[0])).toMatch(/^SystemCallFilter=~.*@resources\n(?:#.*\n)*SystemCallFilter=setpriority$/m);
});

test('corosync lets in the primary group of the service', () => {
  const group = /^Group=(.+)$/m.exec(read(units[0]))?.[1];
  const block = read('uidgid.d/corosync-exporter').replace(/^#.*\n/gm, '');
  expect(block).toBe(`uidgid {\n    gid: ${group}\n}\n`);
});

test('each hardening that is off says why', () => {
  const unit = read(units[0]);
  for (const setting of ['MemoryDenyWriteExecute=', 'PrivateNetwork=', 'ProtectProc=', 'ProcSubset=', 'IPAddressDeny='])
    expect(unit).toMatch(new RegExp(`^# .*${setting}`, 'm'));
});
