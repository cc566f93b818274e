import {
  createHash,
  createPublicKey,
  generateKeyPair,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  X509Certificate,
} from 'node:crypto';
import { isIP } from 'node:net';
import { promisify } from 'node:util';
import { type DerElement, derElements, derOid } from './der.ts';
import {
  derBits,
  derElement,
  derInteger,
  derNull,
  derObjectId,
  derOctets,
  derSequence,
  derSet,
  derTime,
  derTrue,
  derUtf8,
} from './der-writing.ts';
import type { CertificatePair } from './issue-certificate.ts';

/** The kinds of keys that certificates are made with here. */
export const keyAlgorithms = ['ecdsa-p256', 'rsa-2048'] as const;

/** What a key is made of. */
export type KeyAlgorithm = (typeof keyAlgorithms)[number];

/** What a certificate is to say. */
export interface SigningOrder {
  readonly commonName: string;
  /** For a server; an authority has none. */
  readonly dnsNames: readonly string[];
  readonly ipAddresses?: readonly string[];
  /** May sign others. */
  readonly isCa: boolean;
  /** Epoch milliseconds, cut to whole seconds. */
  readonly notBefore: number;
  /** Epoch milliseconds, cut to whole seconds. */
  readonly notAfter: number;
  /** Of the new key; the issuer's may be another. */
  readonly keyAlgorithm: KeyAlgorithm;
  /** Absent = self-signed. */
  readonly issuer?: CertificatePair;
}

/**
 * Makes a key and an X.509 v3 certificate for it, with OpenSSL's keys and signatures and our own DER: the library that
 * issues everything else knows RSA only, and costs memory that a server would keep.
 */
