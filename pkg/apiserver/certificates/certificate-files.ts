import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import type { CertificatePair } from './issue-certificate.ts';

/** Where a certificate and its key lie. */
export interface CertificateFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

/** What was found there. */
export type FilesOutcome =
  | { readonly kind: 'read'; readonly pair: CertificatePair }
  /** Neither of the two is there. */
  | { readonly kind: 'absent'; readonly message: string }
  | { readonly kind: 'unusable'; readonly message: string };

/** Reads a certificate and its key and makes sure that a server can use them together. */
export async function readCertificateFiles({ certFile, keyFile }: CertificateFiles): Promise<FilesOutcome> {
  const [cert, key] = await Promise.all([readText(certFile), readText(keyFile)]);
  if (cert.kind === 'read' && key.kind === 'read') {
    const problem = problemOf({ certPem: cert.text, keyPem: key.text });
    if (problem === undefined) return { kind: 'read', pair: { certPem: cert.text, keyPem: key.text } };
    return { kind: 'unusable', message: `the certificate ${certFile} with the key ${keyFile}: ${problem}` };
  }
  const isAbsent = cert.kind === 'absent' && key.kind === 'absent';
  const messages = [cert, key].filter((file) => file.kind !== 'read').map(({ message }) => message);
  return { kind: isAbsent ? 'absent' : 'unusable', message: messages.join('; ') };
}

/** What the operating system meant, in words; the code itself for everything rare. */
export function fileProblem(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
  return problems[code] ?? code;
}

const problems: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  EISDIR: 'is a directory',
  ENOTDIR: 'not a directory',
  EEXIST: 'not a directory',
  ENOSPC: 'no space left',
};

/** The second: something above it is a file. */
const absent: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR']);

type TextOutcome =
  | { readonly kind: 'read'; readonly text: string }
  | { readonly kind: 'absent' | 'unreadable'; readonly message: string };

async function readText(file: string): Promise<TextOutcome> {
  try {
    return { kind: 'read', text: await readFile(file, 'utf8') };
  } catch (cause) {
    const isAbsent = cause instanceof Error && 'code' in cause && absent.has(String(cause.code));
    return { kind: isAbsent ? 'absent' : 'unreadable', message: `${file}: ${fileProblem(cause)}` };
  }
}

/** Never quotes the files: an error must not show a key. */
function problemOf({ certPem, keyPem }: CertificatePair): string | undefined {
  const certificate = attempt(() => new X509Certificate(certPem));
  if (certificate === undefined) return 'the certificate is not PEM that can be read';
  const key = attempt(() => createPrivateKey(keyPem));
  if (key === undefined) return 'the key is not PEM that can be read without a passphrase';
  if (!certificate.checkPrivateKey(key)) return 'they do not belong together';
  const context = attempt(() => createSecureContext({ cert: certPem, key: keyPem }));
  return context === undefined
    ? 'they cannot be used for TLS; is the chain complete and the key strong enough?'
    : undefined;
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined; // Whatever is wrong with it, it is not usable.
  }
}
