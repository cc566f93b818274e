import { createHash, type X509Certificate } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { User } from '../../model/user.ts';

/** Who a request comes from. */
export type Recognition =
  | { readonly kind: 'known'; readonly user: User }
  /** Credentials were shown and are wrong: 401, not anonymous. */
  | { readonly kind: 'refused' };

/** What a request shows of its sender. */
export interface Credentials {
  /** The Authorization header. */
  readonly authorization: string | undefined;
  /** The client's certificate, already verified against the cluster's CA by TLS; absent when it showed none. */
  readonly certificate: X509Certificate | undefined;
  /** A certificate was shown that the cluster's CA did not issue. */
  readonly certificateRejected: boolean;
}

/** Users by bearer token. */
export type TokenUsers = ReadonlyMap<string, User>;

/** Who anybody without credentials is. */
export const anonymous: User = { name: 'system:anonymous', groups: ['system:unauthenticated'], extra: {} };

/** Recognises the sender by certificate, then by token; with neither it is nobody in particular. */
export function recognise(
  { authorization, certificate, certificateRejected }: Credentials,
  tokens: TokenUsers,
): Recognition {
  if (certificate !== undefined) return { kind: 'known', user: certificateUser(certificate) };
  const token = bearerToken(authorization);
  if (token !== undefined) {
    const user = tokens.get(token);
    return user === undefined ? { kind: 'refused' } : { kind: 'known', user };
  }
  return certificateRejected ? { kind: 'refused' } : { kind: 'known', user: anonymous };
}

/** The token of an Authorization header; undefined when it holds none. */
export function bearerToken(authorization: string | undefined): string | undefined {
  return /^bearer +(\S+)\s*$/i.exec(authorization ?? '')?.[1];
}

/** Whom the sender wants to act as (`kubectl --as`), if anybody. */
export function impersonated(headers: IncomingHttpHeaders): User | undefined {
  const name = headers['impersonate-user'];
  if (typeof name !== 'string' || name === '') return undefined;
  // Several groups come as several lines, which Node joins.
  const groups = [headers['impersonate-group'] ?? []].flat().flatMap((line) => line.split(', '));
  return { name, groups: [...groups, 'system:authenticated'], extra: {} };
}

function certificateUser(certificate: X509Certificate): User {
  const fields = certificate.subject.split('\n').map((line) => line.split(/=(.*)/s));
  const valuesOf = (name: string): string[] => fields.flatMap(([key, value]) => (key === name && value ? [value] : []));
  const fingerprint = createHash('sha256').update(certificate.raw).digest('hex');
  return {
    name: valuesOf('CN')[0] ?? '',
    groups: [...valuesOf('O'), 'system:authenticated'],
    extra: { 'authentication.kubernetes.io/credential-id': [`X509SHA256=${fingerprint}`] },
  };
}
