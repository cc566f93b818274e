import { createSecureContext, type SecureContext } from 'node:tls';
import type { KubeletAnswer, KubeletIdentity } from './kubelet-client.ts';
import { failureOf } from './network-failure.ts';

/** What TLS to kubelets is made from, or why it cannot be made. */
export type Security =
  | { readonly kind: 'context'; readonly context: SecureContext }
  | { readonly kind: 'unusable'; readonly answer: KubeletAnswer };

/** One TLS context for all kubelets, made anew when CA, certificate or key change: parsing a bundle per connection costs. */
export class SecureContexts {
  readonly #verify: boolean;
  #made: { readonly from: KubeletIdentity; readonly security: Security } | undefined;

  /** Without `verify` the CA is not even read, so that a broken one does not stand in the way. */
  constructor({ verify }: { readonly verify: boolean }) {
    this.#verify = verify;
  }

  /** The same object for as long as the identity's files are the same. */
  for(identity: KubeletIdentity): Security {
    if (this.#made === undefined || !sameFiles(this.#made.from, identity)) {
      this.#made = { from: { ...identity }, security: this.#make(identity) };
    }
    return this.#made.security;
  }

  #make({ ca, cert, key }: KubeletIdentity): Security {
    try {
      const context = createSecureContext({
        ...(this.#verify && ca && { ca }),
        ...(cert && { cert }),
        ...(key && { key }),
        minVersion: 'TLSv1.2',
      });
      return { kind: 'context', context };
    } catch (error) {
      const { code, reason } = describe(error);
      const message = `our own CA bundle, client certificate or key could not be used: ${reason}`;
      return { kind: 'unusable', answer: { kind: 'tls', code, message } };
    }
  }
}

const sameFiles = (a: KubeletIdentity, b: KubeletIdentity): boolean =>
  a.ca === b.ca && a.cert === b.cert && a.key === b.key;

/** OpenSSL names what is wrong, never what it read. */
function describe(error: unknown): { readonly code: string; readonly reason: string } {
  const answer = failureOf(error);
  if (answer.kind === 'tls') return { code: answer.code, reason: answer.message };
  return { code: answer.kind === 'unreachable' ? answer.code : 'UNKNOWN', reason: 'not PEM, or not a pair' };
}
