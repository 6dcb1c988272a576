import { expect, test } from 'vitest';
import { readConfig } from '../../exporter/config.ts';
import { monitorOptions } from '../../exporter/exporter.ts';

const readsOf = (text: string) => monitorOptions(readConfig({ name: 'exporter.yml', text })).reads;

test('what a collector needs is read while it is on', () => {
  expect(readsOf('').votes).toEqual([]);
  expect(readsOf('').links).toEqual(['latency_ave', 'up_count', 'down_count']);
  expect(readsOf('').services).toBeUndefined();
  expect(readsOf('collectors: {service_messages: true}').services).toEqual([]);
});

test('what no collector shows is not read', () => {
  expect(readsOf('collectors: {link_traffic: false}')).not.toHaveProperty('traffic');
  expect(readsOf('collectors: {votequorum: false}')).toHaveProperty('votes');
  expect(readsOf('collectors: {votequorum: false, qdevice: false}')).not.toHaveProperty('votes');
});

test('two collectors of one area read each field once', () => {
  const traffic = readsOf('collectors: {link_packets: true}').traffic ?? [];
  expect(traffic).toHaveLength(16 + 9);
  const { statistics = [] } = readsOf('collectors: {knet_handle: true}');
  expect(new Set(statistics).size).toBe(statistics.length);
});
