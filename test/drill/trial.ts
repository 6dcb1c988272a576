import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from './faults.ts';
import { limit } from './limits.ts';
import { lingering } from './lingering.ts';
import { Monitoring } from './monitoring.ts';
import { nameOf, type Told, told, unreadable } from './outcome.ts';
import type { Site } from './site.ts';

/** An alert that arrived, in seconds. */
export interface Row {
  readonly alert: string;
  /** From the fault to the webhook. */
  readonly after: number;
  /** From healing to the webhook; undefined if it was not told within the time of the trial. */
  readonly resolved?: number;
  readonly summary: string;
  readonly description: string;
}

/** What came of a fault. */
export interface Result {
  readonly alerts: readonly Row[];
  /** How what arrived differs from what was expected. */
  readonly problems: readonly string[];
}

/** After the last expected alert, how long to wait for others; in seconds, unscaled. */
const lookout = 30;
/** By then, an alert with a `for` of a minute that nothing inhibits would have come with the second notification. */
const defaultWatch = 110;
/** With its ten minutes shortened, the pings of a busy machine bring this one about. */
const noiseWhenScaled = ['CorosyncLinkLatencyHigh'];
/** The time that corosync and these machines need, whatever the scale. */
const grace = 20;

/** Injects a fault, and tells what arrived at the webhook until everything is resolved again. */
export async function attempt(site: Site, fault: Fault, scale: number): Promise<Result> {
  await fault.prepare?.(site);
  const monitoring = await Monitoring.start(site.lab, site.management, scale);
  try {
    await fault.before?.(site, scale);
    const injected = Date.now();
    await fault.inject(site);
    await arrived(monitoring, fault, injected, scale);
    const healed = Date.now();
    await fault.heal(site);
    const unresolved = await resolved(monitoring, healed, scale);
    const alerts = told(monitoring.arrivals());
    await site.healthy();
    await fault.restore?.(site);
    return {
      alerts: alerts.map((told) => row(told, injected, healed)),
      problems: [...compare(fault, alerts, injected, healed, scale), ...unresolved],
    };
  } finally {
    await monitoring.stop();
  }
}

/** Waits until all that is expected has arrived, and then for others. */
async function arrived(monitoring: Monitoring, fault: Fault, injected: number, scale: number): Promise<void> {
  const { expected, watch = defaultWatch } = fault;
  const latest = Math.max(0, ...expected.map(limit));
  const patience = injected + 1000 * ((latest + 60) / scale + grace + watch / scale);
  const missing = () => {
    const names = told(monitoring.arrivals()).map(({ alert }) => alert);
    return expected.some((alert) => !names.includes(alert));
  };
  while (missing() && Date.now() < patience) await sleep(250);
  const until = Math.max(Date.now() + (1000 * lookout) / scale, injected + (1000 * watch) / scale);
  await sleep(until - Date.now());
}

/** Waits until the webhook was told that all is over, and for what may come yet; what was not over by then. */
async function resolved(monitoring: Monitoring, healed: number, scale: number): Promise<string[]> {
  const deadline = healed + 1000 * (240 / scale + 3 * grace);
  const lasting = (name: string | undefined) => !lingering.includes(name ?? '');
  const open = async () => {
    const unresolved = told(monitoring.arrivals()).filter(({ resolved }) => resolved === undefined);
    const known = (await monitoring.alerts()) ?? [];
    return [
      ...unresolved.map(({ alert }) => alert).filter((alert) => lasting(alert.split(' ')[0])),
      ...known.filter(({ labels }) => lasting(labels.alertname)).map((alert) => `${nameOf(alert)} (${alert.state})`),
    ];
  };
  let left = await open();
  for (; left.length > 0 && Date.now() < deadline; left = await open()) await sleep(500);
  await sleep((1000 * lookout) / scale);
  return left.map((alert) => `${alert} is not resolved`);
}

function compare(fault: Fault, alerts: Told[], injected: number, healed: number, scale: number): string[] {
  const { expected, afterwards = [] } = fault;
  const may = [...(fault.may ?? []), ...(scale === 1 ? [] : noiseWhenScaled)];
  const seconds = (alert: Told) => ((alert.firing - injected) / 1000).toFixed(0);
  const missed = expected.filter((name) => !alerts.some(({ alert }) => alert === name));
  const surplus = alerts.filter((told) => {
    const allowed = told.firing < healed ? [...expected, ...may] : [...may, ...afterwards];
    return !allowed.some((name) => name === told.alert || name === told.alert.split(' ')[0]);
  });
  const twice = alerts.filter(({ alert }, index) => alerts.findIndex((other) => other.alert === alert) !== index);
  const late = alerts.filter(
    (told) => scale === 1 && expected.includes(told.alert) && told.firing - injected > 1000 * limit(told.alert),
  );
  return [
    ...missed.map((alert) => `${alert} did not arrive`),
    ...surplus.map(
      (told) =>
        `${told.alert} arrived, ${seconds(told)} s after the fault${told.firing < healed ? '' : ', after healing'}`,
    ),
    ...twice.map(({ alert }) => `${alert} arrived twice, with different labels`),
    ...late.map((told) => `${told.alert} was late: ${seconds(told)} s`),
    ...alerts.filter(({ again }) => again > 0).map(({ alert, again }) => `${alert} was told anew ${again} times`),
    ...alerts.flatMap(unreadable),
  ];
}

function row(told: Told, injected: number, healed: number): Row {
  const { summary = '', description = '' } = told.annotations;
  return {
    alert: told.alert,
    after: Math.round((told.firing - injected) / 100) / 10,
    ...(told.resolved !== undefined && { resolved: Math.round((told.resolved - healed) / 100) / 10 }),
    summary,
    description,
  };
}
