import type { KubeletAnswer } from './kubelet-client.ts';

/** What an error of a socket, of TLS or of the HTTP parser means. */
export function failureOf(error: unknown): KubeletAnswer {
  const code = codeOf(error);
  if (code.startsWith('ERR_SSL') || code === 'EPROTO') return tlsFailureOf(error);
  // Some errors of undici's parser have no code of their own.
  if (code.startsWith('HPE_') || code === 'HTTPParserError')
    return { kind: 'bad-body', message: `it is not HTTP (${code})` };
  if (code === 'UND_ERR_HEADERS_OVERFLOW') return { kind: 'bad-body', message: 'its headers are too long' };
  if (code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH') return { kind: 'bad-body', message: 'it was cut short' };
  // How undici says that the other side hung up.
  return { kind: 'unreachable', code: code === 'UND_ERR_SOCKET' ? 'ECONNRESET' : code };
}

/** What an error between the TCP connection and the end of the TLS handshake means. */
export function handshakeFailureOf(error: unknown): KubeletAnswer {
  const code = codeOf(error);
  return hangUps.has(code) ? { kind: 'unreachable', code } : tlsFailureOf(error);
}

const hangUps: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH']);

function tlsFailureOf(error: unknown): KubeletAnswer {
  const reason = error instanceof Error && 'reason' in error && typeof error.reason === 'string' ? error.reason : '';
  const message = reason || (error instanceof Error ? error.message : String(error));
  return { kind: 'tls', code: codeOf(error), message: printable(message) };
}

/** At most 200 printable ASCII characters of a text somebody else wrote, for logs and Status messages. */
export function printable(text: string): string {
  return text
    .slice(0, 400)
    .replace(/[^\x21-\x7e]+/g, ' ')
    .trim()
    .slice(0, 200);
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'UNKNOWN';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
