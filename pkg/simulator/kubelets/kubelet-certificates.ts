import {
  type CertificateOrder,
  type CertificatePair,
  generateKey,
  issueCertificate,
} from '../../apiserver/certificates/issue-certificate.ts';
import type { ClusterCertificates } from '../certificates-kit.ts';
import type { NodeShape } from '../shape/cluster-shape.ts';

/** What a kubelet's certificate can be like beside what it should be. */
export const certificateMakes = [
  /** As kubelets make it for themselves: of a CA of its own, for its host name only. The same each time. */
  'self-signed',
  /** The same key in another certificate, as after a renewal. */
  'self-signed-renewed',
  /** As after a reinstallation, and as of an impostor. */
  'self-signed-new-key',
  /** Signed by the cluster, for the node's name and no address. */
  'name-only',
  /** Signed by the cluster, for somebody else. */
  'other-name',
  /** Signed by the cluster, for nobody. */
  'no-name',
  'expired',
  'not-yet-valid',
  /** By an authority that nobody knows. */
  'unknown-ca',
  /** As it should be, over a key of its own. */
  'new-key',
] as const;

/** One of them. */
export type CertificateMake = (typeof certificateMakes)[number];

/** Up to so many nodes each kubelet has a certificate of its own; more share one, as issuing thousands takes minutes. */
const ownLimit = 20;

/** The serving certificates of kubelets, issued before the kubelets start. */
export class KubeletCertificates {
  readonly #certificates: ClusterCertificates;
  readonly #own = new Map<string, CertificatePair>();
  readonly #shared: CertificatePair;
  readonly #others = new Map<string, CertificatePair>();
  /** The key under certificates of another make where the usual one is shared. */
  #otherKey: Promise<string> | undefined;

  private constructor(certificates: ClusterCertificates, shared: CertificatePair) {
    this.#certificates = certificates;
    this.#shared = shared;
  }

  /** Issues what the nodes of a new cluster need. */
  static async issue(certificates: ClusterCertificates, nodes: readonly NodeShape[]): Promise<KubeletCertificates> {
    const issued = new KubeletCertificates(certificates, await certificates.manyKubelets());
    if (nodes.length <= ownLimit) for (const { name } of nodes) await issued.issueFor(name);
    return issued;
  }

  /** Issues one for a node that is to join. */
  async issueFor(node: string): Promise<void> {
    this.#own.set(node, await this.#certificates.kubelet(node));
  }

  /** One of another make for the node; the same one when asked for again. */
  async other(node: string, make: CertificateMake): Promise<CertificatePair> {
    const id = `${make} ${node}`;
    const pair = this.#others.get(id) ?? (await this.#issueOther(node, make));
    this.#others.set(id, pair);
    return pair;
  }

  /** The certificate of a node's kubelet. */
  of(node: string): CertificatePair {
    return this.#own.get(node) ?? this.#shared;
  }

  async #issueOther(node: string, make: CertificateMake): Promise<CertificatePair> {
    const now = Date.now();
    const usual = {
      commonName: `system:node:${node}`,
      dnsNames: [node],
      ipAddresses: ['127.0.0.1'],
      usages: ['server'],
      issuer: this.#certificates.clusterCa,
      key: await this.#rsaKeyOf(node),
      notBefore: now - hourMs,
      notAfter: now + 24 * hourMs,
    } as const satisfies CertificateOrder;
    switch (make) {
      case 'self-signed':
      case 'self-signed-new-key':
        return selfSigned({ ...usual, commonName: node, key: await generateKey() });
      case 'self-signed-renewed':
        return selfSigned({ ...usual, commonName: node, key: (await this.other(node, 'self-signed')).keyPem });
      case 'name-only':
        return issueCertificate({ ...usual, ipAddresses: [] });
      case 'other-name':
        return issueCertificate({ ...usual, dnsNames: ['somebody-else'], ipAddresses: ['192.0.2.1'] });
      case 'no-name':
        return issueCertificate({ ...usual, dnsNames: [], ipAddresses: [] });
      case 'expired':
        return issueCertificate({ ...usual, notBefore: now - 2 * hourMs, notAfter: now - hourMs });
      case 'not-yet-valid':
        return issueCertificate({ ...usual, notBefore: now + hourMs });
      case 'unknown-ca':
        return issueCertificate({ ...usual, issuer: await authority('somebody-elses-ca', usual) });
      case 'new-key':
        return issueCertificate({ ...usual, key: await generateKey() });
      default:
        return make satisfies never;
    }
  }

  /** Certificates of another make are over RSA; a node's own key is that, the shared one is not. */
  #rsaKeyOf(node: string): Promise<string> | string {
    return this.#own.get(node)?.keyPem ?? (this.#otherKey ??= generateKey());
  }
}

const hourMs = 3_600_000;

/** As kubelets do: leaf and CA in one file, the name of the CA made of the host's and a number. */
async function selfSigned(order: CertificateOrder): Promise<CertificatePair> {
  const issuer = await authority(`${order.commonName}-ca@1795231533`, order);
  const { ipAddresses: _none, ...ofHost } = order;
  const { certPem, keyPem } = await issueCertificate({ ...ofHost, issuer });
  return { certPem: certPem + issuer.certPem, keyPem };
}

const authority = async (commonName: string, { notBefore, notAfter }: CertificateOrder): Promise<CertificatePair> =>
  issueCertificate({ commonName, isCa: true, usages: [], notBefore, notAfter, key: await generateKey() });
