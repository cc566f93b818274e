import type { Clock } from '../../../lifecycle/clock.ts';
import { silentLogger } from '../../../telemetry/logger.ts';
import type { CertificatePair } from '../../certificates/issue-certificate.ts';
import { type RotationTerms, usualTerms } from '../rotation.ts';
import { SelfManagedCertificate, type SelfManagedOptions } from '../self-managed-certificate.ts';
import type { PretendCluster, PretendView } from './pretend-secret.ts';

/** A replica of the server, as far as its certificate goes. */
export class Replica {
  readonly view: PretendView;
  readonly certificate: SelfManagedCertificate;
  /** Everything it has shown, the last one now. */
  readonly shown: CertificatePair[] = [];
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;

  constructor(
    cluster: PretendCluster,
    clock: Clock,
    { terms = usualTerms, ...wishes }: Partial<SelfManagedOptions> & { readonly terms?: RotationTerms } = {},
  ) {
    this.view = cluster.seenBy();
    this.certificate = new SelfManagedCertificate({
      service: { namespace: 'kube-system', name: 'metrics-server' },
      keyAlgorithm: 'ecdsa-p256',
      terms,
      store: this.view,
      publisher: this.view,
      clock,
      log: silentLogger,
      ...wishes,
    });
    this.#running = this.certificate.follow((pair) => this.shown.push(pair), this.#stop.signal);
  }

  get leaf(): CertificatePair | undefined {
    return this.shown.at(-1);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }
}
