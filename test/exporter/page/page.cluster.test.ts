import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashSync } from 'bcryptjs';
import type { Page } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ExporterOnNode, isUp } from '../../cluster/exporter-on-node.ts';
import { Lab } from '../../cluster/lab.ts';
import { CertificateFolder } from '../web/certificates.ts';
import { axeFindings, type Browser, look, openBrowser, overflow, textOf } from './browser.ts';

// The page of node 1, seen by Chromium on that node, while things happen to a cluster of three.
const pictures = join(tmpdir(), 'page-pictures');

let lab: Lab;
let browser: Browser | undefined;
let page: Page;
const complaints: string[] = [];
const folder = new CertificateFolder();

async function newPage({ browser }: Browser): Promise<Page> {
  const page = await browser.newPage();
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  return page;
}

beforeAll(async () => {
  lab = await Lab.up({ nodes: 3, links: 2 });
  const exporters = [1, 2, 3].map((nodeid) => new ExporterOnNode(lab, nodeid));
  for (const exporter of exporters) await exporter.until(isUp, 10_000);
  browser = await openBrowser({
    spawn: (command, args) => lab.spawn(1, command, args, { stdio: ['ignore', 'ignore', 'pipe'] }),
    within: async (act) => {
      lab.enter(1);
      return act().finally(() => lab.leave());
    },
  });
  page = await newPage(browser);
  await look(page);
  await page.goto('http://127.0.0.1:15405/');
});
afterAll(async () => {
  await browser?.close();
  await lab?.down();
  folder.remove();
});
afterEach(() => {
  expect(complaints.splice(0)).toEqual([]);
});

const word = () => textOf(page, '#state .word');

/** Until the page says so without being loaded again; how long that took, in milliseconds. */
async function until(expected: string, selector: string, timeout: number): Promise<number> {
  const start = Date.now();
  await expect.poll(() => textOf(page, selector), { timeout, interval: 50 }).toContain(expected);
  return Date.now() - start;
}

/** A picture for people, where somebody has made the folder. */
async function shoot(name: string, of = page): Promise<void> {
  if (existsSync(pictures)) await of.screenshot({ path: `${pictures}/${name}.png`, fullPage: true });
}

const inAllLooks = [{}, { scheme: 'dark' }, { width: 320 }] as const;

async function expectAccessible(name: string): Promise<void> {
  for (const how of inAllLooks) {
    await look(page, how);
    expect(await axeFindings(page)).toEqual([]);
    expect(await overflow(page)).toBe(0);
    await shoot([name, ...Object.values(how)].join('-'));
  }
  await look(page);
}

test('a healthy cluster is quorate at one glance, and everything has a value', async () => {
  await expect.poll(() => textOf(page, '#details'), { timeout: 15_000 }).not.toContain('not confirmed');
  expect(await word()).toBe('Quorate');
  const text = await textOf(page, 'main');
  expect(text).toContain('All 3 nodes of the nodelist are in the membership.');
  expect(text).toContain('3 votes of 3, 2 needed: one more vote may be lost.');
  expect(text).toMatch(/node3 nodeid 3\s+up [\d.]+ ms\s+10\.10\.0\.3\s+up [\d.]+ ms\s+10\.11\.0\.3/);
  expect(text).toMatch(/corosync-exporter\s+1\s+1\s+1/);
  await expectAccessible('healthy');
});

test('without a script the same is there', async () => {
  const plain = (await browser?.browser.newPage()) as Page;
  await plain.setJavaScriptEnabled(false);
  await plain.goto('http://127.0.0.1:15405/');
  const withoutTimes = (text: string) =>
    text.replace(/[\d:-]{8,}|[\d.]+ ms|just now|\d+ (?:s|min) ago|Without JavaScript.*/g, '').replace(/\s+/g, ' ');
  expect(withoutTimes(await textOf(plain, 'body'))).toBe(withoutTimes(await textOf(page, 'body')));
  expect(await textOf(plain, 'noscript')).toContain('load it again');
  await plain.close();
});

test('a link that goes down is on the page within 15 s, and when it is up again', async () => {
  await lab.linkDown(1, 1);
  const after = await until('Links are down: link 1 to node2 and link 1 to node3.', '#state', 15_000);
  expect(await word()).toBe('Quorate');
  await shoot('link-down');
  await lab.linkUp(1, 1);
  await expect.poll(() => textOf(page, '#state'), { timeout: 15_000 }).not.toContain('down');
  console.info(`page: link down after ${after} ms`);
});

