import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { TlsFault } from '../kubelet-client.ts';
import { printable } from '../network-failure.ts';

/** What Node.js calls a certificate that is made out to somebody else. */
const code = 'ERR_TLS_CERT_ALTNAME_INVALID';

/** What is wrong with the names of a certificate that must bear one of `names`; undefined = nothing. */
export function nameFault(certificate: X509Certificate, names: readonly string[]): TlsFault | undefined {
  if (names.some((name) => bears(certificate, name))) return undefined;
  const { subjectAltName } = certificate;
  if (!subjectAltName) return { code, message: 'it does not contain any name (no SAN)' };
  return { code, message: `it names ${printable(subjectAltName)}, and none of ${names.join(', ')}` };
}

/** Only alternative names count, never the subject, as in Go; `*` stands for a whole label or for nothing. */
function bears(certificate: X509Certificate, name: string): boolean {
  const found =
    isIP(name) > 0
      ? certificate.checkIP(name)
      : certificate.checkHost(name, { subject: 'never', partialWildcards: false });
  return found !== undefined;
}
