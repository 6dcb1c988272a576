import { expect, test } from 'vitest';
import { helpText, parseCommandLine, versionText } from '../../exporter/cli.ts';
import { readConfig } from '../../exporter/config.ts';
import { ConfigError } from '../../exporter/config-error.ts';
import { flags } from '../../exporter/flags.ts';
import { build } from './fakes.ts';

const configOf = (...args: string[]) => readConfig(undefined, parseCommandLine(args).settings);

test.each([
  [[], 'run'],
  [['--once'], 'once'],
  [['--config.check'], 'check'],
  [['--version', '--once'], 'version'],
  [['--once', '--help'], 'help'],
  [['-h'], 'help'],
  [['doctor'], 'doctor'],
  [['doctor', '--json', '--once'], 'doctor'],
  [['doctor', '--help'], 'help'],
])('%j means %s', (args, action) => {
  expect(parseCommandLine(args).action).toBe(action);
});

test('--json belongs to the doctor, who comes first', () => {
  expect(parseCommandLine(['doctor', '--json']).json).toBe(true);
  expect(() => parseCommandLine(['--json'])).toThrow('--json has its place after doctor');
  expect(() => parseCommandLine(['--once', 'doctor'])).toThrow('doctor is not expected');
});

test('a value follows after = or as the next word', () => {
  expect(parseCommandLine(['--config.file=a=b.yml']).configFile).toBe('a=b.yml');
  expect(parseCommandLine(['--config.file', 'c.yml', '--demo'])).toMatchObject({ configFile: 'c.yml', demo: true });
});

test('flags set what the file would set', () => {
  const config = configOf(
    '--web.listen-address=127.0.0.1:1',
    '--web.listen-address=[::1]:2',
    '--web.telemetry-path=/m',
    '--dispatch.interval=500ms',
    '--log.level',
    'error',
    '--log.format=json',
    '--collector.process_memory',
    '--no-collector.cpg',
  );
  expect(config.web).toEqual({
    listen_addresses: [
      { host: '127.0.0.1', port: 1 },
      { host: '::1', port: 2 },
    ],
    telemetry_path: '/m',
  });
  expect(config.dispatch.interval).toBe(500);
  expect(config.log).toEqual({ level: 'error', format: 'json' });
  expect(config.collectors).toMatchObject({ process_memory: true, cpg: false, quorum: true });
});

test('of two contrary flags the last one wins', () => {
  expect(configOf('--collector.cpg', '--no-collector.cpg').collectors.cpg).toBe(false);
  expect(configOf('--no-collector.cpg', '--collector.cpg').collectors.cpg).toBe(true);
});

test.each([
  [['--web.listen-adress=:1'], '--web.listen-adress is not a known flag; did you mean --web.listen-address?'],
  [['--no-collector.quorm'], '--no-collector.quorm is not a known flag; did you mean --no-collector.quorum?'],
  [['--zzzzzzzzzz'], '--zzzzzzzzzz is not a known flag; see --help'],
  [['start'], 'start is not expected: only flags are; see --help'],
  [['--config.file'], '--config.file needs a value; write --config.file=FILE'],
  [['--config.file='], '--config.file needs a value; write --config.file=FILE'],
  [['--log.level', '--demo'], '--log.level needs a value; write --log.level=LEVEL'],
  [['--demo=yes'], '--demo takes no value; leave out =yes'],
  [['--dispatch.interval=1ms'], '--dispatch.interval must be between 100ms and 1m, not "1ms"'],
  [
    ['--web.listen-address=:1', '--web.listen-address=here'],
    '--web.listen-address must be an address such as ":15405" or "127.0.0.1:15405", not "here"',
  ],
])('%j is refused with one line', (args, message) => {
  expect(() => configOf(...args)).toThrow(new ConfigError(message));
});

test('the help names every flag', () => {
  for (const { name } of flags) expect(helpText()).toContain(`  ${name}`);
});

test('the version is told as other exporters tell it', () => {
  expect(versionText(build)).toMatch(
    /^corosync-exporter, version 1\.2\.3 \(revision: abc\)\n {2}node version: +v20\.0\.0\n/,
  );
});
