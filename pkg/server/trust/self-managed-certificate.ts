import { usualTerms } from '../../apiserver/serving-ca/rotation.ts';
import {
  type AuthorityStore,
  type AuthorityWriting,
  SelfManagedCertificate,
} from '../../apiserver/serving-ca/self-managed-certificate.ts';
import { ApiServiceClient } from '../../kube/api-services.ts';
import { SecretClient, type SecretCreation, type SecretUpdate, type StoredSecret } from '../../kube/secrets.ts';
import type { SelfManagedCaConfig } from '../config.ts';
import type { Means } from '../means.ts';
import { ServingCaBundle } from './serving-ca-bundle.ts';

/** Where the manifests put the server; it counts where neither the pod nor the kubeconfig says where we are. */
const usualNamespace = 'kube-system';

const labels = { 'k8s-app': 'metrics-server' };

/** The serving certificate of `--serving-ca=self-managed`; undefined without it. */
export function selfManagedCertificate({ config, connections, clock, log }: Means): SelfManagedCertificate | undefined {
  const { selfManagedCa } = config.serving;
  if (selfManagedCa === undefined) return undefined;
  const connection = connections.core;
  const { secret, service, keyAlgorithm } = placed(selfManagedCa, connection.namespace ?? usualNamespace);
  const means = { clock, log: log.named('serving-ca') };
  const publisher = new ServingCaBundle({
    apiServices: new ApiServiceClient({ connection, clock }),
    names: config.apiVersions.map((version) => `${version}.metrics.k8s.io`),
    service,
    ...means,
  });
  const store = new SecretOfAuthorities(new SecretClient({ connection, clock }), secret);
  return new SelfManagedCertificate({ store, publisher, service, keyAlgorithm, terms: usualTerms, ...means });
}

interface Place {
  readonly namespace: string;
  readonly name: string;
}

function placed({ secret, service, keyAlgorithm }: SelfManagedCaConfig, namespace: string) {
  return { secret: { namespace, ...secret }, service: { namespace, ...service }, keyAlgorithm };
}

type Data = ReadonlyMap<string, Buffer>;

/** One Secret, as the store of authorities. */
class SecretOfAuthorities implements AuthorityStore {
  readonly what: string;
  readonly #client: Pick<SecretClient, 'read' | 'create' | 'update'>;
  readonly #place: Place;
  /** The last one read: what an update is made of. */
  #last: StoredSecret | undefined;

  constructor(client: Pick<SecretClient, 'read' | 'create' | 'update'>, place: Place) {
    this.what = `Secret ${place.namespace}/${place.name}`;
    this.#client = client;
    this.#place = place;
  }

  async read(signal: AbortSignal): ReturnType<AuthorityStore['read']> {
    const reading = await this.#client.read(this.#place.namespace, this.#place.name, signal);
    if (reading.kind === 'absent') return reading;
    if (reading.kind !== 'found') return { kind: 'refused', message: reading.message };
    this.#last = reading.secret;
    return { kind: 'found', data: reading.secret.data, version: versionOf(reading.secret) };
  }

  async create(data: Data, signal: AbortSignal): Promise<AuthorityWriting> {
    return writingOf(await this.#client.create({ ...this.#place, data, labels }, signal));
  }

  async replace(version: string, data: Data, signal: AbortSignal): Promise<AuthorityWriting> {
    if (this.#last === undefined || versionOf(this.#last) !== version) return { kind: 'taken' };
    return writingOf(await this.#client.update(this.#last, data, signal));
  }
}

const versionOf = ({ uid, resourceVersion }: StoredSecret): string => `${uid}/${resourceVersion}`;

function writingOf(outcome: SecretCreation | SecretUpdate): AuthorityWriting {
  switch (outcome.kind) {
    case 'written':
      return { kind: 'written' };
    case 'exists':
    case 'conflict':
    case 'absent':
      return { kind: 'taken' };
    case 'forbidden':
    case 'unavailable':
      return { kind: 'refused', message: outcome.message };
  }
}
