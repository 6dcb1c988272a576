import { Monitor } from '../../src/monitor/monitor.ts';
import type { MonitorOptions } from '../../src/monitor/options.ts';
import type { BuildInfo } from '../collectors/metric.ts';
import type { Config } from '../config-schema.ts';
import { monitorOptions } from '../exporter.ts';
import { readOnce } from '../once.ts';
import { examine } from './examine.ts';
import type { Finding } from './finding.ts';

/** What a patient may take, and how long it takes to end it, in milliseconds. */
const readDeadline = 3_000;
const stopDeadline = 1_000;

const silent = { info() {}, warn() {}, error() {} };

/** Tries everything that the exporter needs on this node, without joining a group; `held`: corosync holds a lane. */
export async function consult(
  config: Config,
  { nodeVersion }: BuildInfo,
  simulation?: MonitorOptions['simulation'],
): Promise<{ findings: readonly Finding[]; held: boolean }> {
  const alone = { ...config, cpg: { ...config.cpg, join: false } };
  const monitor = Monitor.start({ ...monitorOptions(alone, simulation), log: silent });
  const snapshot = await readOnce(monitor, readDeadline);
  const identity = { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 };
  const findings = await examine({ config, snapshot, identity, nodeVersion, now: Date.now() });
  return { findings, held: !(await monitor.stop(stopDeadline)) };
}
