import type { Config } from './config-schema.ts';

/** The nodes of the simulated cluster. */
export const demoNodes = [1, 2, 3] as const;

/** The configuration of one demo exporter: the neighbouring port of the first address for each node. */
export function demoConfig(config: Config, nodeid: number): Config {
  const addresses = config.web.listen_addresses
    .slice(0, 1)
    .map(({ host, port }) => ({ host, port: port === 0 ? 0 : port + nodeid - 1 }));
  return { ...config, web: { ...config.web, listen_addresses: addresses } };
}
