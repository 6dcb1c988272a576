import { SocketAddress } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { ClientAuthType } from './fields.ts';

/** Which clients a TLS server lets in. */
export interface ClientPolicy {
  readonly type: ClientAuthType;
  /** Of a client's alternative names one must be here; undefined where any will do. */
  readonly allowedSans: ReadonlySet<string> | undefined;
}

/** Why the client of a finished handshake is not let in; undefined if it is. */
export function refusal(socket: TLSSocket, { type, allowedSans }: ClientPolicy): string | undefined {
  if (type === 'NoClientCert') return undefined;
  const certificate = socket.getPeerX509Certificate();
  const verifies = type === 'VerifyClientCertIfGiven' || type === 'RequireAndVerifyClientCert';
  if (certificate === undefined) {
    const required = type.startsWith('Require') || allowedSans !== undefined;
    return required ? 'no client certificate' : undefined;
  }
  if (verifies && !socket.authorized) return `client certificate not verified: ${socket.authorizationError}`;
  const names = alternativeNames(certificate.subjectAltName);
  if (allowedSans === undefined || names.some((name) => allowedSans.has(name))) return undefined;
  return `none of the client's alternative names is allowed: ${names.join(', ') || 'it has none'}`;
}

/** The DNS names, addresses, e-mail addresses and URIs of a certificate, from Node's text for its alternative names. */
export function alternativeNames(text: string | undefined): readonly string[] {
  // A value with a comma or another character that could be mistaken for the next name comes as a JSON string.
  const entries = (text ?? '').matchAll(/(?:^|, )(DNS|IP Address|email|URI):("(?:[^"\\]|\\.)*"|[^,"]*)(?=, |$)/g);
  return Array.from(entries, ([, , value = '']) => canonicalName(value.startsWith('"') ? JSON.parse(value) : value));
}

/** A name as it is compared: an address in its shortest form, as Go prints it, and all else as it is. */
export function canonicalName(name: string): string {
  const family = /^\d+(?:\.\d+){3}$/.test(name) ? 'ipv4' : /^[\da-f]*:[\da-f:.]*$/i.test(name) ? 'ipv6' : undefined;
  if (family === undefined) return name;
  try {
    return new SocketAddress({ address: name, family }).address;
  } catch {
    return name;
  }
}
