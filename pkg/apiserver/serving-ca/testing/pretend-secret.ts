import type {
  AuthorityRefusal,
  AuthorityStore,
  AuthorityWriting,
  BundlePublisher,
  NoAuthorities,
  StoredAuthorities,
} from '../self-managed-certificate.ts';

/** A Secret, and the bundle that kube-apiservers are told, as several replicas see them. */
export class PretendCluster {
  data: ReadonlyMap<string, Buffer> | undefined;
  bundle = '';
  version = 1;
  /** Called with each bundle that is put in place. */
  onPublish: (bundle: string) => void = () => undefined;

  /** The cluster as one replica sees it. */
  seenBy(): PretendView {
    return new PretendView(this);
  }

  change(data: ReadonlyMap<string, Buffer> | undefined): void {
    this.data = data;
    this.version += 1;
  }
}

/** One replica's way to the cluster, which can be cut. */
export class PretendView implements AuthorityStore, BundlePublisher {
  readonly what = 'Secret kube-system/ca';
  /** What every request is refused with; empty = they are not. */
  refusal = '';
  /** Bundles cannot be put in place. */
  mayNotPublish = false;
  readonly #cluster: PretendCluster;

  constructor(cluster: PretendCluster) {
    this.#cluster = cluster;
  }

  async read(): Promise<StoredAuthorities | NoAuthorities | AuthorityRefusal> {
    if (this.refusal !== '') return this.#refused();
    const { data, version } = this.#cluster;
    return data === undefined ? { kind: 'absent' } : { kind: 'found', data, version: String(version) };
  }

  async create(data: ReadonlyMap<string, Buffer>): Promise<AuthorityWriting> {
    if (this.refusal !== '') return this.#refused();
    if (this.#cluster.data !== undefined) return { kind: 'taken' };
    this.#cluster.change(data);
    return { kind: 'written' };
  }

  async replace(version: string, data: ReadonlyMap<string, Buffer>): Promise<AuthorityWriting> {
    if (this.refusal !== '') return this.#refused();
    if (this.#cluster.data === undefined || version !== String(this.#cluster.version)) return { kind: 'taken' };
    this.#cluster.change(data);
    return { kind: 'written' };
  }

  async publish(bundle: string): Promise<{ told: boolean; problems: readonly string[] }> {
    if (this.mayNotPublish || this.refusal !== '') return { told: false, problems: ['may not publish'] };
    if (this.#cluster.bundle !== bundle) {
      this.#cluster.bundle = bundle;
      this.#cluster.onPublish(bundle);
    }
    return { told: true, problems: [] };
  }

  #refused(): AuthorityRefusal {
    return { kind: 'refused', message: this.refusal };
  }
}
