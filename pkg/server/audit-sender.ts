import type { AuditSender, SendOutcome } from '../apiserver/audit/webhook-backend.ts';
import type { KubeRequest, KubeTransport } from '../kube/connection/transport.ts';

const answerLimit = 64 * 1024;

/** Sends audit events to the very address that a kubeconfig names as its server, query included. */
export class ConnectionSender implements AuditSender {
  readonly #connection: KubeTransport;
  readonly #target: Pick<KubeRequest, 'path' | 'query'>;
  /** Without what may be secret in an address. */
  readonly #name: string;

  constructor(connection: KubeTransport) {
    const { origin, pathname, searchParams } = new URL(connection.server);
    this.#connection = connection;
    // The connection puts the server's own path in front.
    this.#target = {
      path: pathname === '/' ? '/' : '',
      ...(searchParams.size > 0 && { query: Object.fromEntries(searchParams) }),
    };
    this.#name = `${origin}${pathname}`;
  }

  async send(list: object, signal: AbortSignal): Promise<SendOutcome> {
    try {
      using response = await this.#connection.request({ method: 'POST', ...this.#target, body: list, signal });
      const { status } = response;
      if (status < 200 || status > 299) return failed(`${this.#name} answered ${status}`);
      // Read to its end, so that the socket serves again.
      await response.text(answerLimit).catch(() => '');
      return { kind: 'sent' };
    } catch (cause) {
      return failed(`no answer from ${this.#name}: ${innermost(cause)}`);
    }
  }
}

const failed = (reason: string): SendOutcome => ({ kind: 'failed', reason });

/** The error at the bottom says what happened; those around it say only that something did. */
function innermost(failure: unknown): string {
  let error = failure;
  for (let depth = 0; depth < 8 && error instanceof Error; depth++) {
    const inner = error instanceof AggregateError ? error.errors[0] : error.cause;
    if (inner === undefined) return error.message;
    error = inner;
  }
  return String(error);
}
