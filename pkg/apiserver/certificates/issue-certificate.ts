import { createPublicKey, generateKeyPair, randomBytes, sign } from 'node:crypto';
import { isIP } from 'node:net';
import { promisify } from 'node:util';
import type forge from 'node-forge';

/** A certificate and the private key that belongs to it, both PEM (the key PKCS #8). */
export interface CertificatePair {
  /** May hold more than one certificate: the owner's first, then those that issued it. */
  readonly certPem: string;
  readonly keyPem: string;
}

/** What a certificate is to say. */
export interface CertificateOrder {
  readonly commonName: string;
  /** Kubernetes reads them as the groups of a client. */
  readonly organizations?: readonly string[];
  readonly dnsNames?: readonly string[];
  readonly ipAddresses?: readonly string[];
  /** Who signs; absent = self-signed. Its key must be RSA. */
  readonly issuer?: CertificatePair;
  /** May sign others. */
  readonly isCa?: boolean;
  /** What the holder may do with it; none = no extended key usage at all, as CAs have it. */
  readonly usages: readonly ('server' | 'client')[];
  /** Epoch milliseconds, cut to whole seconds. */
  readonly notBefore: number;
  /** Epoch milliseconds, cut to whole seconds. */
  readonly notAfter: number;
  /** An RSA private key (PEM) to use instead of a new one: making keys is what costs time. */
  readonly key?: string;
}

/** Makes an X.509 v3 certificate over RSA with SHA-256; throws when the issuer's PEM is not readable. */
export async function issueCertificate(order: CertificateOrder): Promise<CertificatePair> {
  // Loaded only where such certificates are made: it costs some 9 MB.
  const { default: library } = await import('node-forge');
  const keyPem = order.key ?? (await generateKey());
  const issuerKey = order.issuer?.keyPem ?? keyPem;

  const certificate = library.pki.createCertificate();
  certificate.publicKey = library.pki.publicKeyFromPem(publicPem(keyPem));
  certificate.serialNumber = randomSerial();
  certificate.validity.notBefore = wholeSecond(order.notBefore);
  certificate.validity.notAfter = wholeSecond(order.notAfter);

  const subject = subjectOf(order, library);
  const issuer = order.issuer && library.pki.certificateFromPem(order.issuer.certPem);
  certificate.setSubject(subject);
  certificate.setIssuer(issuer ? decoded(issuer.subject.attributes, library) : subject);
  certificate.setExtensions(extensionsOf(order, issuer ? keyIdentifierOf(issuer, library) : true));

  certificate.sign(nativeSigner(certificate, issuerKey, library), library.md.sha256.create());
  return { certPem: library.pki.certificateToPem(certificate).replaceAll('\r\n', '\n'), keyPem };
}

type Forge = typeof forge;

/** A new RSA key of 2048 bits, PEM (PKCS #8), made outside the event loop. */
export async function generateKey(): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function publicPem(keyPem: string): string {
  return createPublicKey(keyPem).export({ type: 'spki', format: 'pem' }).toString();
}

/** 128 bits, positive, and in the shortest DER form: the first byte is between 0x40 and 0x7f. */
function randomSerial(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes.toString('hex');
}

const wholeSecond = (epochMs: number): Date => new Date(Math.floor(epochMs / 1000) * 1000);

/** UTF8String throughout: the library's own default, PrintableString, does not allow names such as `a@b` or `*`. */
function subjectOf(order: CertificateOrder, library: Forge): forge.pki.CertificateField[] {
  const valueTagClass = utf8Tag(library);
  const organizations = (order.organizations ?? []).map((value) => ({
    name: 'organizationName',
    value,
    valueTagClass,
  }));
  return [...organizations, { name: 'commonName', value: order.commonName, valueTagClass }];
}

/** The library's types call this a class, though it is the type of the string. */
const utf8Tag = (library: Forge): forge.asn1.Class => library.asn1.Type.UTF8 as unknown as forge.asn1.Class;

/** The library encodes UTF8Strings when it writes, but does not decode them when it reads. */
function decoded(attributes: readonly forge.pki.CertificateField[], library: Forge): forge.pki.CertificateField[] {
  return attributes.map((attribute) =>
    attribute.valueTagClass === utf8Tag(library) && typeof attribute.value === 'string'
      ? { ...attribute, value: library.util.decodeUtf8(attribute.value) }
      : attribute,
  );
}

/** `authorityKey` true = the certificate's own key, as in a self-signed one. */
function extensionsOf(order: CertificateOrder, authorityKey: string | true): object[] {
  const { isCa = false, usages } = order;
  const altNames = [
    ...(order.dnsNames ?? []).map((value) => ({ type: 2, value })),
    ...(order.ipAddresses ?? []).map((ip) => ({ type: 7, ip: requireAddress(ip) })),
  ];
  return [
    { name: 'basicConstraints', critical: true, cA: isCa },
    isCa
      ? { name: 'keyUsage', critical: true, digitalSignature: true, keyCertSign: true, cRLSign: true }
      : { name: 'keyUsage', critical: true, digitalSignature: true, keyEncipherment: true },
    ...(usages.length > 0
      ? [{ name: 'extKeyUsage', serverAuth: usages.includes('server'), clientAuth: usages.includes('client') }]
      : []),
    { name: 'subjectKeyIdentifier' },
    { name: 'authorityKeyIdentifier', keyIdentifier: authorityKey },
    ...(altNames.length > 0 ? [{ name: 'subjectAltName', altNames }] : []),
  ];
}

function requireAddress(ip: string): string {
  if (isIP(ip) === 0) throw new TypeError(`a certificate's address must be an IP address, got ${ip}`);
  return ip;
}

/** The issuer's own word for its key if it has one, as bytes in a string. */
function keyIdentifierOf(issuer: forge.pki.Certificate, library: Forge): string {
  const extension: unknown = issuer.getExtension('subjectKeyIdentifier');
  const named = extension !== null && typeof extension === 'object' && 'subjectKeyIdentifier' in extension;
  if (named) return library.util.hexToBytes(String(extension.subjectKeyIdentifier));
  return issuer.generateSubjectKeyIdentifier().getBytes();
}

/** Signs with OpenSSL instead of the library's own arithmetic: 1 ms instead of 100 ms. */
function nativeSigner(certificate: forge.pki.Certificate, keyPem: string, library: Forge): forge.pki.rsa.PrivateKey {
  const key = library.pki.privateKeyFromPem(keyPem);
  key.sign = () => {
    // The library has laid out what is to be signed just before it calls.
    const content = library.asn1.toDer(certificate.tbsCertificate).getBytes();
    return sign('sha256', Buffer.from(content, 'latin1'), keyPem).toString('latin1');
  };
  return key;
}
