import type { KubeletAnswer } from './kubelet-client.ts';

/** What an error of a socket or of TLS means. */
export function failureOf(error: unknown): KubeletAnswer {
  const code = codeOf(error);
  if (code.startsWith('ERR_SSL') || code === 'EPROTO') return tlsFailureOf(error);
  return { kind: 'unreachable', code };
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

/** The peer ended a connection on which something was still to come. */
export const hungUp: KubeletAnswer = { kind: 'unreachable', code: 'ECONNRESET' };
