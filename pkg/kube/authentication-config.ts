import type { Clock } from '../lifecycle/clock.ts';
import { deadline } from '../lifecycle/deadline.ts';
import type { ClientTrust } from '../model/client-trust.ts';
import type { Logger } from '../telemetry/logger.ts';
import { decodeClientTrust, type TrustOutcome } from './client-trust-data.ts';
import { problemOf, problemOfFailure } from './connection/problem.ts';
import type { KubeTransport } from './connection/transport.ts';
import type { Metadata } from './metadata.ts';
import { Watch } from './watch/watch.ts';
import { atOnce } from './watch/watch-target.ts';

const namespace = 'kube-system';
const name = 'extension-apiserver-authentication';
const path = `/api/v1/namespaces/${namespace}/configmaps`;
const lookupLimitMs = 10_000;

/** What looking the ConfigMap up once gave. Every message names what would help. */
export type LookupOutcome =
  | { readonly kind: 'found'; readonly trust: ClientTrust }
  /** There is none: nobody is known by certificate or by front proxy. Clusters without aggregation are like that. */
  | { readonly kind: 'not-found'; readonly message: string }
  | { readonly kind: 'forbidden'; readonly message: string }
  | { readonly kind: 'malformed'; readonly message: string }
  | { readonly kind: 'unavailable'; readonly message: string };

/** What following the ConfigMap takes. */
export interface AuthenticationConfigOptions {
  readonly connection: KubeTransport;
  readonly clock: Clock;
  readonly log: Logger;
  /** Gives [0, 1); only tests throw their own dice. */
  readonly random?: () => number;
}

/**
 * ConfigMap kube-system/extension-apiserver-authentication, in which the kube-apiserver tells its extensions whose
 * certificates to trust. The last good value stays when the ConfigMap is deleted or spoilt.
 */
export class AuthenticationConfigMap {
  readonly #options: AuthenticationConfigOptions;
  readonly #watch: Watch<TrustOutcome>;
  #current: ClientTrust | undefined;
  #trouble = '';

  constructor(options: AuthenticationConfigOptions) {
    const { connection, ...rest } = options;
    this.#options = options;
    this.#watch = new Watch({
      transport: connection,
      resource: {
        what: `ConfigMap ${namespace}/${name}`,
        path,
        query: { fieldSelector: `metadata.name=${name}` },
        decode: decodeConfigMap,
      },
      target: {
        listing: atOnce((all) => (all.length === 0 ? this.#gone() : all.forEach((one) => this.#take(one)))),
        put: (one) => this.#take(one),
        remove: () => this.#gone(),
      },
      ...rest,
    });
  }

  /** The last good value: the same object for as long as it says the same. Undefined while there was none. */
  get current(): ClientTrust | undefined {
    return this.#current;
  }

  /** True once the kube-apiserver has said what there is; stays true. */
  get synced(): boolean {
    return this.#watch.synced;
  }

  /** Follows the ConfigMap until `signal` aborts; waits for a kube-apiserver that is away. */
  async run(signal: AbortSignal): Promise<void> {
    await this.#watch.run(signal);
  }

  /** Reads it once, to know at the start whether it can be read at all. What is found is `current` from then on. */
  async lookup(signal: AbortSignal): Promise<LookupOutcome> {
    const { connection, clock } = this.#options;
    using limit = deadline(signal, lookupLimitMs, clock);
    try {
      using response = await connection.request({ method: 'GET', path: `${path}/${name}`, signal: limit.signal });
      if (response.status === 200) return this.#found(decodeConfigMap(await response.json()));
      const { message } = await problemOf(response);
      if (response.status === 404)
        return { kind: 'not-found', message: `ConfigMap ${namespace}/${name} does not exist` };
      if (response.status === 403) return { kind: 'forbidden', message: `${message}; ${cure}` };
      return { kind: 'unavailable', message };
    } catch (cause) {
      return { kind: 'unavailable', message: problemOfFailure(cause, connection).message };
    }
  }

  #found(outcome: TrustOutcome | undefined): LookupOutcome {
    if (outcome?.kind !== 'read') {
      const reason = outcome?.reason ?? 'it is no ConfigMap';
      return { kind: 'malformed', message: `ConfigMap ${namespace}/${name}: ${reason}` };
    }
    this.#take(outcome);
    return { kind: 'found', trust: outcome.trust };
  }

  #take(outcome: TrustOutcome): void {
    if (outcome.kind === 'malformed') return this.#complain('it cannot be used', outcome.reason);
    if (this.#trouble !== '') this.#options.log.info('Authentication ConfigMap is good again');
    this.#trouble = '';
    if (JSON.stringify(outcome.trust) !== JSON.stringify(this.#current)) this.#current = outcome.trust;
  }

  #gone(): void {
    this.#complain('it does not exist', 'clients are known by token only, unless a value was read before');
  }

  /** Once per kind of trouble. */
  #complain(trouble: string, reason: string): void {
    if (this.#trouble === trouble) return;
    this.#trouble = trouble;
    const kept = this.#current !== undefined;
    this.#options.log.warn(`Authentication ConfigMap: ${trouble}`, { configMap: `${namespace}/${name}`, reason, kept });
  }
}

const cure =
  `in namespace ${namespace}, bind our ServiceAccount to Role extension-apiserver-authentication-reader, ` +
  'as manifests/base does (RoleBinding metrics-server-auth-reader)';

function decodeConfigMap(object: unknown): TrustOutcome | undefined {
  const { metadata, data } = (object ?? {}) as { readonly metadata?: Metadata | null; readonly data?: unknown };
  if (metadata?.name !== name) return undefined;
  if (data === undefined || data === null) return { kind: 'read', trust: {} };
  if (typeof data !== 'object') return { kind: 'malformed', reason: 'its data is no map' };
  return decodeClientTrust(data as Readonly<Record<string, unknown>>);
}
