import type { CertificatePair } from '../../apiserver/certificates/issue-certificate.ts';
import type { ClusterCertificates } from '../certificates-kit.ts';
import type { NodeShape } from '../shape/cluster-shape.ts';

/** Up to so many nodes each kubelet has a certificate of its own; more share one, as issuing thousands takes minutes. */
const ownLimit = 20;

/** The serving certificates of kubelets, issued before the kubelets start. */
export class KubeletCertificates {
  readonly #certificates: ClusterCertificates;
  readonly #own = new Map<string, CertificatePair>();
  readonly #shared: CertificatePair;

  private constructor(certificates: ClusterCertificates, shared: CertificatePair) {
    this.#certificates = certificates;
    this.#shared = shared;
  }

  /** Issues what the nodes of a new cluster need. */
  static async issue(certificates: ClusterCertificates, nodes: readonly NodeShape[]): Promise<KubeletCertificates> {
    const issued = new KubeletCertificates(certificates, await certificates.kubelet('kubelet'));
    if (nodes.length <= ownLimit) for (const { name } of nodes) await issued.issueFor(name);
    return issued;
  }

  /** Issues one for a node that is to join. */
  async issueFor(node: string): Promise<void> {
    this.#own.set(node, await this.#certificates.kubelet(node));
  }

  /** The certificate of a node's kubelet. */
  of(node: string): CertificatePair {
    return this.#own.get(node) ?? this.#shared;
  }
}
