import { constants } from 'node:crypto';
import { createSecureContext, type SecureContext, type SecureContextOptions, type SecureVersion } from 'node:tls';
import type { CertificatePair } from '../certificates/issue-certificate.ts';
import type { NamedPair } from '../certificates/named-certificates.ts';

/** What may be spoken under HTTPS, in the terms of Node's TLS options. */
export interface TlsTerms {
  readonly minVersion: SecureVersion;
  /** OpenSSL's names, colon-separated. Absent = Node's default. */
  readonly ciphers?: string;
  /** Key exchange groups, OpenSSL's names, colon-separated. Absent = Node's default. */
  readonly ecdhCurve?: string;
}

const safeTerms: TlsTerms = { minVersion: 'TLSv1.2' };

/**
 * No session is ever resumed: a resumed one would know the client's own certificate but not the intermediates it once
 * presented, and so lose its identity. No renegotiation either: it could change who the client is.
 */
export function contextOptions({ certPem, keyPem }: CertificatePair, terms = safeTerms): SecureContextOptions {
  const { minVersion, ciphers, ecdhCurve } = terms;
  return {
    cert: certPem,
    key: keyPem,
    minVersion,
    ...(ciphers !== undefined && { ciphers }),
    ...(ecdhCurve !== undefined && { ecdhCurve }),
    secureOptions: constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_RENEGOTIATION,
  };
}

/** The certificates beside the one that everybody else is shown, by the names clients ask for. */
export class NamedContexts {
  readonly #terms: TlsTerms | undefined;
  #contexts: ReadonlyMap<string, SecureContext> = new Map();

  constructor(terms: TlsTerms | undefined) {
    this.#terms = terms;
  }

  /** Of two pairs for one name the first counts. Throws when a pair is broken, and keeps those before. */
  replace(pairs: readonly NamedPair[]): void {
    const contexts = new Map<string, SecureContext>();
    for (const { pair, names } of pairs) {
      const context = createSecureContext(contextOptions(pair, this.#terms));
      for (const name of names) if (!contexts.has(name)) contexts.set(name, context);
    }
    this.#contexts = contexts;
  }

  /** The name itself before the wildcard that covers it; undefined when nobody is called so. */
  find(serverName: string): SecureContext | undefined {
    const name = serverName.toLowerCase().replace(/\.+$/, '');
    return this.#contexts.get(name) ?? this.#contexts.get(name.replace(/^[^.]*/, '*'));
  }
}
