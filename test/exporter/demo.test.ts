import { expect, test } from 'vitest';
import { readConfig } from '../../exporter/config.ts';
import { ConfigError } from '../../exporter/config-error.ts';
import { demoConfig, demoNodes } from '../../exporter/demo.ts';

const ports = (address: string) => {
  const config = readConfig({ name: 'x', text: `web: {listen_addresses: ["${address}", ":1"]}` });
  return demoNodes.map((nodeid) => demoConfig(config, nodeid).web.listen_addresses.map(({ port }) => port));
};

test.each([
  [':15405', [[15405], [15406], [15407]]],
  [':65533', [[65533], [65534], [65535]]],
  [':0', [[0], [0], [0]]],
])('%s gives each node a port', (address, expected) => {
  expect(ports(address)).toEqual(expected);
});

test.each([':65534', '127.0.0.1:65535'])(
  '%s has too few ports after it, which is told before any is used',
  (address) => {
    expect(() => ports(address)).toThrow(ConfigError);
    expect(() => ports(address)).toThrow(
      `--web.listen-address ${address} has no two ports after it, which the demo takes too; choose one up to 65533`,
    );
  },
);
