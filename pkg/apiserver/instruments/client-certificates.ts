import type { X509Certificate } from 'node:crypto';
import type { Clock } from '../../lifecycle/clock.ts';
import type { User } from '../../model/user.ts';
import type { Registry } from '../../telemetry/exposition.ts';
import { Histogram } from '../../telemetry/instruments.ts';
import type { ApiRequest } from '../exchange.ts';

const hour = 3600;
const day = 24 * hour;
const bounds = [
  0,
  hour / 2,
  hour,
  2 * hour,
  6 * hour,
  12 * hour,
  day,
  2 * day,
  4 * day,
  7 * day,
  30 * day,
  90 * day,
  180 * day,
  360 * day,
];

/** What is found out once about the certificate of a connection. */
interface Facts {
  readonly endsAtMs: number;
  /** As a user recognised by it carries it. */
  readonly credentialId: string;
}

/** How long the certificates still last by which callers are recognised, so that somebody is told before they end. */
export class ClientCertificates {
  readonly #clock: Clock;
  readonly #expiration: Histogram;
  readonly #facts = new WeakMap<X509Certificate, Facts>();

  constructor(registry: Registry, clock: Clock) {
    this.#clock = clock;
    this.#expiration = registry.register(
      new Histogram({
        name: 'apiserver_client_certificate_expiration_seconds',
        help: '[ALPHA] How long the client certificate was still good by which a request was recognised, in seconds.',
        buckets: bounds,
      }),
    );
  }

  /** A caller was recognised. The front proxy's own certificate, which speaks for others, is not counted. */
  recognised({ peerChain: [leaf] }: ApiRequest, { extra }: User): void {
    const [credentialId] = extra['authentication.kubernetes.io/credential-id'] ?? [];
    if (leaf === undefined || credentialId === undefined) return;
    let facts = this.#facts.get(leaf);
    if (facts === undefined) {
      facts = factsOf(leaf);
      this.#facts.set(leaf, facts);
    }
    if (facts.credentialId === credentialId) this.#expiration.observe((facts.endsAtMs - this.#clock.now()) / 1000);
  }
}

function factsOf(leaf: X509Certificate): Facts {
  const fingerprint = leaf.fingerprint256.replaceAll(':', '').toLowerCase();
  return { endsAtMs: Date.parse(leaf.validTo), credentialId: `X509SHA256=${fingerprint}` };
}
