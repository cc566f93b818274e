import { X509Certificate } from 'node:crypto';
import type { EpochMs } from '../../model/units.ts';
import { type CertificateFacts, readCertificateFacts } from './certificate-facts.ts';

/** Whether a client's certificate leads to an authority that we trust. */
export type ChainVerdict =
  | { readonly kind: 'trusted'; readonly leaf: X509Certificate; readonly subject: CertificateFacts }
  /** `reason` is for the log and the people who read it. */
  | { readonly kind: 'untrusted'; readonly reason: string };

/** How many signatures one presented chain may cost us, as in Go. */
const maxSignatures = 100;
/** How many authorities may stand above a client, the root included. */
const maxAuthorities = 8;
/** How long a refusal is good: what is not valid yet may become so. */
const refusalMs = 10_000;

interface Refusal {
  readonly verdict: ChainVerdict;
  readonly at: EpochMs;
}

/**
 * Decides whether clients of one purpose are trusted, by a bundle that may change at any time. Follows Go's rules:
 * intermediates come from the client, every certificate on the way must be valid now, allow the use by clients, respect
 * its path length, and carry no critical extension that is not understood. Name constraints are such an extension.
 */
export class ChainVerifier {
  #bundle = '';
  #roots: readonly Authority[] = [];
  /** Paths already verified, by the object of the leaf, which lives as long as its connection. Dates are never kept. */
  #paths = new WeakMap<X509Certificate, readonly Authority[]>();
  /** Searches in vain, likewise: otherwise a stranger could have us verify a hundred signatures with every request. */
  #refusals = new WeakMap<X509Certificate, Refusal>();

  /** `presented`: leaf first, then any authorities in any order. `bundle`: PEM; a new one takes effect at once. */
  verify(presented: readonly X509Certificate[], bundle: string, now: EpochMs): ChainVerdict {
    const leaf = presented[0];
    if (leaf === undefined) return { kind: 'untrusted', reason: 'no certificate presented' };
    this.#follow(bundle);

    const known = this.#paths.get(leaf);
    if (known?.every((authority) => isInTime(authority.certificate, now))) return trusted(leaf, known);

    const refusal = this.#refusals.get(leaf);
    if (refusal !== undefined && Math.abs(now - refusal.at) < refusalMs) return refusal.verdict;

    const search = new PathSearch(this.#roots, presented.slice(1), now);
    const path = search.from(leaf);
    if (path === undefined) return this.#refuse(leaf, { kind: 'untrusted', reason: search.reason }, now);
    this.#paths.set(leaf, path);
    return trusted(leaf, path);
  }

  #refuse(leaf: X509Certificate, verdict: ChainVerdict, now: EpochMs): ChainVerdict {
    this.#refusals.set(leaf, { verdict, at: now });
    return verdict;
  }

  #follow(bundle: string): void {
    if (bundle === this.#bundle) return;
    this.#bundle = bundle;
    this.#roots = readBundle(bundle).flatMap((certificate) => described(certificate) ?? []);
    this.#paths = new WeakMap();
    this.#refusals = new WeakMap();
  }
}

/** The certificates of a PEM bundle. What is not a readable certificate is passed over, as in Go. */
export function readBundle(pem: string): readonly X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return blocks.flatMap((block) => {
    try {
      return new X509Certificate(block);
    } catch {
      return []; // An authority we cannot read is one that nobody is verified against.
    }
  });
}

/** A certificate with what we read of it. */
interface Authority {
  readonly certificate: X509Certificate;
  readonly facts: CertificateFacts;
}

function described(certificate: X509Certificate): Authority | undefined {
  const facts = readCertificateFacts(certificate);
  return facts && { certificate, facts };
}

function trusted(leaf: X509Certificate, [first]: readonly Authority[]): ChainVerdict {
  if (first === undefined) return { kind: 'untrusted', reason: 'no certificate presented' };
  return { kind: 'trusted', leaf, subject: first.facts };
}

/** One search for a way from a leaf up to a root. */
class PathSearch {
  readonly #roots: readonly Authority[];
  readonly #intermediates: readonly Authority[];
  readonly #now: EpochMs;
  #signatures = 0;
  #obstacle: string | undefined;

  constructor(roots: readonly Authority[], intermediates: readonly X509Certificate[], now: EpochMs) {
    this.#roots = roots;
    this.#intermediates = intermediates.slice(0, maxSignatures).flatMap((certificate) => described(certificate) ?? []);
    this.#now = now;
  }

