import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { EpochMs } from '../../model/units.ts';
import { as } from '../../model/units.ts';
import type { CertificatePair } from '../certificates/issue-certificate.ts';

/**
 * The authorities of a moment. Whoever verifies us is told of all of them; only one signs. In the order of their lives:
 * `next` is announced before anything is signed by it, `previous` stays announced until what it signed has run out.
 */
export interface Authorities {
  /** Signs. */
  readonly active: CertificatePair;
  readonly next?: CertificatePair;
  /** PEM; its key is gone. */
  readonly previous?: string;
  /** When `active` took over from `previous`. */
  readonly promotedAt?: EpochMs;
}

/** What a Secret's data says about authorities. */
export type AuthoritiesReading =
  | { readonly kind: 'read'; readonly authorities: Authorities }
  | { readonly kind: 'malformed'; readonly reason: string };

/** A PEM text beyond this is nobody's certificate or key. */
const longestPem = 64 * 1024;

/** Reads the data of the Secret. What is not ours in it is passed over. */
export function readAuthorities(data: ReadonlyMap<string, Buffer>): AuthoritiesReading {
  try {
    const active = pairAt(data, 'ca');
    if (active === undefined) return { kind: 'malformed', reason: 'it has no ca.crt' };
    const next = pairAt(data, 'next');
    const previous = certificateAt(data, 'previous.crt');
    const promotedAt = Date.parse(textAt(data, 'promoted-at') ?? '');
    return {
      kind: 'read',
      authorities: {
        active,
        ...(next && { next }),
        ...(previous && { previous }),
        ...(Number.isFinite(promotedAt) && { promotedAt: as<EpochMs>(promotedAt) }),
      },
    };
  } catch (cause) {
    return { kind: 'malformed', reason: cause instanceof Error ? cause.message : String(cause) };
  }
}

/** The Secret's data that says this; the keys of others in `before` stay. */
export function writeAuthorities(
  { active, next, previous, promotedAt }: Authorities,
  before: ReadonlyMap<string, Buffer> = new Map(),
): ReadonlyMap<string, Buffer> {
  const others = [...before].filter(([key]) => !ours.has(key));
  const texts: (readonly [string, string | undefined])[] = [
    ['ca.crt', active.certPem],
    ['ca.key', active.keyPem],
    ['next.crt', next?.certPem],
    ['next.key', next?.keyPem],
    ['previous.crt', previous],
    ['promoted-at', promotedAt === undefined ? undefined : new Date(promotedAt).toISOString()],
  ];
  return new Map([
    ...others,
    ...texts.flatMap(([key, text]): [string, Buffer][] => (text === undefined ? [] : [[key, Buffer.from(text)]])),
  ]);
}

const ours: ReadonlySet<string> = new Set(['ca.crt', 'ca.key', 'next.crt', 'next.key', 'previous.crt', 'promoted-at']);

/** What whoever verifies us is to be told: all certificates, oldest first. A promotion does not change it. */
export function bundleOf({ previous, active, next }: Authorities): string {
  return [previous, active.certPem, next?.certPem].filter((pem) => pem !== undefined).join('');
}

/** The certificates of a bundle, each in the one form that we write them in. Not readable = not there. */
export function certificatesIn(bundle: string): readonly string[] {
  const blocks = bundle.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return blocks.flatMap((block) => {
    try {
      return [new X509Certificate(block).toString()];
    } catch {
      return [];
    }
  });
}

function pairAt(data: ReadonlyMap<string, Buffer>, name: string): CertificatePair | undefined {
  const certPem = certificateAt(data, `${name}.crt`);
  const key = textAt(data, `${name}.key`);
  if (certPem === undefined) return undefined;
  if (key === undefined) throw new Error(`it has no ${name}.key`);
  const privateKey = attempt(() => createPrivateKey(key), `its ${name}.key is no PEM key without a passphrase`);
  if (!new X509Certificate(certPem).checkPrivateKey(privateKey)) {
    throw new Error(`its ${name}.crt and ${name}.key do not belong together`);
  }
  return { certPem, keyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

function certificateAt(data: ReadonlyMap<string, Buffer>, key: string): string | undefined {
  const text = textAt(data, key);
  if (text === undefined) return undefined;
  const certificate = attempt(() => new X509Certificate(text), `its ${key} is no PEM certificate`);
  if (!certificate.ca) throw new Error(`its ${key} is no certificate of an authority`);
  return certificate.toString();
}

function textAt(data: ReadonlyMap<string, Buffer>, key: string): string | undefined {
  const bytes = data.get(key);
  if (bytes === undefined || bytes.length === 0) return undefined;
  if (bytes.length > longestPem) throw new Error(`its ${key} is longer than ${longestPem} bytes`);
  return bytes.toString('utf8');
}

/** The parser's own words are dropped: they may quote a key. */
function attempt<T>(read: () => T, otherwise: string): T {
  try {
    return read();
  } catch {
    throw new Error(otherwise);
  }
}
