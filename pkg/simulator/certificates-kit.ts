import { randomBytes } from 'node:crypto';
import { type CertificatePair, generateKey, issueCertificate } from '../apiserver/certificates/issue-certificate.ts';
import { signCertificate } from '../apiserver/certificates/sign-certificate.ts';

/** Every certificate and secret of a pretend cluster. */
export interface ClusterCertificates {
  /** Issues serving certificates and those of users. */
  readonly clusterCa: CertificatePair;
  /** Issues the certificate that may speak for others. */
  readonly frontProxyCa: CertificatePair;
  /** Common name `front-proxy-client`. */
  readonly frontProxyClient: CertificatePair;
  readonly apiServer: CertificatePair;
  /** User `kubernetes-admin` of group `system:masters`. */
  readonly admin: CertificatePair;
  /** Certificates that must be refused, by what is wrong with them; for tests. */
  readonly wrong: Readonly<Record<WrongCertificate, CertificatePair>>;
  /** Bearer tokens by account. */
  readonly tokens: Readonly<Record<Account, string>>;
  /** The serving certificate of a node's kubelet, for its name and 127.0.0.1. All kubelets share one key. */
  kubelet(node: string): Promise<CertificatePair>;
  /** One that many kubelets show. Its key is of P-256: each handshake is signed with it, and RSA takes ten times as long. */
  manyKubelets(): Promise<CertificatePair>;
}

/** What can be wrong with a certificate that claims to be the front proxy's. */
export const wrongCertificates = ['expired', 'other-name', 'other-ca'] as const;

/** One of them. */
export type WrongCertificate = (typeof wrongCertificates)[number];

/** Accounts with a bearer token. */
export const accounts = ['admin', 'metrics-server', 'viewer', 'nobody'] as const;

/** One of them. */
export type Account = (typeof accounts)[number];

/** The common name a front proxy must have to speak for others. */
export const frontProxyName = 'front-proxy-client';

const hourMs = 3_600_000;
const yearMs = 365 * 24 * hourMs;
const kubernetesNames = ['kubernetes', 'kubernetes.default', 'kubernetes.default.svc', 'localhost'];

/** Makes the certificates of a new cluster, valid from an hour before `now` for a year. */
export async function createCertificates(now: number): Promise<ClusterCertificates> {
  const validity = { notBefore: now - hourMs, notAfter: now + yearMs };
  // Making keys is what costs time: each side of a connection has its own, and no more.
  const [clusterKey, proxyCaKey, otherCaKey, serverKey, clientKey] = await Promise.all(
    Array.from({ length: 5 }, () => generateKey()),
  );
  const authority = (commonName: string, key: string | undefined): Promise<CertificatePair> =>
    issueCertificate({ commonName, isCa: true, usages: [], ...validity, ...(key !== undefined && { key }) });
  const clusterCa = await authority('kubernetes', clusterKey);
  const frontProxyCa = await authority('front-proxy-ca', proxyCaKey);
  const otherCa = await authority('front-proxy-ca', otherCaKey);

  const clientOrder = { usages: ['client'] as const, ...validity, ...(clientKey !== undefined && { key: clientKey }) };
  const serverOrder = { usages: ['server'] as const, ...validity, ...(serverKey !== undefined && { key: serverKey }) };
  const proxyOrder = { ...clientOrder, commonName: frontProxyName, issuer: frontProxyCa };
  const serving = (commonName: string, dnsNames: readonly string[]): Promise<CertificatePair> =>
    issueCertificate({ ...serverOrder, commonName, dnsNames, ipAddresses: ['127.0.0.1'], issuer: clusterCa });

  return {
    clusterCa,
    frontProxyCa,
    frontProxyClient: await issueCertificate(proxyOrder),
    apiServer: await serving('kube-apiserver', kubernetesNames),
    admin: await issueCertificate({
      ...clientOrder,
      commonName: 'kubernetes-admin',
      organizations: ['system:masters'],
      issuer: clusterCa,
    }),
    wrong: {
      expired: await issueCertificate({ ...proxyOrder, notBefore: now - 2 * hourMs, notAfter: now - hourMs }),
      'other-name': await issueCertificate({ ...proxyOrder, commonName: 'somebody-else' }),
      'other-ca': await issueCertificate({ ...proxyOrder, issuer: otherCa }),
    },
    tokens: { admin: newToken(), 'metrics-server': newToken(), viewer: newToken(), nobody: newToken() },
    kubelet: (node) => serving(`system:node:${node}`, [node]),
    manyKubelets: () => {
      const names = { commonName: 'system:node:kubelet', dnsNames: ['kubelet'], ipAddresses: ['127.0.0.1'] };
      return signCertificate({ ...names, ...validity, isCa: false, keyAlgorithm: 'ecdsa-p256', issuer: clusterCa });
    },
  };
}

const newToken = (): string => randomBytes(32).toString('base64url');
