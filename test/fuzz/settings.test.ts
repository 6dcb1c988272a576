import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseAddress, printAddress } from '../../exporter/address.ts';
import { parseDuration } from '../../exporter/duration.ts';
import { parseGoDuration } from '../../exporter/web/go-duration.ts';
import { endless, texts } from './arbitraries.ts';
import { holds, soon } from './holds.ts';

const part = fc.option(fc.nat({ max: 999 }), { nil: undefined });
const units = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };

holds(
  'a duration is the sum of its parts, in both notations',
  fc.property(fc.tuple(part, part, part, part, part), (counts) => {
    const parts = Object.entries(units).flatMap(([unit, factor], i) => {
      const count = counts[i];
      return count === undefined ? [] : [{ text: `${count}${unit}`, milliseconds: count * factor, unit }];
    });
    const text = parts.map((one) => one.text).join('');
    const sum = parts.reduce((total, { milliseconds }) => total + milliseconds, 0);
    expect(parseDuration(text)).toBe(text === '' ? undefined : sum);
    const hasDays = parts.some(({ unit }) => unit === 'd');
    expect(parseGoDuration(text)).toBe(text === '' || hasDays ? undefined : sum);
  }),
);

const durations = fc.oneof(
  texts('1', '0', '.', '1s', 'd', 'h', 'm', 's', 'ms', 'us', 'µs', 'ns', '-', '+', 'e'),
  endless('1', '1.', '1s', '.', 'm', '0'),
  fc
    .tuple(fc.constantFrom('', '-', '+', '.'), fc.nat(), fc.constantFrom('', ...Object.keys(units)))
    .map((parts) => parts.join('')),
);

holds(
  'no text is a duration that is not a number or negative',
  fc.property(durations, (text) => {
    for (const parse of [parseDuration, parseGoDuration]) {
      const value = soon(() => parse(text));
      expect(value === undefined || value >= 0, String(value)).toBe(true);
    }
    expect(parseGoDuration(text)).not.toBe(Number.POSITIVE_INFINITY);
  }),
);

holds(
  'an address is the same after it was written',
  fc.property(
    fc
      .oneof(fc.ipV4(), fc.ipV6(), fc.domain(), fc.constant(undefined))
      .chain((host) => fc.record({ host: fc.constant(host), port: fc.nat({ max: 65_535 }) })),
    (address) => {
      expect(parseAddress(printAddress(address))).toEqual(address);
    },
  ),
);

holds(
  'no text is an address with a port that there is not',
  fc.property(
    fc.oneof(
      texts(':', '[', ']', '::1', '%eth0', 'a.b', '65536', '1'),
      endless(':', '[', 'a', '1', '%', '.'),
      fc.tuple(fc.constantFrom('', 'a', '[::1]'), fc.nat({ max: 99_999 })).map(([host, port]) => `${host}:${port}`),
    ),
    (text) => {
      const address = soon(() => parseAddress(text));
      if (address !== undefined) expect(address.port >= 0 && address.port <= 65_535).toBe(true);
    },
  ),
);

test.each(['2562047h', '9223372036s'])('%s is the longest of Go, and ten times that is none', (text) => {
  expect(parseGoDuration(text)).toBeGreaterThan(0);
  expect(parseGoDuration(text.replace(/(?=\D)/, '0'))).toBeUndefined();
});