// Less than ten seconds, here and below: the regular look would show it too.
test('a partition changes the page by itself within 8 s of corosync, its healing too', async () => {
  const cut = Date.now();
  await lab.partition([[1], [2, 3]]);
  await lab.waitFor(1, [1], { quorate: false }); // corosync itself takes its token timeout and consensus
  await until('Not quorate', '#state', 8_000);
  const lost = Date.now() - cut;
  await expect.poll(() => textOf(page, '#state'), { timeout: 5_000 }).toContain('node2 and node3 are missing');
  const text = await textOf(page, 'main');
  expect(text).toContain('1 vote of 3, 2 needed: 1 vote missing.');
  expect(text).toMatch(/node2 nodeid 2\s+missing\s+not counted\s+dead\s+1\s+not reached/);
  expect(text).toMatch(/node2 nodeid 2\s+down\s+10\.10\.0\.2\s+down/);
  expect(await textOf(page, '.changes')).toContain('Quorum lost');
  await expectAccessible('partition');
  await lab.heal();
  await lab.waitFor(1, [1, 2, 3], { quorate: true });
  const healed = await until('Quorate', '#state .word', 8_000);
  await expect.poll(() => textOf(page, '#state'), { timeout: 5_000 }).toContain('All 3 nodes');
  console.info(`page: quorum lost ${lost} ms after the cut, quorate ${healed} ms after corosync says so`);
});

test('a frozen corosync: nothing is confirmed, and the page says why, within 8 s', async () => {
  lab.freeze(1);
  const after = await until('Corosync does not answer', '#state', 8_000);
  expect(await word()).toBe('Not confirmed');
  const text = await textOf(page, '#details');
  expect(text).toMatch(/node2 nodeid 2(?:\s+not confirmed){5}/);
  expect(text).toContain('The votes: not confirmed');
  expect(text).toContain('connected, no answer');
  await expectAccessible('frozen');
  lab.thaw(1);
  const thawed = await until('Quorate', '#state .word', 15_000);
  console.info(`page: frozen after ${after} ms, thawed after ${thawed} ms`);
  await lab.waitFor(1, [1, 2, 3], { quorate: true });
});

test('an exporter that corosync refuses says how it is let in', async () => {
  const address = '127.0.0.1:15406';
  const nobody = { uid: 65534, gid: 65534 };
  const refused = new ExporterOnNode(lab, 1, { args: [`--web.listen-address=${address}`], ...nobody });
  await expect.poll(() => refused.lines.join(), { timeout: 10_000 }).toContain('CS_ERR_ACCESS');
  const other = (await browser?.browser.newPage()) as Page;
  await other.goto(`http://${address}/`);
  expect(await textOf(other, '#state')).toContain('Corosync runs but refuses this exporter.');
  expect(await textOf(other, '.remedies')).toMatch(
    /CS_ERR_ACCESS \(11\)[\s\S]*gid: corosync-exporter\n}\nEND\ncorosync-cfgtool -R/,
  );
  expect(await axeFindings(other)).toEqual([]);
  await shoot('refused', other);
  await other.close();
  await refused.end();
});

test('with TLS and a password it is the same page, and follows what happens', async () => {
  folder.makeUsual();
  const users = `basic_auth_users:\n  reader: ${hashSync('right', 10)}\n`;
  const web = folder.write('web.yml', `tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n${users}`);
  const args = ['--web.listen-address=127.0.0.1:15407', `--web.config.file=${web}`, '--no-collector.cpg_groups'];
  const exporter = new ExporterOnNode(lab, 1, { args });
  await expect.poll(() => exporter.lines.join(), { timeout: 10_000 }).toContain('msg=Quorate');
  const other = await newPage(browser as Browser);
  const devTools = await other.createCDPSession();
  await devTools.send('Security.setIgnoreCertificateErrors', { ignore: true }); // nobody has told Chromium of that CA
  const open = async (password: string) => (await other.goto(`https://reader:${password}@127.0.0.1:15407/`))?.status();
  await expect(open('wrong')).rejects.toThrow('ERR_INVALID_AUTH_CREDENTIALS');
  complaints.splice(0);

  expect(await open('right')).toBe(200);
  expect(await other.evaluate('isSecureContext')).toBe(true);
  expect(await textOf(other, '#state .word')).toBe('Quorate');
  expect(await textOf(other, 'main')).toMatch(/The groups: off\s+Not collected/);
  expect(await axeFindings(other)).toEqual([]);
  await other.evaluate("document.querySelector('#nodes').mark = 1; fetch('http://127.0.0.1:15405/').catch(() => 0)");
  expect(complaints.splice(0).join()).toContain('Content Security Policy');
  const refreshed = await other.evaluate('document.body.dataset.time');
  await lab.linkDown(1, 1);
  // By the stream: the regular look is after ten seconds.
  await expect.poll(() => textOf(other, '#state'), { timeout: 8_000, interval: 50 }).toContain('Links are down');
  expect(await other.evaluate("[document.querySelector('#nodes').mark, document.body.dataset.time]")).toEqual([
    1,
    expect.not.stringMatching(String(refreshed)),
  ]);
  await lab.linkUp(1, 1);
  await other.close();
  expect(await exporter.end()).toMatchObject({ status: 0 });
});

test('corosync killed: what to do is on the page, and it is back after the start', async () => {
  await lab.kill(1);
  await until('Corosync does not run on this node', '#state', 5_000);
  expect(await textOf(page, '.remedies')).toContain('systemctl status corosync');
  await expectAccessible('killed');
  await lab.start(1);
  await until('All 3 nodes', '#state', 20_000);
});
