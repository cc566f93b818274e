import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { dirname } from 'node:path';
import type { EpochMs } from '../../model/units.ts';
import { type CertificateFiles, fileProblem } from './certificate-files.ts';
import { type CertificatePair, issueCertificate } from './issue-certificate.ts';

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

/** A certificate by an authority whose key nobody keeps; the authority's own certificate follows in the PEM. */
export async function makeSelfSigned(bindAddress: string, now: EpochMs): Promise<CertificatePair> {
  // An hour ago, for those whose clocks are behind.
  const validity = { notBefore: now - hourMs, notAfter: now + lifetimeMs };
  const stamp = Math.floor(now / 1000);
  const isSpecific = isIP(bindAddress) !== 0 && !everyAddress.has(bindAddress);
  const authority = await issueCertificate({
    commonName: `metrics-server-ca@${stamp}`,
    isCa: true,
    usages: [],
    ...validity,
  });
  const leaf = await issueCertificate({
    commonName: `metrics-server@${stamp}`,
    dnsNames: serviceNames,
    ipAddresses: [...new Set(['127.0.0.1', ...(isSpecific ? [bindAddress] : [])])],
    issuer: authority,
    usages: ['server'],
    ...validity,
  });
  return { certPem: leaf.certPem + authority.certPem, keyPem: leaf.keyPem };
}

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
