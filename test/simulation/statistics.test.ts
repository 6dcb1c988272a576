import { expect, test } from 'vitest';
import { DispatchMode } from '../../src/corosync/types.ts';
import { loopSeconds, nodeids } from '../../src/simulation/script.ts';
import { simulate, startedAt } from './simulate.ts';

/** Reads keys of a node's statistics at a moment, over a connection of that moment. */
function read(nodeid: number, seconds: number) {
  const { clock, cmap_stats } = simulate(nodeid);
  clock.seconds = seconds;
  const stats = cmap_stats.connect();
  return {
    number: (key: string) => Number(stats.get(`stats.${key}`)),
    value: (key: string) => stats.get(`stats.${key}`),
    keys: (prefix: string) => stats.keys(`stats.${prefix}`),
  };
}

/** How much a counter grows between two moments. */
function growth(nodeid: number, key: string, from: number, to: number): number {
  return read(nodeid, to).number(key) - read(nodeid, from).number(key);
}

const lossOfNode3 = [24.9, 27] as const;

test.each([
  ['srp.', 30],
  ['pg.', 2],
  ['knet.node2.link0.', 39],
  ['knet.node3.link1.', 39],
  ['knet.node1.', 39],
  ['knet.handle.', 22],
  ['ipcs.global.', 2],
  ['schedmiss.', 0],
])('stats.%s has its %d keys', (prefix, count) => {
  expect(read(1, 10).keys(prefix)).toHaveLength(count);
});

test.each([
  ['srp.orf_token_rx', 'bigint'],
  ['srp.mtt_rx_token', 'number'],
  ['srp.time_since_token_last_received', 'bigint'],
  ['pg.msg_reserved', 'number'],
  ['knet.node2.link0.connected', 'number'],
  ['knet.node2.link0.up_count', 'number'],
  ['knet.node2.link0.tx_ping_retries', 'number'],
  ['knet.node2.link0.tx_ping_bytes', 'bigint'],
  ['knet.handle.tx_crypt_packets', 'bigint'],
  ['ipcs.global.active', 'bigint'],
])('stats.%s is a %s, as the decoded value of corosync is', (key, type) => {
  expect(typeof read(1, 10).value(key)).toBe(type);
});

test.each(nodeids)('no counter of node %i falls while its corosync runs, over loops too', (nodeid) => {
  const { clock, cmap_stats, cmap } = simulate(nodeid);
  const gauges =
    /(latency_\w+|time_(ave|min|max)|connected|mtt_\w+|continuous_\w+|received|active|delay|timestamp|time_since\w+)$/;
  const known = new Map<string, bigint | number>();
  let maps = [cmap_stats.connect(), cmap.connect()] as const;
  let compared = 0;
  for (let at = 0; at < 1.2 * loopSeconds; at += 3.1) {
    const phase = at % loopSeconds;
    if (nodeid === 2 && phase > 128 && phase < 152) continue;
    clock.seconds = at;
    if (maps[0].dispatch(DispatchMode.CS_DISPATCH_ALL).code !== 1) {
      // corosync is gone or was started again: counters start anew.
      known.clear();
      try {
        maps = [cmap_stats.connect(), cmap.connect()];
      } catch {
        continue;
      }
    }
    const [stats, configuration] = maps;
    const keys = [...stats.keys('stats.'), ...configuration.keys('runtime.services.')];
    for (const key of keys.filter((one) => !gauges.test(one))) {
      const value = (key.startsWith('stats.') ? stats : configuration).get(key);
      if (typeof value !== 'number' && typeof value !== 'bigint') continue;
      const before = known.get(key);
      if (before !== undefined && value < before) expect.fail(`${key} falls from ${before} to ${value} at ${at} s`);
      known.set(key, value);
      compared += Number(before !== undefined);
    }
  }
  expect(compared).toBeGreaterThan(15_000);
});

test('counters start anew with the corosync that counts them', () => {
  expect(read(3, 24).number('srp.orf_token_rx')).toBeGreaterThan(80);
  expect(read(3, 50.2).number('srp.orf_token_rx')).toBeLessThan(30);
  expect(read(3, 50.2).number('knet.node1.link0.up_count')).toBe(0);
  expect(read(3, 52).number('knet.node1.link0.up_count')).toBe(1);
  expect(read(2, 10 * loopSeconds).number('srp.operational_entered')).toBeGreaterThan(50);
});

test('an idle ring sees the token three times a second', () => {
  const tokens = growth(1, 'srp.orf_token_rx', 10, 20);
  expect(tokens).toBeGreaterThan(30);
  expect(tokens).toBeLessThan(60);
});

test('the loss of a node is a lost token, a ring, retransmits and both links down', () => {
  expect(growth(1, 'srp.operational_token_lost', ...lossOfNode3)).toBe(1);
  expect(growth(2, 'srp.operational_token_lost', ...lossOfNode3)).toBe(0);
  expect(growth(1, 'srp.operational_entered', ...lossOfNode3)).toBe(1);
  expect(growth(1, 'srp.mcast_retx', ...lossOfNode3)).toBeGreaterThan(0);
  expect(growth(1, 'knet.node3.link0.down_count', ...lossOfNode3)).toBe(1);
  expect(growth(1, 'knet.node3.link1.down_count', ...lossOfNode3)).toBe(1);
  expect(growth(1, 'knet.node2.link0.down_count', ...lossOfNode3)).toBe(0);
  expect(growth(1, 'srp.gather_entered', ...lossOfNode3)).toBe(2);
});

