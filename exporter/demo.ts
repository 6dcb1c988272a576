import { printAddress } from './address.ts';
import { ConfigError } from './config-error.ts';
import type { Config } from './config-schema.ts';

/** The nodes of the simulated cluster. */
export const demoNodes = [1, 2, 3] as const;

const lastPort = 65_535 - demoNodes.length + 1;

/** The configuration of one demo exporter: the neighbouring port of the first address for each node. */
export function demoConfig(config: Config, nodeid: number): Config {
  const addresses = config.web.listen_addresses.slice(0, 1).map(({ host, port }) => {
    if (port > lastPort) {
      const address = `--web.listen-address ${printAddress({ host, port })}`;
      throw new ConfigError(
        `${address} has no two ports after it, which the demo takes too; choose one up to ${lastPort}`,
      );
    }
    return { host, port: port === 0 ? 0 : port + nodeid - 1 };
  });
  return { ...config, web: { ...config.web, listen_addresses: addresses } };
}
