import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type Page } from 'puppeteer-core';

const executable = '/usr/bin/chromium';

/** Where the browser runs: on this machine, or on a node of a lab. */
export interface Place {
  spawn(command: string, args: readonly string[]): ChildProcess;
  /** Does what needs the network of that place. */
  within<T>(act: () => Promise<T>): Promise<T>;
}

export const here: Place = {
  spawn: (command, args) => spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] }),
  within: (act) => act(),
};

/** A Chromium without a window, with a profile of its own that goes with it. */
export async function openBrowser(place: Place = here) {
  const profile = mkdtempSync(join(tmpdir(), 'page-browser-'));
  const child = place.spawn(executable, [
    ...[
      '--headless=new',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--no-first-run',
      '--hide-scrollbars',
    ],
    ...['--disable-background-networking', '--disable-crash-reporter', '--remote-debugging-port=0'],
    ...[`--user-data-dir=${profile}`, 'about:blank'],
  ]);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const end = async () => {
    child.kill('SIGTERM');
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 3_000).unref())]);
    child.kill('SIGKILL');
    await ended;
    await remove(profile);
  };
  try {
    const browserWSEndpoint = await endpointOf(child);
    const browser = await place.within(() => connect({ browserWSEndpoint, defaultViewport: null }));
    const close = async () => {
      await browser.disconnect();
      await end();
    };
    return { browser, close };
  } catch (error) {
    await end();
    throw error;
  }
}

export type Browser = Awaited<ReturnType<typeof openBrowser>>;

function endpointOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let log = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      log += text;
      const found = /listening on (ws:\S+)/.exec(log)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`Chromium ended: ${log}`)));
  });
}

/** Its processes may outlive it by a moment, and go on writing; rmSync's own retries do not look at the folder again. */
async function remove(folder: string): Promise<void> {
  for (let tries = 25; ; tries--) {
    try {
      return rmSync(folder, { recursive: true, force: true });
    } catch (error) {
      if (tries === 0) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

/** How a page is looked at. */
export interface Look {
  readonly width?: number;
  readonly scheme?: 'light' | 'dark';
}

export async function look(page: Page, { width = 1280, scheme = 'light' }: Look = {}): Promise<void> {
  await page.setViewport({ width, height: 900 });
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
}

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** What axe finds wrong, or cannot tell, each with the elements; of what is scrolled out of sight it cannot tell. */
export async function axeFindings(page: Page): Promise<string[]> {
  await page.evaluate(readFileSync(axe, 'utf8')); // by DevTools, which the page's policy does not concern
  return (await page.evaluate(`axe.run({ resultTypes: ['violations', 'incomplete'] }).then((result) => {
    const hidden = ({ target: [selector] }) => {
      const table = document.querySelector(selector).closest('.scroll');
      return table !== null && table.scrollWidth > table.clientWidth;
    };
    const unclear = result.incomplete.map((one) => ({ ...one, nodes: one.nodes.filter((node) => !hidden(node)) }));
    return [...result.violations, ...unclear.filter(({ nodes }) => nodes.length > 0)].map(
      ({ id, nodes }) => id + ': ' + nodes.map((node) => node.html).join(' '),
    );
  })`)) as string[];
}

/** The width beyond the window that the page would have to be scrolled for. */
export const overflow = (page: Page): Promise<number> =>
  page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth') as Promise<number>;

/** What a person reads. */
export const textOf = (page: Page, selector: string): Promise<string> =>
  page.evaluate(`document.querySelector(${JSON.stringify(selector)}).innerText`) as Promise<string>;
