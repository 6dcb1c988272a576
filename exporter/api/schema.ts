import { z } from 'zod';

// What /api/v1/state and /api/v1/events answer: `null` is what is not confirmed now. Times are unix seconds, durations
// seconds. A field may be added within a version, none is removed or gets another meaning.

const nodeId = z.int().min(0).describe('nodeid');

const ring = z.object({
  representative_node_id: nodeId.nullable().describe('null where libquorum before 5.1.0 does not tell it'),
  sequence: z.string().regex(/^\d+$/).describe('64 bits, decimal'),
  text: z.string().describe('both in hexadecimal, as corosync prints it'),
});

const link = z.object({
  link: z.int().min(0),
  enabled: z.boolean(),
  connected: z.boolean(),
  latency_seconds: z.number().nullable(),
  mtu_bytes: z.int().nullable(),
});

const node = z.object({
  node_id: nodeId,
  name: z.string().describe('empty where the nodelist has none'),
  local: z.boolean(),
  configured: z.boolean().describe('false: a member that the nodelist lacks'),
  addresses: z.array(z.object({ link: z.int(), address: z.string() })),
  in_membership: z.boolean().nullable(),
  in_quorum_view: z.boolean().nullable(),
  votes: z.int().nullable(),
  votequorum_state: z.enum(['member', 'dead', 'leaving']).nullable(),
  qdevice: z
    .object({ registered: z.boolean(), alive: z.boolean(), cast_vote: z.boolean(), master_wins: z.boolean() })
    .nullable(),
  reachable: z.boolean().nullable().describe('null for the local node'),
  links: z.array(link).nullable().describe('as the local node sees them; null for itself'),
});

/** /api/v1/state */
export const State = z.object({
  time: z.number(),
  simulated: z.boolean(),
  up: z.boolean().describe('as corosync_up'),
  sync_in_progress: z.boolean().nullable(),
  cluster: z
    .object({ name: z.string(), transport: z.string(), crypto_cipher: z.string(), crypto_hash: z.string() })
    .nullable()
    .describe('the last one known, also while corosync does not answer'),
  local_node_id: nodeId.nullable(),
  quorum: z.object({ quorate: z.boolean(), provider_configured: z.boolean(), ring }).nullable(),
  membership: z.object({ members: z.array(nodeId), ring }).nullable(),
  votes: z
    .object({
      expected: z.int(),
      highest_expected: z.int(),
      total: z.int(),
      quorum: z.int().describe('votes needed'),
      flags: z.array(z.string()).describe('features of votequorum that are on'),
      qdevice: z.object({ name: z.string(), votes: z.int() }).nullable(),
    })
    .nullable(),
  nodes: z.array(node),
  groups: z
    .array(
      z.object({
        name: z.string(),
        members: z.array(z.object({ node_id: nodeId, processes: z.int(), stale: z.int() })),
      }),
    )
    .nullable(),
  configuration: z.object({ version: z.string().nullable(), digest: z.int().nullable() }).nullable(),
  libraries: z.array(
    z.object({
      library: z.string(),
      connected: z.boolean(),
      confirmed: z.number().nullable().describe('when what it tells was last confirmed'),
      missing: z.string().nullable().describe('why it cannot be loaded'),
      error: z.object({ call: z.string(), code: z.int(), name: z.string() }).nullable(),
    }),
  ),
  probes: z.array(z.object({ library: z.string(), success: z.boolean(), seconds: z.number() })),
  lanes: z.array(z.object({ lane: z.string(), held_seconds: z.number(), restarts: z.int() })),
});
export type State = z.infer<typeof State>;

/** An entry of /api/v1/events, and what each message of /api/v1/stream holds. */
export const Event = z.object({
  id: z.int().min(1).describe('counts from the start of the exporter'),
  time: z.number(),
  kind: z.enum(['connection', 'quorum', 'membership', 'link', 'liveness', 'configuration']),
  level: z.enum(['info', 'warn', 'error']),
  message: z.string(),
  fields: z.record(z.string(), z.union([z.string(), z.number()])),
});

/** /api/v1/events */
export const Events = z.object({ events: z.array(Event).describe('the last 500, oldest first') });