export async function signCertificate(order: SigningOrder): Promise<CertificatePair> {
  const { privateKey } = await newKey(order.keyAlgorithm);
  const publicKey = createPublicKey(privateKey);
  const signer = order.issuer?.keyPem ?? privateKey;
  const algorithm = signatureAlgorithm(createPublicKey(signer));
  const content = toBeSigned(order, publicKey, algorithm);
  const certificate = derSequence(content, algorithm, derBits(sign('sha256', content, signer)));
  return {
    certPem: new X509Certificate(certificate).toString(),
    keyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

/** An RSA key takes a tenth of a second and is made outside the event loop; one of P-256 takes less than a thread would. */
async function newKey(algorithm: KeyAlgorithm): Promise<{ readonly privateKey: KeyObject }> {
  if (algorithm === 'ecdsa-p256') return generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
}

/** SHA-256 with whatever key signs. */
function signatureAlgorithm({ asymmetricKeyType }: KeyObject): Buffer {
  return asymmetricKeyType === 'ec'
    ? derSequence(derObjectId('1.2.840.10045.4.3.2'))
    : derSequence(derObjectId('1.2.840.113549.1.1.11'), derNull);
}

function toBeSigned(order: SigningOrder, publicKey: KeyObject, algorithm: Buffer): Buffer {
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const subject = nameOf(order.commonName);
  const keyId = keyIdOf(spki);
  const issuer = order.issuer ? issuerFacts(new X509Certificate(order.issuer.certPem)) : { name: subject, keyId };
  return derSequence(
    derElement(0xa0, derInteger(Buffer.from([2]))), // v3
    derInteger(randomSerial()),
    algorithm,
    issuer.name,
    derSequence(derTime(order.notBefore), derTime(order.notAfter)),
    subject,
    spki,
    derElement(0xa3, derSequence(...extensionsOf(order, keyId, issuer.keyId))),
  );
}

/** 128 bits, positive, and in the shortest DER form: the first byte is between 0x40 and 0x7f. */
function randomSerial(): Buffer {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes;
}

const nameOf = (commonName: string): Buffer =>
  derSequence(derSet(derSequence(derObjectId(oids.commonName), derUtf8(commonName))));

/** SHA-1 of the key's bits: a name for it, as RFC 5280 §4.2.1.2 proposes, no proof of anything. */
function keyIdOf(spki: Buffer): Buffer {
  const bits = derElements(derElements(spki)?.[0]?.content ?? Buffer.alloc(0))?.[1]?.content ?? Buffer.alloc(0);
  return createHash('sha1').update(bits.subarray(1)).digest();
}

const oids = {
  commonName: '2.5.4.3',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
} as const;

function extensionsOf(
  { isCa, dnsNames, ipAddresses = [], keyAlgorithm }: SigningOrder,
  keyId: Buffer,
  issuerKeyId: Buffer | undefined,
): Buffer[] {
  const names = [
    ...dnsNames.map((name) => derElement(0x82, Buffer.from(name, 'latin1'))),
    ...ipAddresses.map((ip) => derElement(0x87, addressBytes(ip))),
  ];
  return [
    extension(oids.basicConstraints, isCa ? derSequence(derTrue) : derSequence(), 'critical'),
    extension(oids.keyUsage, usageBits(isCa, keyAlgorithm), 'critical'),
    ...(isCa ? [] : [extension(oids.extendedKeyUsage, derSequence(derObjectId(oids.serverAuth)))]),
    extension(oids.subjectKeyIdentifier, derOctets(keyId)),
    ...(issuerKeyId ? [extension(oids.authorityKeyIdentifier, derSequence(derElement(0x80, issuerKeyId)))] : []),
    ...(names.length > 0 ? [extension(oids.subjectAltName, derSequence(...names))] : []),
  ];
}

/** Four bytes or sixteen, most significant first. */
function addressBytes(ip: string): Buffer {
  if (isIP(ip) === 4) return Buffer.from(ip.split('.').map(Number));
  if (isIP(ip) !== 6) throw new TypeError(`a certificate's address must be an IP address, got ${ip}`);
  // URLs write the eight groups in hexadecimal, and the longest run of zeros as `::`.
  const [left = '', right] = new URL(`http://[${ip}]`).hostname.slice(1, -1).split('::');
  const [first, last] = [left, right ?? ''].map((groups) => (groups === '' ? [] : groups.split(':')));
  const bytes = Buffer.alloc(16);
  const write = (groups: readonly string[], from: number): void =>
    groups.forEach((group, at) => bytes.writeUInt16BE(Number.parseInt(group, 16), 2 * (from + at)));
  write(first ?? [], 0);
  write(last ?? [], 8 - (last?.length ?? 0));
  return bytes;
}

/** An authority signs certificates and revocation lists; a server signs handshakes, and with RSA may decrypt in old ones. */
function usageBits(isCa: boolean, keyAlgorithm: KeyAlgorithm): Buffer {
  if (isCa) return derBits(Buffer.from([0b1000_0110]), 1);
  return keyAlgorithm === 'rsa-2048' ? derBits(Buffer.from([0b1010_0000]), 5) : derBits(Buffer.from([0b1000_0000]), 7);
}

const extension = (oid: string, value: Buffer, critical?: 'critical'): Buffer =>
  derSequence(derObjectId(oid), ...(critical ? [derTrue] : []), derOctets(value));

/** What a certificate repeats of its issuer, byte for byte: verifiers compare it. The key identifier where it has one. */
function issuerFacts({ raw }: X509Certificate): { readonly name: Buffer; readonly keyId?: Buffer } {
  const fields = inside(inside(derElements(raw)?.[0])[0]).filter(({ tag }) => tag !== 0xa0);
  const subject = fields[4];
  if (subject === undefined) throw new TypeError('the certificate of the issuer has no subject');
  const extensions = inside(inside(fields.find(({ tag }) => tag === 0xa3))[0]).map(inside);
  const named = extensions.find(([oid]) => oid && derOid(oid.content) === oids.subjectKeyIdentifier);
  const keyId = derElements(named?.at(-1)?.content ?? Buffer.alloc(0))?.[0]?.content;
  return { name: derElement(subject.tag, subject.content), ...(keyId && { keyId }) };
}

const inside = (element: DerElement | undefined): readonly DerElement[] =>
  (element && derElements(element.content)) ?? [];
