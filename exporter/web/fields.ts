import { validateHeaderValue } from 'node:http';
import { z } from 'zod';
import { nearest } from '../nearest.ts';
import { parseGoDuration } from './go-duration.ts';
import { tlsVersions } from './tls-names.ts';

/** How client certificates are treated, by Go's names. */
export const clientAuthTypes = [
  'NoClientCert',
  'RequestClientCert',
  'RequireAnyClientCert',
  'VerifyClientCertIfGiven',
  'RequireAndVerifyClientCert',
] as const;
export type ClientAuthType = (typeof clientAuthTypes)[number];

const isEmpty = (value: unknown) => value === null || value === undefined || value === '';

/** Text that counts as not given when it is empty. */
const text = (error: string) => z.preprocess((value) => (isEmpty(value) ? undefined : value), z.string({ error }).optional()).optional(); // biome-ignore format: one thought

/** Text with certificates or a key. */
export const pemText = text('must be PEM text, in a block after "|"');
/** The path of a file. */
export const fileName = text('must be the path of a file');

/** True or false; YAML 1.1, which the toolkit reads, has more words for them. */
export const flag = z.preprocess((value) => {
  if (typeof value !== 'string') return value ?? undefined;
  if (/^(?:y|yes|on)$/i.test(value)) return true;
  return /^(?:n|no|off)$/i.test(value) ? false : value;
}, z.boolean({ error: 'must be true or false' }).optional());

/** One of the names, which are Go's. */
function nameOf(names: readonly string[], what: string) {
  return z.string({ error: `must be ${what}` }).superRefine((name, context) => {
    if (names.includes(name)) return;
    const meant = nearest(name, names);
    const remedy = meant === undefined ? names.join(', ') : `did you mean ${meant}?`;
    context.addIssue({ code: 'custom', message: `must be ${what} (${remedy})` });
  });
}

/** A list of names of which this OpenSSL has each. */
export function listOf(names: ReadonlyMap<string, string>, what: string, offered: (name: string) => boolean) {
  const one = nameOf([...names.keys()], what).refine((name) => !names.has(name) || offered(name), {
    error: `must be ${what} that the OpenSSL of this Node.js has (leave it out)`,
  });
  return z.preprocess(
    (value) => value ?? undefined,
    z.array(one, { error: `must be a list, each ${what}` }).optional(),
  );
}

/** A version of TLS. */
export const version = z.preprocess(
  (value) => (isEmpty(value) ? undefined : value),
  nameOf([...tlsVersions.keys()], 'a version of TLS').optional(),
);

/** How client certificates are treated. */
export const clientAuth = z.preprocess(
  // The toolkit keeps an old name of one of them.
  (value) => (isEmpty(value) ? undefined : value === 'RequireClientCert' ? 'RequireAnyClientCert' : value),
  nameOf(clientAuthTypes, 'a client authentication type')
    .transform((name) => name as ClientAuthType)
    .optional(),
);

/** The value of a header, one of some where only these mean anything. */
export function header(allowed?: readonly string[]) {
  const error = allowed ? `must be ${allowed.join(' or ')}` : 'must be text that an HTTP header can carry';
  return z.preprocess((value) => {
    if (isEmpty(value)) return undefined;
    return typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
  }, z.string({ error }).refine((value) => (allowed ? allowed.includes(value) : isHeaderValue(value)), { error }).optional()); // biome-ignore format: one thought
}

function isHeaderValue(value: string): boolean {
  try {
    validateHeaderValue('X', value);
    return true;
  } catch {
    return false;
  }
}

/** The time between two requests, in milliseconds. */
export const interval = z.unknown().transform((value, context) => {
  const milliseconds = parseGoDuration(value ?? 0);
  if (milliseconds !== undefined) return milliseconds;
  context.addIssue({ code: 'custom', message: 'must be a duration such as 1s or 100ms, or 0 for no limit' });
  return z.NEVER;
});

const wholeNumber = 'must be a whole number, 0 or more';

/** A number of requests. */
export const count = z.int({ error: wholeNumber }).min(0, { error: wholeNumber }).default(0);

const notBcrypt = 'must be a bcrypt hash; make one with htpasswd -nBC 10 "" | tr -d \':\\n\'';

/** A hash of bcrypt in any of its current formats. */
export const bcryptHash = z
  .string({ error: notBcrypt })
  .regex(/^\$2[aby]\$(?:0[4-9]|[12]\d|3[01])\$[./A-Za-z0-9]{53}$/, { error: notBcrypt });
