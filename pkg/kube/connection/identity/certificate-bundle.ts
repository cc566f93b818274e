import { X509Certificate } from 'node:crypto';

const block = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/** What is wrong with a PEM bundle of certificates; undefined where each of at least one can be read. */
export function troubleWithBundle(pem: string): string | undefined {
  const blocks = pem.match(block) ?? [];
  if (blocks.length === 0) return 'holds no PEM certificate';
  try {
    for (const one of blocks) new X509Certificate(one);
    return undefined;
  } catch (cause) {
    return `holds a certificate that cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`;
  }
}
