import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { dirname } from 'node:path';
import type { EpochMs } from '../../model/units.ts';
import { type CertificateFiles, fileProblem } from './certificate-files.ts';
import type { CertificatePair } from './issue-certificate.ts';
import { type KeyAlgorithm, signCertificate } from './sign-certificate.ts';

const hourMs = 3_600_000;
const lifetimeMs = 365 * 24 * hourMs;

/** By these names the kube-apiserver reaches us, and people who forward a port. */
const serviceNames: readonly string[] = [
  'metrics-server',
  'metrics-server.kube-system',
  'metrics-server.kube-system.svc',
  'metrics-server.kube-system.svc.cluster.local',
  'localhost',
];

const everyAddress: ReadonlySet<string> = new Set(['0.0.0.0', '::']);

/** What a self-signed certificate is made for. */
export interface SelfSigning {
  /** Named when it is one address and not all. */
  readonly bindAddress: string;
  /** The cipher suites up to TLS 1.2 as OpenSSL writes them; absent = those of Node.js. */
  readonly ciphers?: string | undefined;
  readonly now: EpochMs;
}

/**
 * A certificate by an authority whose key nobody keeps; the authority's own certificate follows in the PEM. Its keys are of
 * P-256: two of RSA would be up to half of the time that the server takes to start.
 */
export async function makeSelfSigned({ bindAddress, ciphers, now }: SelfSigning): Promise<CertificatePair> {
  const keyAlgorithm = keyAlgorithmFor(ciphers);
  // An hour ago, for those whose clocks are behind.
  const validity = { notBefore: now - hourMs, notAfter: now + lifetimeMs };
  const stamp = Math.floor(now / 1000);
  const isSpecific = isIP(bindAddress) !== 0 && !everyAddress.has(bindAddress);
  const authority = await signCertificate({
    commonName: `metrics-server-ca@${stamp}`,
    dnsNames: [],
    isCa: true,
    keyAlgorithm,
    ...validity,
  });
  const leaf = await signCertificate({
    commonName: `metrics-server@${stamp}`,
    dnsNames: serviceNames,
    ipAddresses: [...new Set(['127.0.0.1', ...(isSpecific ? [bindAddress] : [])])],
    isCa: false,
    keyAlgorithm,
    issuer: authority,
    ...validity,
  });
  return { certPem: leaf.certPem + authority.certPem, keyPem: leaf.keyPem };
}

/** A client of TLS 1.2 gets nowhere with a key that none of the suites is for. */
const keyAlgorithmFor = (ciphers: string | undefined): KeyAlgorithm =>
  ciphers === undefined || ciphers.includes('ECDSA') ? 'ecdsa-p256' : 'rsa-2048';

/** Writes a pair where none was, the key readable for us only; gives back what went wrong, if anything. */
export async function writePair(pair: CertificatePair, files: CertificateFiles): Promise<string | undefined> {
  try {
    await mkdir(dirname(files.certFile), { recursive: true });
    await replaceFile(files.keyFile, pair.keyPem, 0o600);
    await replaceFile(files.certFile, pair.certPem, 0o644);
    return undefined;
  } catch (cause) {
    return fileProblem(cause);
  }
}

/** Whole or not at all, whatever happens meanwhile. */
async function replaceFile(path: string, text: string, mode: number): Promise<void> {
  const draft = `${path}.${randomUUID()}`;
  try {
    await writeFile(draft, text, { mode, flag: 'wx' });
    await rename(draft, path);
  } finally {
    await rm(draft, { force: true });
  }
}
