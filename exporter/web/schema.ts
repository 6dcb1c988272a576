import { z } from 'zod';
import { isGroup } from '../config.ts';
import { section } from '../config-schema.ts';
import { bcryptHash, clientAuth, count, fileName, flag, header, interval, listOf, pemText, version } from './fields.ts';
import { cipherSuites, curves, hasCipherSuite, hasCurve } from './tls-names.ts';

/** The headers that may be set, as in the toolkit. */
export const webHeaders = {
  'Content-Security-Policy': header(),
  'X-Frame-Options': header(['deny', 'sameorigin']),
  'X-Content-Type-Options': header(['nosniff']),
  'X-XSS-Protection': header(),
  'Strict-Transport-Security': header(),
};

/** The groups of the file and their settings, as exporter-toolkit documents them. */
export const webGroups = {
  tls_server_config: {
    cert: pemText,
    key: pemText,
    client_ca: pemText,
    cert_file: fileName,
    key_file: fileName,
    client_ca_file: fileName,
    client_auth_type: clientAuth,
    client_allowed_sans: z
      .array(z.string({ error: 'must be a name, address or URI' }).min(1), { error: 'must be a list such as ["prometheus.example.org"]' })
      .min(1, { error: 'must have at least one name; leave it out to let every verified client in' })
      .optional(), // biome-ignore format: one thought
    cipher_suites: listOf(cipherSuites, 'a cipher suite', hasCipherSuite),
    curve_preferences: listOf(curves, 'a curve', hasCurve),
    min_version: version,
    max_version: version,
    prefer_server_cipher_suites: flag,
  },
  http_server_config: { http2: flag, headers: section(webHeaders) },
  rate_limit: { interval: interval.prefault(0), burst: count },
};

/** A web configuration file in exporter-toolkit's format. */
export const WebConfig = section({
  tls_server_config: section(webGroups.tls_server_config),
  http_server_config: section(webGroups.http_server_config),
  rate_limit: section(webGroups.rate_limit),
  basic_auth_users: z
    .preprocess(
      // A record would leave out a user called __proto__, and without users everybody is let in.
      (value) => (isGroup(value) ? new Map(Object.entries(value)) : (value ?? new Map())),
      z.map(z.string(), bcryptHash, { error: 'must be a group, each a user with a bcrypt hash' }),
    )
    .prefault({}),
});
export type WebConfig = z.infer<typeof WebConfig>;
