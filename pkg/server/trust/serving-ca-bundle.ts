import { certificatesIn } from '../../apiserver/serving-ca/authorities.ts';
import type { ServiceRef } from '../../apiserver/serving-ca/issuing.ts';
import type { BundlePublisher } from '../../apiserver/serving-ca/self-managed-certificate.ts';
import type { ApiServiceReading, ApiServiceTrust } from '../../kube/api-services.ts';
import type { Clock } from '../../lifecycle/clock.ts';
import type { Logger } from '../../telemetry/logger.ts';

/** Where APIServices are read and written. */
export interface ApiServices {
  read(name: string, signal: AbortSignal): Promise<ApiServiceReading>;
  applyCaBundle(apiService: ApiServiceTrust, caBundle: string, signal: AbortSignal): Promise<ApiServiceReading>;
}

/** Whose verification is looked after. */
export interface ServingCaBundleOptions {
  readonly apiServices: ApiServices;
  /** Of APIServices: one for each version that we serve. */
  readonly names: readonly string[];
  /** Ours: an APIService that leads elsewhere is none of our business. */
  readonly service: ServiceRef;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Other replicas may show what only the bundle of before verifies, or nothing that can be verified: during a roll-out they
 * do. So long they get to be replaced by such as we are, or to put things right.
 */
export const patienceMs = 120_000;

/** More certificates of others than this in one bundle are not an honest mistake. */
const mostStrangers = 16;

/** What came of one APIService. */
interface Verdict {
  /** Whoever verifies us through it has all of our bundle. */
  readonly told: boolean;
  readonly problem?: string;
}

const fine: Verdict = { told: true };

/** Keeps `caBundle` of our APIServices at what verifies us. */
export class ServingCaBundle implements BundlePublisher {
  readonly #options: ServingCaBundleOptions;
  readonly #startedAt: number;
  /** When a certificate that is not ours was first seen in a bundle, by its PEM. */
  #strangers = new Map<string, number>();

  constructor(options: ServingCaBundleOptions) {
    this.#options = options;
    this.#startedAt = options.clock.monotonic();
  }

  /** Looks at each APIService and puts the bundle in place where it is not. Never rejects. */
  async publish(
    bundle: string,
    signal: AbortSignal,
  ): Promise<{ readonly told: boolean; readonly problems: readonly string[] }> {
    const verdicts = await Promise.all(this.#options.names.map((name) => this.#see(name, bundle, signal)));
    return {
      told: verdicts.every(({ told }) => told),
      problems: verdicts.flatMap(({ problem }) => problem ?? []),
    };
  }

  async #see(name: string, bundle: string, signal: AbortSignal): Promise<Verdict> {
    const reading = await this.#options.apiServices.read(name, signal);
    // Nobody reaches us by a version that is not registered.
    if (reading.kind === 'absent') return fine;
    if (reading.kind !== 'found') return { told: false, problem: reading.message };
    return await this.#keep(reading.apiService, bundle, signal);
  }

  async #keep(apiService: ApiServiceTrust, bundle: string, signal: AbortSignal): Promise<Verdict> {
    const { name, caBundle, insecureSkipTlsVerify } = apiService;
    const other = this.#otherKeeper(apiService);
    if (other !== undefined) return { told: true, problem: `APIService ${name} ${other}` };
    if (insecureSkipTlsVerify && !this.#isPatienceOver(this.#startedAt)) {
      return { told: true, problem: `APIService ${name} does not verify us yet: it will, two minutes after our start` };
    }
    const wanted = [...certificatesIn(bundle), ...this.#toleratedIn(caBundle, bundle)].join('');
    if (!insecureSkipTlsVerify && certificatesIn(caBundle).join('') === wanted) return fine;
    const applied = await this.#options.apiServices.applyCaBundle(apiService, wanted, signal);
    if (applied.kind === 'forbidden' || applied.kind === 'unavailable')
      return { told: false, problem: applied.message };
    this.#options.log.info('caBundle put in place', { apiService: name, verificationWasOff: insecureSkipTlsVerify });
    return fine;
  }

  /** Who else looks after it; nobody as a rule. */
  #otherKeeper({ service, annotations }: ApiServiceTrust): string | undefined {
    const { namespace, name } = this.#options.service;
    if (service === undefined) return 'is served by the kube-apiserver itself';
    if (service.namespace !== namespace || service.name !== name) {
      return `leads to Service ${service.namespace}/${service.name}, not to ours, ${namespace}/${name} (--serving-service)`;
    }
    const injector = Object.keys(annotations).find((key) => key.startsWith('cert-manager.io/inject-'));
    if (injector === undefined) return undefined;
    return `is left to cert-manager, as its annotation ${injector} asks; remove that, or --serving-ca`;
  }

  /** Certificates of others that are there already: they stay until everybody had time to show one of ours. */
  #toleratedIn(caBundle: string, bundle: string): readonly string[] {
    const ours = new Set(certificatesIn(bundle));
    const now = this.#options.clock.monotonic();
    const strangers = certificatesIn(caBundle)
      .filter((pem) => !ours.has(pem))
      .slice(0, mostStrangers);
    const seen = new Map([...this.#strangers].filter(([, since]) => now - since < 10 * patienceMs));
    for (const pem of strangers) if (!seen.has(pem)) seen.set(pem, now);
    this.#strangers = seen;
    return strangers.filter((pem) => !this.#isPatienceOver(seen.get(pem) ?? now));
  }

  #isPatienceOver(since: number): boolean {
    return this.#options.clock.monotonic() - since >= patienceMs;
  }
}
