import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { Clock } from '../../lifecycle/clock.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { readCertificateFacts } from './certificate-facts.ts';
import { type CertificateFiles, readCertificateFiles } from './certificate-files.ts';
import type { CertificatePair } from './issue-certificate.ts';
import { ServingCertificate } from './serving-certificate.ts';

/** A pair on disk for clients that ask for certain names. */
export interface NamedFiles extends CertificateFiles {
  /** Absent = those of the certificate. */
  readonly names?: readonly string[];
}

/** A pair and the names it is shown for, lower case. */
export interface NamedPair {
  readonly pair: CertificatePair;
  readonly names: readonly string[];
}

/** What came of loading them. */
export type NamedCertificatesOutcome =
  | { readonly kind: 'loaded'; readonly certificates: NamedCertificates }
  | { readonly kind: 'failed'; readonly problems: readonly string[] };

/** Loads every pair of `--tls-sni-cert-key`; each that cannot be used is a problem that names it. */
export async function loadNamedCertificates(
  entries: readonly NamedFiles[],
  means: { readonly clock: Clock; readonly log: Logger },
): Promise<NamedCertificatesOutcome> {
  const read = await Promise.all(entries.map(async (files) => ({ files, outcome: await readCertificateFiles(files) })));
  const problems = read.flatMap(({ outcome }) => (outcome.kind === 'read' ? [] : outcome.message));
  if (problems.length > 0)
    return { kind: 'failed', problems: problems.map((problem) => `--tls-sni-cert-key: ${problem}`) };
  const followed = read.flatMap(({ files, outcome }) =>
    outcome.kind === 'read'
      ? { files, certificate: new ServingCertificate({ ...means, files, pair: outcome.pair }) }
      : [],
  );
  return { kind: 'loaded', certificates: new NamedCertificates(followed) };
}

interface Followed {
  readonly files: NamedFiles;
  readonly certificate: ServingCertificate;
}

/** The certificates beside the one that everybody else is shown, which may be renewed on disk at any time. */
export class NamedCertificates {
  readonly #followed: readonly Followed[];

  constructor(followed: readonly Followed[]) {
    this.#followed = followed;
  }

  /** The last good pairs, in the order given. */
  get pairs(): readonly NamedPair[] {
    return this.#followed.map(({ files, certificate: { pair } }) => ({
      pair,
      names: (files.names ?? namesOf(pair)).map((name) => name.toLowerCase()),
    }));
  }

  /** Calls `replace` with all of them whenever one was renewed, until `signal` aborts. */
  async follow(replace: (pairs: readonly NamedPair[]) => void, signal: AbortSignal): Promise<void> {
    await Promise.all(this.#followed.map(({ certificate }) => certificate.follow(() => replace(this.pairs), signal)));
  }
}

const domainName = /^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** The common name where it is a domain, and the alternative names. No addresses: clients may not ask for those. */
function namesOf({ certPem }: CertificatePair): readonly string[] {
  const certificate = new X509Certificate(certPem);
  const commonName = readCertificateFacts(certificate)?.commonName ?? '';
  const isDomain = commonName === '*' || (isIP(commonName) === 0 && domainName.test(commonName));
  const alternatives = certificate.subjectAltName?.split(', ') ?? [];
  const dnsNames = alternatives.flatMap((text) => (text.startsWith('DNS:') ? text.slice('DNS:'.length) : []));
  return [...new Set([...(isDomain ? [commonName] : []), ...dnsNames])];
}
