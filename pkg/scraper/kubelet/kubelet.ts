import { type KubeletTarget, originOf } from './address.ts';
import type {
  KubeletAnswer,
  KubeletClient,
  KubeletCredentials,
  KubeletIdentity,
  KubeletTrust,
} from './kubelet-client.ts';
import { type ConnectionOptions, KubeletConnection, type Limits } from './kubelet-connection.ts';
import { SecureContexts } from './secure-contexts.ts';

/** How all kubelets are asked. */
export interface UndiciKubeletClientOptions {
  readonly credentials: KubeletCredentials;
  readonly trust: KubeletTrust;
  /** How long an unused connection is kept; choose more than a period. */
  readonly keepAliveMs: number;
  readonly userAgent: string;
}

/** Asks kubelets over undici: one kept-alive HTTP/1.1 connection each, redirects never followed, proxies never used. */
export class UndiciKubeletClient implements KubeletClient, Disposable {
  readonly #options: UndiciKubeletClientOptions;
  readonly #contexts: SecureContexts;
  readonly #connections = new Map<string, KubeletConnection>();

  constructor(options: UndiciKubeletClientOptions) {
    this.#options = options;
    this.#contexts = new SecureContexts({ verify: options.trust === 'verified' });
  }

  /** How many connections are kept, or being made. */
  get size(): number {
    return this.#connections.size;
  }

  async read(
    target: KubeletTarget,
    signal: AbortSignal,
    connecting?: AbortSignal,
    reached?: () => void,
  ): Promise<KubeletAnswer> {
    const limits = { signal, connecting, reached };
    if (this.#options.trust === 'plain-http') return this.#ask(target, {}, limits);
    const { credentials } = this.#options;
    const shown = credentials.current();
    const answer = await this.#ask(target, shown, limits);
    if (!isUnauthorized(answer) || signal.aborted) return answer;
    // A token may have been replaced since it was last read: once more with the new one, if there is one.
    const renewed = await credentials.renew?.(shown);
    return renewed && !signal.aborted ? this.#ask(target, credentials.current(), limits) : answer;
  }

  forget(node: string): void {
    this.#connections.get(node)?.[Symbol.dispose]();
    this.#connections.delete(node);
  }

  /** Closes every connection. */
  [Symbol.dispose](): void {
    for (const node of [...this.#connections.keys()]) this.forget(node);
  }

  async #ask(target: KubeletTarget, identity: KubeletIdentity, limits: Limits): Promise<KubeletAnswer> {
    const way = this.#wayTo(target, identity);
    if ('kind' in way) return way;
    const connection = this.#connectionFor(target.node, way);
    const answer = await connection.get(target.path, this.#headers(target, identity), limits);
    if (!connection.usable && this.#connections.get(target.node) === connection) this.#connections.delete(target.node);
    return withoutSecrets(answer, identity);
  }

  #wayTo(target: KubeletTarget, identity: KubeletIdentity): ConnectionOptions | KubeletAnswer {
    const { trust, keepAliveMs } = this.#options;
    if (trust === 'plain-http') return { origin: originOf(target, 'http'), verify: false, keepAliveMs };
    const security = this.#contexts.for(identity);
    if (security.kind === 'unusable') return security.answer;
    const verify = trust === 'verified';
    return { origin: originOf(target, 'https'), context: security.context, verify, keepAliveMs };
  }

  /** The node's connection; a new one after a change of address or of certificates. */
  #connectionFor(node: string, way: ConnectionOptions): KubeletConnection {
    const kept = this.#connections.get(node);
    if (kept?.usable && kept.matches(way)) return kept;
    kept?.[Symbol.dispose]();
    const connection = new KubeletConnection(way);
    this.#connections.set(node, connection);
    return connection;
  }

  #headers({ accept }: KubeletTarget, { token }: KubeletIdentity): Readonly<Record<string, string>> {
    return {
      'accept-encoding': 'gzip',
      'user-agent': this.#options.userAgent,
      ...(accept && { accept }),
      ...(token && { authorization: `Bearer ${token}` }),
    };
  }
}

const isUnauthorized = (answer: KubeletAnswer): boolean => answer.kind === 'status' && answer.code === 401;

/** Whoever answers may send our token back, and answers are logged. */
function withoutSecrets(answer: KubeletAnswer, { token }: KubeletIdentity): KubeletAnswer {
  if (answer.kind !== 'status' || !token || !answer.detail?.includes(token.slice(0, 16))) return answer;
  return { kind: 'status', code: answer.code };
}
