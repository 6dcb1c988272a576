import { sendDatagram } from '../../src/monitor/send-datagram.ts';

/** What a service manager is told, sd_notify(3); without one nothing is sent. */
export interface ServiceManager {
  /** Everything is served from now on; the watchdog, if there is one, is fed until the process ends. */
  ready(status: string): void;
  stopping(): void;
}

/** How long to wait before READY=1 is sent once more to a manager that had no room for it. */
const retryInterval = 100;

/** The service manager that the environment of a unit of Type=notify names. */
export function serviceManager(env: NodeJS.ProcessEnv, pid: number, send = sendDatagram): ServiceManager {
  const address = env.NOTIFY_SOCKET;
  // The other kind, vsock:, is for virtual machines: there the machine's own manager is the one to tell.
  if (address === undefined || !/^[/@]./.test(address)) return { ready() {}, stopping() {} };
  const interval = watchdogInterval(env, pid);
  let stopped = false;
  const ready = (status: string) => {
    if (stopped) return;
    const taken = send(address, `READY=1\nSTATUS=${status.replaceAll('\n', ' ')}`);
    if (!taken) setTimeout(ready, retryInterval, status).unref();
  };
  return {
    ready(status) {
      ready(status);
      // A timer of the main thread and nothing more: it stops when that thread hangs, and goes on while corosync is frozen.
      if (interval !== undefined) setInterval(() => send(address, 'WATCHDOG=1'), interval).unref();
    },
    stopping() {
      stopped = true;
      send(address, 'STOPPING=1');
    },
  };
}

/** How often to feed the watchdog, in milliseconds: twice in its time, sd_watchdog_enabled(3); undefined if there is none. */
export function watchdogInterval(
  { WATCHDOG_USEC: time, WATCHDOG_PID: meant }: NodeJS.ProcessEnv,
  pid: number,
): number | undefined {
  if (meant !== undefined && Number(meant) !== pid) return undefined;
  const milliseconds = Number(time ?? 0) / 2000;
  return milliseconds > 0 ? Math.min(Math.max(Math.floor(milliseconds), 1), 60_000) : undefined;
}