test('a stop in order loses no token', () => {
  expect(growth(2, 'srp.operational_token_lost', 164, 167)).toBe(0);
  expect(growth(2, 'srp.operational_entered', 164, 167)).toBe(1);
});

test('while the ring is broken no token comes and its age grows', () => {
  expect(growth(1, 'srp.orf_token_rx', 25.1, 26.4)).toBe(0);
  expect(read(1, 26.4).value('srp.time_since_token_last_received')).toBe(1400n);
  expect(read(1, 26.4).number('srp.continuous_gather')).toBe(1);
  expect(read(1, 27).number('srp.time_since_token_last_received')).toBeLessThan(400);
});

test('the latency rises before the network fails, stays while the link is down and falls after', () => {
  const latency = (seconds: number) => read(1, seconds).number('knet.node3.link1.latency_ave');
  expect(latency(65)).toBeGreaterThan(2 * latency(57));
  expect(latency(70)).toBe(latency(90));
  expect(latency(107)).toBeLessThan(latency(97));
  // Without a warning where corosync was killed.
  expect(read(1, 24.9).number('knet.node3.link0.latency_ave')).toBeLessThan(
    1.2 * read(1, 15).number('knet.node3.link0.latency_ave'),
  );
  const { number } = read(1, 66);
  expect(number('knet.node3.link1.latency_max')).toBeGreaterThan(number('knet.node3.link1.latency_ave'));
  expect(number('knet.node3.link1.latency_min')).toBeLessThan(latency(57));
});

test('data takes the first link that is connected', () => {
  expect(growth(1, 'knet.node2.link0.tx_data_packets', 10, 20)).toBeGreaterThan(30);
  expect(growth(1, 'knet.node2.link1.tx_data_packets', 10, 20)).toBe(0);
});

test('pings are sent over a link that is down, and not answered', () => {
  expect(growth(1, 'knet.node3.link1.tx_ping_packets', 10, 20)).toBeGreaterThan(20);
  expect(growth(1, 'knet.node3.link1.rx_pong_packets', 10, 20)).toBe(0);
  expect(growth(1, 'knet.node3.link0.rx_pong_packets', 10, 20)).toBeGreaterThan(20);
});

test('the totals of a link are the sums of its kinds', () => {
  const { number } = read(1, 100);
  for (const what of ['tx_%_packets', 'tx_%_bytes', 'rx_%_packets', 'rx_%_bytes']) {
    const of = (kind: string) => number(`knet.node3.link0.${what.replace('%', kind)}`);
    expect(of('total')).toBe(of('data') + of('ping') + of('pong') + of('pmtu'));
  }
});

test('the clients are Pacemaker and this exporter; each connection has 13 fields', () => {
  const { keys, value } = read(1, 10);
  const names = keys('ipcs.service').filter((key) => key.endsWith('.procname'));
  const clients = names.map((key) => `${key.split('.')[2]} ${value(key.slice('stats.'.length))}`);
  expect(new Set(clients)).toEqual(
    new Set([
      ...['service1 pacemakerd', 'service2 pacemaker-based', 'service2 pacemaker-fence', 'service2 pacemaker-attrd'],
      ...['service2 pacemaker-contr', 'service3 pacemaker-contr'],
      ...[0, 1, 2, 3, 5].map((service) => `service${service} corosync-export`),
    ]),
  );
  expect(keys('ipcs.service')).toHaveLength(13 * names.length);
  expect(value('ipcs.global.active')).toBe(BigInt(names.length));
});

test('Pacemaker is back a little after corosync', () => {
  expect(
    read(3, 51)
      .keys('ipcs.service')
      .some((key) => key.startsWith('stats.ipcs.service1.1401')),
  ).toBe(false);
  expect(
    read(3, 54)
      .keys('ipcs.service')
      .some((key) => key.startsWith('stats.ipcs.service1.1401')),
  ).toBe(true);
});

test('a freeze is a scheduling pause of that length, told since its end', () => {
  expect(read(2, 129).keys('schedmiss.')).toEqual([]);
  const { value } = read(2, 155);
  expect(value('schedmiss.0.delay')).toBe(20_000);
  expect(value('schedmiss.0.timestamp')).toBe(BigInt(startedAt + 150_000));
  expect(value('schedmiss.1.delay')).toBeUndefined();
  const later = read(2, 20 * loopSeconds);
  expect(later.keys('schedmiss.')).toHaveLength(20);
  expect(later.value('schedmiss.0.timestamp')).toBe(BigInt(startedAt + (19 * loopSeconds + 150) * 1000));
  expect(later.value('schedmiss.9.timestamp')).toBe(BigInt(startedAt + (10 * loopSeconds + 150) * 1000));
  expect(read(1, 155).keys('schedmiss.')).toEqual([]);
});
