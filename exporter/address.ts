/** Where to listen; an undefined host is every address, IPv6 and IPv4. */
export interface ListenAddress {
  readonly host: string | undefined;
  readonly port: number;
}

/** Reads `:15405`, `127.0.0.1:15405`, `[::1]:15405` or `name:15405`; undefined if it is none of them. */
export function parseAddress(text: string): ListenAddress | undefined {
  const parts = /^(?:\[([0-9A-Fa-f:.]+(?:%[\w.-]+)?)\]|([\w.-]+))?:(\d{1,5})$/.exec(text);
  const port = Number(parts?.[3]);
  if (parts === null || port > 65_535) return undefined;
  return { host: parts[1] ?? parts[2], port };
}

/** The address as it is written in flags, files and URLs. */
export function printAddress({ host, port }: ListenAddress): string {
  return `${host?.includes(':') ? `[${host}]` : (host ?? '')}:${port}`;
}
