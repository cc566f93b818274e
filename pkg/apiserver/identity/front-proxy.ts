import type { IncomingHttpHeaders } from 'node:http';
import type { RequestHeaderTrust } from '../../model/client-trust.ts';
import type { EpochMs } from '../../model/units.ts';
import type { User } from '../../model/user.ts';
import type { ChainVerifier } from '../certificates/certificate-chain.ts';
import type { ApiRequest } from '../exchange.ts';
import { headerValues } from './header-values.ts';
import type { Identity } from './identity.ts';

/** The user whom the front proxy vouches for in headers, believed only with the proxy's certificate. */
export function fromFrontProxy(
  { peerChain, headers }: Pick<ApiRequest, 'peerChain' | 'headers'>,
  trust: RequestHeaderTrust | undefined,
  verifier: ChainVerifier,
  now: EpochMs,
): Identity {
  if (trust === undefined || peerChain.length === 0) return { kind: 'no-opinion' };
  const verdict = verifier.verify(peerChain, trust.ca, now);
  if (verdict.kind === 'untrusted') return { kind: 'error', reason: `front proxy: ${verdict.reason}` };

  const { commonName } = verdict.subject;
  if (trust.allowedNames.length > 0 && !trust.allowedNames.includes(commonName)) {
    return { kind: 'error', reason: `front proxy: common name ${JSON.stringify(commonName)} is not allowed` };
  }
  const user = readUser(headers, trust);
  return user === undefined ? { kind: 'no-opinion' } : { kind: 'user', user };
}

function readUser(headers: IncomingHttpHeaders, trust: RequestHeaderTrust): User | undefined {
  const name = firstValue(headers, trust.usernameHeaders);
  if (name === undefined) return undefined;
  const uid = firstValue(headers, trust.uidHeaders);
  return {
    name,
    groups: trust.groupHeaders.flatMap((header) => headerValues(headers, header)).filter((group) => group !== ''),
    extra: readExtra(headers, trust.extraHeaderPrefixes),
    ...(uid === undefined ? {} : { uid }),
  };
}

/** The first value of the first header that has one. */
function firstValue(headers: IncomingHttpHeaders, names: readonly string[]): string | undefined {
  return names.map((name) => headerValues(headers, name)[0]).find((value) => value !== undefined && value !== '');
}

function readExtra(headers: IncomingHttpHeaders, prefixes: readonly string[]): User['extra'] {
  const extra = new Map<string, string[]>();
  const lowered = prefixes.filter((prefix) => prefix !== '').map((prefix) => prefix.toLowerCase());
  for (const header of Object.keys(headers)) {
    for (const prefix of lowered.filter((start) => header.startsWith(start))) {
      const key = unescaped(header.slice(prefix.length));
      extra.set(key, [...(extra.get(key) ?? []), ...headerValues(headers, header)]);
    }
  }
  return Object.fromEntries(extra);
}

/** Keys are percent-escaped, because a header name cannot hold every character; one badly escaped is taken as it is. */
function unescaped(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}
