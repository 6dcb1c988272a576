import { readFileSync } from 'node:fs';
import { compareSync } from 'bcryptjs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { webGroups, webHeaders } from '../../../exporter/web/schema.ts';
import { loadWebSettings } from '../../../exporter/web/settings.ts';
import { CertificateFolder } from './certificates.ts';

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
const shipped = read('config/web.yml');
/** Prose begins with one blank, a setting with none or with more. */
const uncommented = shipped.replace(/^#(?=\w| {2})/gm, '');
/** Those that the example has as files. */
const inline = ['cert', 'key', 'client_ca'];

const folder = new CertificateFolder();
beforeAll(() => folder.makeUsual());
afterAll(() => folder.remove());

test('config/web.yml as it is asks for nothing', () => {
  expect(loadWebSettings(folder.write('web.yml', shipped))).toMatchObject({ tls: undefined, users: new Map() });
});

test('config/web.yml with everything uncommented is valid, and its password is the one it says', () => {
  const { tls, users, http } = loadWebSettings(folder.write('web.yml', uncommented));
  expect(tls?.clients.type).toBe('RequireAndVerifyClientCert');
  expect(compareSync('example', users.get('prometheus') ?? '')).toBe(true);
  expect(http.headers['X-XSS-Protection']).toBe('0');
});

test('config/web.yml has every setting', () => {
  const { basic_auth_users, ...groups } = parse(uncommented);
  const settings = Object.entries(webGroups).map(([group, shape]) => [
    group,
    Object.keys(shape).filter((name) => !inline.includes(name)),
  ]);
  const given = Object.entries<object>(groups).map(([group, values]) => [group, Object.keys(values)]);
  const sorted = (list: unknown[][]) => list.map(([group, names]) => [group, [...(names as string[])].sort()]).sort();
  expect(sorted(given)).toEqual(sorted(settings));
  expect(Object.keys(groups.http_server_config.headers)).toEqual(Object.keys(webHeaders));
  expect(Object.keys(basic_auth_users)).toEqual(['prometheus']);
});

test('docs/web-configuration.md names every setting', () => {
  const text = read('docs/web-configuration.md');
  for (const [group, shape] of Object.entries(webGroups)) {
    expect(text).toContain(`\`${group}\``);
    for (const name of Object.keys(shape)) expect(text).toContain(`\`${name}\``);
  }
  for (const name of Object.keys(webHeaders)) expect(text).toContain(`\`${name}\``);
});
