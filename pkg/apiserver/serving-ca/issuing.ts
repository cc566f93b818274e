import { X509Certificate } from 'node:crypto';
import type { EpochMs } from '../../model/units.ts';
import type { CertificatePair } from '../certificates/issue-certificate.ts';
import { type KeyAlgorithm, signCertificate } from '../certificates/sign-certificate.ts';
import { isOld, lifeOf, type RotationTerms } from './rotation.ts';

/** The Service through which the kube-apiserver reaches us. */
export interface ServiceRef {
  readonly namespace: string;
  readonly name: string;
}

/** What certificates are made by. */
export interface IssuingOptions {
  readonly service: ServiceRef;
  readonly keyAlgorithm: KeyAlgorithm;
  readonly terms: RotationTerms;
}

/** Makes an authority of our own. Its name tells it from those before and after, which verifiers need to. */
export async function makeAuthority(
  { service, keyAlgorithm, terms }: IssuingOptions,
  now: EpochMs,
): Promise<CertificatePair> {
  const stamp = Math.floor(now / 1000);
  return await signCertificate({
    commonName: `${service.name}.${service.namespace} serving CA ${stamp}`,
    dnsNames: [],
    isCa: true,
    notBefore: now - terms.skewMs,
    notAfter: now + terms.authorityLifetimeMs,
    keyAlgorithm,
  });
}

/** Makes a certificate for the Service's names, which never outlives its authority. */
export async function makeLeaf(
  { service, keyAlgorithm, terms }: IssuingOptions,
  issuer: CertificatePair,
  now: EpochMs,
): Promise<CertificatePair> {
  const authority = lifeOf(issuer);
  return await signCertificate({
    commonName: `${service.name}.${service.namespace}.svc`,
    dnsNames: namesOf(service),
    isCa: false,
    notBefore: Math.max(now - terms.skewMs, authority.start),
    notAfter: Math.min(now + terms.leafLifetimeMs, authority.end),
    keyAlgorithm,
    issuer,
  });
}

/** Whether a leaf is still the one to show: by this authority, and young enough. */
export function isCurrent(leaf: CertificatePair, issuer: CertificatePair, now: EpochMs, terms: RotationTerms): boolean {
  const authority = new X509Certificate(issuer.certPem);
  const certificate = new X509Certificate(leaf.certPem);
  if (!certificate.checkIssued(authority) || !certificate.verify(authority.publicKey)) return false;
  // What ends with its authority cannot be bettered by another of the same.
  return !isOld(leaf, now, terms) || lifeOf(leaf).end === lifeOf(issuer).end;
}

/** As clients within the cluster say them, and people who forward a port. */
function namesOf({ name, namespace }: ServiceRef): readonly string[] {
  return [
    `${name}.${namespace}.svc`,
    `${name}.${namespace}.svc.cluster.local`,
    `${name}.${namespace}`,
    name,
    'localhost',
  ];
}
