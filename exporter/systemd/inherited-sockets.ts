import { ConfigError } from '../config-error.ts';

/** A listening socket that a service manager has opened for this process. */
export interface InheritedSocket {
  readonly fd: number;
}

/** SD_LISTEN_FDS_START */
const firstFd = 3;

/** The sockets that systemd has passed, sd_listen_fds(3); it is a ConfigError if there are none. */
export function inheritedSockets(env: NodeJS.ProcessEnv, pid: number): readonly InheritedSocket[] {
  const count = Number(env.LISTEN_PID) === pid ? Number(env.LISTEN_FDS) : 0;
  if (!Number.isInteger(count) || count < 1) {
    throw new ConfigError(
      '--web.systemd-socket found no socket: start corosync-exporter.socket, then the service, or leave the flag out',
    );
  }
  return Array.from({ length: count }, (_, index) => ({ fd: firstFd + index }));
}
