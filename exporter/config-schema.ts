import { z } from 'zod';
import { parseAddress } from './address.ts';
import { collectors } from './collectors/index.ts';
import { duration } from './duration.ts';
import { logFormats, logLevels } from './log.ts';

const flag = () => z.boolean({ error: 'must be true or false' });

const count = (least: number, most: number) => {
  const error = `must be a whole number from ${least} to ${most}`;
  return z.int({ error }).min(least, { error }).max(most, { error });
};

const listenAddress = z
  .string({ error: 'must be an address such as ":15405" or "127.0.0.1:15405"' })
  .transform((text, context) => {
    const address = parseAddress(text);
    if (address !== undefined) return address;
    context.addIssue({ code: 'custom', message: 'must be an address such as ":15405" or "127.0.0.1:15405"' });
    return z.NEVER;
  });

// `/-/`, `/api/` and `/assets/` are ours, and nothing in the path may need escaping in a URL or a page.
const telemetryPath = z
  .string({ error: 'must be a path such as /metrics' })
  .regex(/^\/(?!(?:-|api|assets)\/)[\w.~/-]*$/, {
    error: 'must be a path such as /metrics: letters, digits and ._~-, not below /-/, /api/ or /assets/',
  });

const pidFile = z
  .string({ error: 'must be the path of a file' })
  .regex(/^\/[^\0]*$/, { error: 'must be an absolute path such as /run/corosync.pid' });

/** Every setting with its default: the file, the flags and the documentation are held against this. */
export const Config = section({
  web: section({
    listen_addresses: z
      .array(listenAddress, { error: 'must be a list such as [":15405"]' })
      .min(1, { error: 'must have at least one address such as ":15405"' })
      .prefault([':15405']),
    telemetry_path: telemetryPath.prefault('/metrics'),
    config_file: z.string({ error: 'must be the path of a file' }).min(1, 'must be the path of a file').optional(),
  }),
  dispatch: section({ interval: duration('100ms', '1m').prefault('1s') }),
  probe: section({ timeout: duration('100ms', '10s').prefault('1s') }),
  cpg: section({
    join: flag().prefault(true),
    probe_interval: duration('1s', '1h', 'for no probes').prefault('15s'),
  }),
  links: section({ traffic_limit: count(0, 2_000).prefault(64) }),
  corosync: section({ pid_file: pidFile.prefault('/run/corosync.pid') }),
  collectors: section(
    Object.fromEntries(
      collectors.flatMap(({ name, enabledByDefault }) =>
        enabledByDefault === undefined ? [] : [[name, flag().prefault(enabledByDefault)]],
      ),
    ),
  ),
  log: section({
    level: z.enum(logLevels, { error: `must be one of ${logLevels.join(', ')}` }).prefault('info'),
    format: z.enum(logFormats, { error: `must be one of ${logFormats.join(', ')}` }).prefault('logfmt'),
  }),
});
export type Config = z.infer<typeof Config>;

/** A group of settings; one of which all are commented out is empty, not an error. */
export function section<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  const object = z.strictObject(shape, { error: (issue) => sectionError(issue.code, Object.keys(shape)) });
  return z.preprocess((value) => value ?? {}, object).prefault({});
}

function sectionError(code: string | undefined, names: readonly string[]): string | undefined {
  if (code === 'unrecognized_keys') return undefined; // said by the reader, which knows each key's line
  return `must be a group of settings: ${names.join(', ')}`;
}
