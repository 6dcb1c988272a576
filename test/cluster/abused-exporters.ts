import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { AbuserOnNode } from './abuser-on-node.ts';
import type { AbuseOptions, Damage } from './abuses.ts';
import { DecentScraper } from './decent-scraper.ts';
import { ExporterOnNode, isUp } from './exporter-on-node.ts';
import type { Lab } from './lab.ts';
import { until } from './processes.ts';

/** Prometheus gives up after 10 s unless told otherwise: half of that leaves it the same again. In milliseconds. */
const timely = 5_000;
/** What abuse may cost, in MiB: hundreds of answers that wait to be taken, and what is not collected yet. */
export const costly = 120;

/** A stall of the machine makes knet drop links, and what follows from that is rightly told. */
const ofStalls = / msg=(Quorate|"(Link (down|up)|Membership changed|Quorum lost)") /;

/** One that everybody may scrape, and one with TLS and a user. */
const ports = { open: 15405, guarded: 15406 };
type Which = keyof typeof ports;
type Abuses = readonly Omit<AbuseOptions, 'port'>[];

/** Two exporters on the first node of a lab, and who abuses them. This thread is on that node from then on. */
export class AbusedExporters {
  readonly open: ExporterOnNode;
  readonly guarded: ExporterOnNode;
  readonly #abuser: AbuserOnNode;

  private constructor(lab: Lab, webFile: string) {
    this.open = new ExporterOnNode(lab, 1);
    const args = [`--web.config.file=${webFile}`, `--web.listen-address=:${ports.guarded}`];
    this.guarded = new ExporterOnNode(lab, 1, { args });
    this.#abuser = new AbuserOnNode(lab, 1);
  }

  /** Starts them; the web configuration has TLS and the user alice, whose password is right. */
  static async start(lab: Lab, webFile: string): Promise<AbusedExporters> {
    const exporters = new AbusedExporters(lab, webFile);
    await exporters.open.until(isUp, 10_000);
    lab.enter(1);
    const connected = () => exporters.guarded.lines.filter((line) => line.includes('Connected to corosync')).length;
    if (!(await until(() => connected() >= 6, 10_000))) throw new Error(exporters.guarded.lines.join('\n'));
    const scraper = exporters.#scraper('guarded'); // the first password starts a thread
    await sleep(500);
    await scraper.end();
    return exporters;
  }

  /**
   * Abuses them, each with a decent scraper beside it, for so many milliseconds, or until what became of the abusers'
   * connections is as wanted, which is then 20 s at most; what became of them.
   */
  async abuse(
    time: number | ((damage: readonly Damage[]) => boolean),
    of: Partial<Record<Which, Abuses>>,
  ): Promise<readonly Damage[]> {
    const watches = (Object.keys(of) as Which[]).map((which) => this.#watch(which, of[which] ?? []));
    const most = typeof time === 'number' ? time : 20_000;
    for (const end = Date.now() + most; Date.now() < end; await sleep(100)) {
      for (const { look } of watches) look();
      if (typeof time !== 'number' && time(await this.#abuser.look())) break;
    }
    const checks = await Promise.all(watches.map(({ end }) => end()));
    const damage = await this.#abuser.end();
    console.info(damage.map((one) => JSON.stringify(one)).join('\n'));
    for (const check of checks) await check();
    return damage;
  }

  #scraper(which: Which): DecentScraper {
    const options = which === 'open' ? undefined : { rejectUnauthorized: false, auth: 'alice:right' };
    return new DecentScraper(ports[which], options);
  }

  /** Begins; `end` waits for the decent scraper, and gives what is to be checked once nobody abuses any more. */
  #watch(which: Which, abuses: Abuses) {
    const { [which]: exporter } = this;
    const before = { memory: memoryOf(exporter), descriptors: exporter.descriptors, lines: exporter.lines.length };
    const most = { memory: before.memory, descriptors: before.descriptors };
    this.#abuser.begin(...abuses.map((one) => ({ ...one, port: ports[which] })));
    const scraper = this.#scraper(which);
    const look = () => {
      most.memory = Math.max(most.memory, memoryOf(exporter));
      most.descriptors = Math.max(most.descriptors, exporter.descriptors);
    };
    const end = async () => {
      const { statuses, took } = await scraper.end();
      const [median, last] = [took[took.length >> 1] ?? Number.NaN, took.at(-1) ?? Number.NaN];
      return async () => {
        await expect.poll(() => exporter.descriptors, { timeout: 3_000 }).toBeLessThanOrEqual(before.descriptors + 2);
        console.info(
          `${which}, ${abuses.map(({ name, count }) => `${count} ${name}`).join(', ')}: ${took.length} scrapes, ` +
            `median ${median.toFixed(0)} ms, most ${last.toFixed(0)} ms; descriptors ${before.descriptors}, ` +
            `most ${most.descriptors}; memory ${before.memory.toFixed(0)} MiB, most ${most.memory.toFixed(0)}, ` +
            `then ${memoryOf(exporter).toFixed(0)}`,
        );
        expect(Object.keys(statuses)).toEqual(['200']);
        expect(last).toBeLessThan(timely);
        expect(most.memory - before.memory).toBeLessThan(costly);
        expect(exporter.lines.slice(before.lines).filter((line) => !ofStalls.test(line))).toEqual([]);
      };
    };
    return { look, end };
  }
}

/** Memory in MiB that is the process's own. */
export function memoryOf({ process }: ExporterOnNode): number {
  const [, kibibytes] = /^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${process.pid}/smaps_rollup`, 'utf8')) ?? [];
  return Number(kibibytes) / 1024;
}