  /** Why nothing was found. */
  get reason(): string {
    return this.#obstacle ?? 'certificate signed by unknown authority';
  }

  /** From the leaf up, both ends included; undefined when no way leads to a root. */
  from(certificate: X509Certificate): readonly Authority[] | undefined {
    const leaf = described(certificate);
    if (leaf === undefined) {
      this.#obstacle = 'certificate is not readable';
      return undefined;
    }
    return this.#isUsable(leaf) ? this.#extend([leaf]) : undefined;
  }

  #extend(path: readonly Authority[]): readonly Authority[] | undefined {
    const last = path.at(-1);
    if (last === undefined || path.length > maxAuthorities) return undefined;
    if (this.#roots.some((root) => isSame(root, last))) return path;

    for (const candidate of [...this.#roots, ...this.#intermediates]) {
      if (path.some((member) => isSame(member, candidate)) || !this.#mayFollow(candidate, path, last)) continue;
      const whole = this.#extend([...path, candidate]);
      if (whole !== undefined) return whole;
    }
    return undefined;
  }

  #mayFollow(candidate: Authority, path: readonly Authority[], child: Authority): boolean {
    const { certificate, facts } = candidate;
    if (!child.certificate.checkIssued(certificate) || !this.#isSigned(child.certificate, certificate)) return false;
    if (!certificate.ca) return this.#refuse(candidate, 'is not an authority');
    if (!this.#isUsable(candidate)) return false;
    const below = path.slice(1).filter((member) => !isSelfIssued(member.certificate)).length;
    if (below > (facts.pathLength ?? below)) return this.#refuse(candidate, 'has too many authorities below it');
    return true;
  }

  /** What must hold of every certificate on the way, the leaf and the root included. */
  #isUsable(candidate: Authority): boolean {
    const { certificate, facts } = candidate;
    if (Number.isNaN(certificate.validFromDate.getTime()) || Number.isNaN(certificate.validToDate.getTime()))
      return this.#refuse(candidate, 'has no readable time of validity');
    if (this.#now < certificate.validFromDate.getTime())
      return this.#refuse(candidate, `is not valid before ${certificate.validFromDate.toISOString()}`);
    if (!isInTime(certificate, this.#now))
      return this.#refuse(candidate, `has expired at ${certificate.validToDate.toISOString()}`);
    if (!allowsClients(certificate)) return this.#refuse(candidate, 'may not be used by clients');
    if (facts.unknownCritical.length > 0)
      return this.#refuse(candidate, `has critical extensions not understood: ${facts.unknownCritical.join(', ')}`);
    return true;
  }

  #isSigned(child: X509Certificate, parent: X509Certificate): boolean {
    this.#signatures++;
    if (this.#signatures > maxSignatures || isWeaklySigned(child)) return false;
    return child.verify(parent.publicKey);
  }

  #refuse({ facts }: Authority, what: string): false {
    this.#obstacle ??= `certificate ${JSON.stringify(facts.commonName)} ${what}`;
    return false;
  }
}

const anyUsage = '2.5.29.37.0';
const clientUsage = '1.3.6.1.5.5.7.3.2';

/** Node calls the extended key usage `keyUsage`; without one every use is allowed. */
function allowsClients({ keyUsage }: { readonly keyUsage: readonly string[] | undefined }): boolean {
  return keyUsage === undefined || keyUsage.includes(clientUsage) || keyUsage.includes(anyUsage);
}

/** Both ends included, as in Go. */
function isInTime({ validFromDate, validToDate }: X509Certificate, now: EpochMs): boolean {
  return validFromDate.getTime() <= now && now <= validToDate.getTime();
}

/** MD2, MD5 and SHA-1 can be forged; Go refuses them too. */
function isWeaklySigned({ signatureAlgorithmOid }: X509Certificate): boolean {
  return weakSignatures.has(signatureAlgorithmOid);
}

const weakSignatures: ReadonlySet<string> = new Set([
  '1.2.840.113549.1.1.2',
  '1.2.840.113549.1.1.4',
  '1.2.840.113549.1.1.5',
  '1.2.840.10045.4.1',
  '1.2.840.10040.4.3',
]);

const isSame = (one: Authority, other: Authority): boolean => one.certificate.raw.equals(other.certificate.raw);

const isSelfIssued = ({ issuer, subject }: X509Certificate): boolean => issuer === subject;
