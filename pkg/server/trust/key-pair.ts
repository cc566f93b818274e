import { createPrivateKey, X509Certificate } from 'node:crypto';

/** What is wrong with a PEM private key; undefined where it can be read. Says nothing of what stands there. */
export function troubleWithKey(pem: string): string | undefined {
  try {
    createPrivateKey(pem);
    return undefined;
  } catch {
    return 'holds no private key that can be read';
  }
}

/** Whether a key is that of the first certificate of a PEM text. */
export function isPair(certificate: string, key: string): boolean {
  try {
    return new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}
