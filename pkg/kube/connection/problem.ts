import { complaintOf } from './complaint.ts';
import { BodyTooLarge } from './http/response-body.ts';
import type { KubeResponse, KubeTransport } from './transport.ts';

/** Why a request to the kube-apiserver gave nothing to work with, in words for people. */
export interface Problem {
  readonly message: string;
  /** HTTP status; absent when no answer came. */
  readonly status?: number;
  /** `Retry-After`, in milliseconds; absent where the answer has none. */
  readonly retryAfterMs?: number;
}

const statusTextLimit = 64 * 1024;

/** Reads an answer that is not the one hoped for: the message of its Status object, and what would help. */
export async function problemOf(response: KubeResponse): Promise<Problem> {
  const text = await response.text(statusTextLimit).catch(() => '');
  const { status } = response;
  const said = statusMessage(text);
  const message = `the kube-apiserver answered ${status}${said === '' ? '' : `: ${said}`}${cureOf(status)}`;
  const retryAfterMs = retryAfterOf(response);
  return retryAfterMs === undefined ? { message, status } : { message, status, retryAfterMs };
}

/** Puts a request that got no answer at all into words. */
export function problemOfFailure(failure: unknown, { server }: Pick<KubeTransport, 'server'>): Problem {
  if (isUnreadable(failure))
    return { message: `the answer of the kube-apiserver at ${server} cannot be read: ${complaintOf(failure)}` };
  const { code, message } = reasonOf(failure);
  const cure = cures[code];
  return {
    message: `no answer from the kube-apiserver at ${server}: ${message}${cure === undefined ? '' : `; ${cure}`}`,
  };
}

/** True when there was an answer that makes no sense: asking again would give the same. */
export function isUnreadable(failure: unknown): boolean {
  return failure instanceof SyntaxError || failure instanceof BodyTooLarge;
}

const cures: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there: is the kube-apiserver running, is the address right?',
  ENOTFOUND: 'the host name is not known: check the address and DNS',
  EAI_AGAIN: 'the name server does not answer: check DNS',
  ETIMEDOUT: 'check routes and network policies on the way there',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is not issued by the CA we were given',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is not issued by the CA we were given',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is not issued by the CA we were given',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is not issued by the CA we were given',
  CERT_HAS_EXPIRED: 'its certificate has expired, or the clock here is wrong',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate names another host: check the address, or set tls-server-name',
};

/** The innermost error says what happened; those around it say only that something did. */
function reasonOf(failure: unknown): { code: string; message: string } {
  let error = failure;
  for (let depth = 0; depth < 8; depth++) {
    const inner = error instanceof AggregateError ? error.errors[0] : error instanceof Error ? error.cause : undefined;
    if (inner === undefined) break;
    error = inner;
  }
  if (!(error instanceof Error)) return { code: '', message: String(error) };
  const code = 'code' in error ? String(error.code) : '';
  return { code, message: error.message === '' ? code || error.name : error.message };
}

function statusMessage(text: string): string {
  try {
    const { message } = JSON.parse(text) as { message?: unknown };
    return typeof message === 'string' ? message : '';
  } catch {
    // Not a Status object: proxies answer in plain text, of which the first line is enough.
    return text.split('\n', 1)[0]?.slice(0, 200) ?? '';
  }
}

function cureOf(status: number): string {
  if (status === 401) return '; our token or client certificate is not valid there';
  if (status === 403) return '; our RBAC roles do not allow this, apply the manifests again';
  return '';
}

function retryAfterOf({ headers }: KubeResponse): number | undefined {
  const seconds = Number(headers['retry-after'] ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined;
}
