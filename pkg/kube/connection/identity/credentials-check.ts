import { secureContextOf } from '../connector.ts';
import { troubleWithBundle } from './certificate-bundle.ts';
import type { Credentials } from './identity.ts';

/**
 * What is wrong with credentials, before anybody connects with them; undefined where they can be used. Node itself would
 * take a broken CA for none at all, and fail much later with a message about the other side.
 */
export function troubleWith(credentials: Credentials): string | undefined {
  const { ca, cert, key } = credentials;
  const broken = ca === undefined ? undefined : troubleWithBundle(ca);
  if (broken !== undefined) return `the certificate authority ${broken}`;
  if ((cert === undefined) !== (key === undefined)) return 'a client certificate and its key only work together';
  try {
    secureContextOf(credentials);
    return undefined;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    return `the client certificate with its key cannot be used: ${reason}`;
  }
}
