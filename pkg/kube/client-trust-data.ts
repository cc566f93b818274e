import type { ClientTrust, RequestHeaderTrust } from '../model/client-trust.ts';
import { troubleWithBundle } from './connection/identity/certificate-bundle.ts';

/** What a ConfigMap's data says about whom to trust, or why it says nothing usable. */
export type TrustOutcome =
  | { readonly kind: 'read'; readonly trust: ClientTrust }
  | { readonly kind: 'malformed'; readonly reason: string };

type Data = Readonly<Record<string, unknown>>;

/** Reads the data of ConfigMap extension-apiserver-authentication. One bad key spoils it all: trust is never guessed. */
export function decodeClientTrust(data: Data): TrustOutcome {
  try {
    const clientCa = bundle(data, 'client-ca-file');
    const ca = bundle(data, 'requestheader-client-ca-file');
    return {
      kind: 'read',
      trust: {
        ...(clientCa === undefined ? {} : { clientCa }),
        ...(ca === undefined ? {} : { requestHeader: requestHeader(ca, data) }),
      },
    };
  } catch (cause) {
    return { kind: 'malformed', reason: cause instanceof Error ? cause.message : String(cause) };
  }
}

function requestHeader(ca: string, data: Data): RequestHeaderTrust {
  return {
    ca,
    allowedNames: names(data, 'requestheader-allowed-names'),
    usernameHeaders: names(data, 'requestheader-username-headers'),
    // Written by kube-apiservers from 1.32 on.
    uidHeaders: names(data, 'requestheader-uid-headers'),
    groupHeaders: names(data, 'requestheader-group-headers'),
    extraHeaderPrefixes: names(data, 'requestheader-extra-headers-prefix'),
  };
}

/** A PEM bundle in which every certificate can be read; undefined where there is none. */
function bundle(data: Data, key: string): string | undefined {
  const text = data[key];
  if (typeof text !== 'string' || text.trim() === '') return undefined;
  const trouble = troubleWithBundle(text);
  if (trouble !== undefined) throw new Error(`${key} ${trouble}`);
  return text;
}

/** A JSON array of texts; empty where the key is missing. */
function names(data: Data, key: string): readonly string[] {
  const text = data[key];
  if (typeof text !== 'string' || text.trim() === '') return [];
  const list: unknown = parse(text, key) ?? [];
  if (!Array.isArray(list) || list.some((name) => typeof name !== 'string')) {
    throw new Error(`${key} is no JSON array of texts`);
  }
  return list as string[];
}

function parse(text: string, key: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error(`${key} is no JSON array of texts`, { cause });
  }
}
