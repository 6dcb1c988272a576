import fc from 'fast-check';
import { expect } from 'vitest';
import type { CmapApi, CpgApi } from '../../src/corosync/bindings.ts';
import type { CmapValue } from '../../src/corosync/types.ts';
import { clusterOf, digestOf, FollowedConfiguration } from '../../src/monitor/configuration.ts';
import { ClientReader } from '../../src/monitor/read-clients.ts';
import { RoundTrip } from '../../src/monitor/round-trip.ts';
import { bytes, text, texts } from './arbitraries.ts';
import { holds } from './holds.ts';

const value: fc.Arbitrary<CmapValue> = fc.oneof(
  text,
  fc.integer(),
  fc.double(),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  bytes.map((raw) => Uint8Array.from(raw)),
);
const key = fc.oneof(
  fc.constantFrom(
    'nodelist.local_node_pos',
    'totem.cluster_name',
    'totem.transport',
    'totem.key',
    'config.reload_in_progress',
    'totem.__proto__',
  ),
  fc
    .tuple(fc.nat({ max: 3 }), fc.constantFrom('nodeid', 'name', 'ring0_addr', 'ring7_addr', '__proto__'))
    .map(([at, what]) => `nodelist.node.${at}.${what}`),
  texts('nodelist.', 'node.', '0', '.', 'totem.', 'runtime.members.', 'quorum.'),
);

holds(
  'a configuration of keys and values of any kind is a cluster and a digest, and never the secret',
  fc.property(fc.uniqueArray(fc.tuple(key, value), { selector: ([name]) => name }), (entries) => {
    const map = new Map<string, CmapValue>(entries);
    const cmap = {
      keys: (prefix: string) => [...map.keys()].filter((name) => name.startsWith(prefix)),
      get: (name: string) => map.get(name),
    };
    const { keys, digest } = new FollowedConfiguration().read(cmap as unknown as CmapApi);
    expect(keys).not.toHaveProperty(['totem.key']);
    expect(digestOf(keys)).toBe(digest);
    expect(digest === undefined || (Number.isSafeInteger(digest) && digest >= 0)).toBe(true);
    for (const { addresses } of clusterOf(keys).nodes) for (const { link } of addresses) expect(link).toBeLessThan(10);
  }),
);

holds(
  'clients by names of any kind are read',
  fc.property(fc.array(fc.tuple(fc.nat({ max: 9 }), value), { maxLength: 300 }), (clients) => {
    const map = new Map<string, CmapValue>(
      clients.flatMap(([service, process], i) => [
        [`stats.ipcs.service${service}.${i}.0x1.procname`, process],
        [`stats.ipcs.service${service}.${i}.0x1.requests`, BigInt(i)],
      ]),
    );
    const stats = { keys: () => [...map.keys()], get: (name: string) => map.get(name) };
    const { connections } = new ClientReader().read(stats as unknown as CmapApi, ['requests']);
    expect(connections).toHaveLength(clients.length);
    expect(new Set(connections.map(({ pair }) => `${pair.service} ${pair.process}`)).size).toBeLessThanOrEqual(210);
  }),
);

holds(
  'no message of another one in our group is taken for the one that is under way',
  fc.property(
    fc.array(
      fc.oneof(
        bytes,
        fc.uint8Array({ minLength: 4_000, maxLength: 4_096 }),
        texts('probe ', '1', '-', '0').map((one) => Buffer.from(one)),
      ),
    ),
    (messages) => {
      const sent: Uint8Array[] = [];
      let now = 0;
      const roundTrip = new RoundTrip(15_000, () => now);
      const deliver = (message: Uint8Array) =>
        roundTrip.delivered({ kind: 'deliver', group: 'corosync-exporter', nodeid: 1, pid: 1, message });
      roundTrip.step({ mcastJoined: (message: Uint8Array) => void sent.push(message) } as CpgApi);
      const own = Buffer.from(sent[0] ?? []);
      now = 2;
      for (const message of [...messages, own.subarray(1), Buffer.concat([own, Buffer.alloc(1)])])
        expect(deliver(message)).toBeUndefined();
      expect(deliver(own)).toEqual({ kind: 'round-trip', seconds: 0.002 });
      expect(deliver(own)).toBeUndefined();
    },
  ),
);
