import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CertificatePair } from '../apiserver/certificates/issue-certificate.ts';
import { accounts, type ClusterCertificates, wrongCertificates } from './certificates-kit.ts';

/** Where everything that belongs to a pretend cluster lies. */
export interface ClusterFolder {
  readonly directory: string;
  /** Of user `kubernetes-admin`, by client certificate. */
  readonly adminKubeconfig: string;
  /** May read metrics, nodes, pods and namespaces. */
  readonly viewerKubeconfig: string;
  /** A known user without rights. */
  readonly nobodyKubeconfig: string;
  /** The service account metrics-server runs as. */
  readonly metricsServerKubeconfig: string;
  /** token, ca.crt and namespace as a pod finds them. */
  readonly serviceAccountDirectory: string;
  /** CAs, client certificates and the wrong ones, as `.crt` and `.key`. */
  readonly pkiDirectory: string;
}

/** Writes what clients of the pretend cluster need; secrets are for the owner's eyes only. */
export async function writeClusterFolder(
  directory: string,
  server: string,
  certificates: ClusterCertificates,
): Promise<ClusterFolder> {
  const folder = foldersIn(directory);
  await mkdir(folder.pkiDirectory, { recursive: true });
  await mkdir(folder.serviceAccountDirectory, { recursive: true });
  const { clusterCa, tokens } = certificates;
  const files = new Map([
    ...pkiFiles(folder.pkiDirectory, certificates),
    ...accounts
      .filter((account) => account !== 'admin')
      .map((account): [string, string] => [
        join(directory, `${account}.kubeconfig`),
        kubeconfig(server, clusterCa.certPem, account, { token: tokens[account] }),
      ]),
    [folder.adminKubeconfig, kubeconfig(server, clusterCa.certPem, 'admin', { pair: certificates.admin })],
    [join(folder.serviceAccountDirectory, 'token'), tokens['metrics-server']],
    [join(folder.serviceAccountDirectory, 'ca.crt'), clusterCa.certPem],
    [join(folder.serviceAccountDirectory, 'namespace'), 'kube-system'],
  ]);
  await Promise.all([...files].map(([path, content]) => writeFile(path, content, { mode: 0o600 })));
  return folder;
}

function foldersIn(directory: string): ClusterFolder {
  return {
    directory,
    adminKubeconfig: join(directory, 'admin.kubeconfig'),
    viewerKubeconfig: join(directory, 'viewer.kubeconfig'),
    nobodyKubeconfig: join(directory, 'nobody.kubeconfig'),
    metricsServerKubeconfig: join(directory, 'metrics-server.kubeconfig'),
    serviceAccountDirectory: join(directory, 'serviceaccount'),
    pkiDirectory: join(directory, 'pki'),
  };
}

/** The CAs' own keys stay in memory: nobody else has to issue anything. */
function pkiFiles(directory: string, certificates: ClusterCertificates): [string, string][] {
  const { clusterCa, frontProxyCa, frontProxyClient, admin, wrong } = certificates;
  return [
    [join(directory, 'ca.crt'), clusterCa.certPem],
    [join(directory, 'front-proxy-ca.crt'), frontProxyCa.certPem],
    ...pairFiles(join(directory, 'admin'), admin),
    ...pairFiles(join(directory, 'front-proxy-client'), frontProxyClient),
    ...wrongCertificates.flatMap((name) => pairFiles(join(directory, `front-proxy-client-${name}`), wrong[name])),
  ];
}

function pairFiles(path: string, { certPem, keyPem }: CertificatePair): [string, string][] {
  return [
    [`${path}.crt`, certPem],
    [`${path}.key`, keyPem],
  ];
}

type Proof = { readonly token: string } | { readonly pair: CertificatePair };

function kubeconfig(server: string, ca: string, user: string, proof: Proof): string {
  const userLines =
    'token' in proof
      ? `    token: ${proof.token}`
      : `    client-certificate-data: ${base64(proof.pair.certPem)}\n    client-key-data: ${base64(proof.pair.keyPem)}`;
  return `apiVersion: v1
kind: Config
current-context: simulator
clusters:
- name: simulator
  cluster:
    server: ${server}
    certificate-authority-data: ${base64(ca)}
contexts:
- name: simulator
  context:
    cluster: simulator
    user: ${user}
users:
- name: ${user}
  user:
${userLines}
`;
}

const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');
