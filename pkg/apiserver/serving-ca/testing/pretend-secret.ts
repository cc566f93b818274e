import { certificatesIn } from '../authorities.ts';
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

const looksTolerated = 4;

/** One replica's way to the cluster, which can be cut. */
export class PretendView implements AuthorityStore, BundlePublisher {
  readonly what = 'Secret kube-system/ca';
  /** What every request is refused with; empty = they are not. */
  refusal = '';
  /** Bundles cannot be put in place. */
  mayNotPublish = false;
  readonly #cluster: PretendCluster;
  /** How often each was seen. */
  #strangers = new Map<string, number>();

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
    const wanted = bundle + this.#tolerated(bundle).join('');
    if (this.#cluster.bundle !== wanted) {
      this.#cluster.bundle = wanted;
      this.#cluster.onPublish(wanted);
    }
    return { told: true, problems: [] };
  }

  /** What is in place and unknown to this replica may verify another: it stays for a few looks. */
  #tolerated(bundle: string): readonly string[] {
    const strangers = certificatesIn(this.#cluster.bundle).filter((pem) => !bundle.includes(pem));
    this.#strangers = new Map(strangers.map((pem) => [pem, (this.#strangers.get(pem) ?? 0) + 1]));
    return strangers.filter((pem) => (this.#strangers.get(pem) ?? 0) < looksTolerated);
  }

  #refused(): AuthorityRefusal {
    return { kind: 'refused', message: this.refusal };
  }
}
