import type { Registry } from '../../telemetry/exposition.ts';
import { type KubeletTarget, originOf } from './address.ts';
import type {
  KubeletAnswer,
  KubeletClient,
  KubeletCredentials,
  KubeletIdentity,
  KubeletTrust,
} from './kubelet-client.ts';
import { type ConnectionOptions, KubeletConnection, type Limits, type TlsWay } from './kubelet-connection.ts';
import { SecureContexts } from './secure-contexts.ts';
import { accept } from './trust/acceptance.ts';
import { TrustBook, type TrustState } from './trust/trust-book.ts';

/** How all kubelets are asked. */
export interface UndiciKubeletClientOptions {
  readonly credentials: KubeletCredentials;
  readonly trust: KubeletTrust;
  /** How long an unused connection is kept; choose more than a period. */
  readonly keepAliveMs: number;
  readonly userAgent: string;
  /** Where it is counted by what kubelets were accepted; absent = nowhere. */
  readonly registry?: Registry;
}

/** Asks kubelets over undici: one kept-alive HTTP/1.1 connection each, redirects never followed, proxies never used. */
export class UndiciKubeletClient implements KubeletClient, Disposable {
  readonly #options: UndiciKubeletClientOptions;
  readonly #contexts: SecureContexts;
  readonly #connections = new Map<string, KubeletConnection>();
  readonly #book: TrustBook;

  constructor(options: UndiciKubeletClientOptions) {
    this.#options = options;
    this.#contexts = new SecureContexts({ verify: isVerifying(options.trust) });
    this.#book = new TrustBook(options.registry);
  }

  /** How many connections are kept, or being made. */
  get size(): number {
    return this.#connections.size;
  }

  /** By what a node's kubelet was accepted on the last connection; undefined before the first. */
  trustOf(node: string): TrustState | undefined {
    return this.#book.of(node);
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
    this.#book.forget(node);
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
    if (trust === 'plain-http') return { origin: originOf(target, 'http'), keepAliveMs };
    const security = this.#contexts.for(identity);
    if (security.kind === 'unusable') return security.answer;
    const { node, uid = '', host, names = [] } = target;
    const claim = { node, uid, names: [host, ...names.filter((name) => name !== host)] };
    const tls: TlsWay = {
      context: security.context,
      identity: `${uid} ${claim.names.join(' ')}`,
      accept: async (socket) => {
        const acceptance = await accept(socket, claim, trust);
        this.#book.note(node, acceptance.kind === 'accepted' ? acceptance.by : 'refused');
        return acceptance;
      },
    };
    return { origin: originOf(target, 'https'), tls, keepAliveMs };
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

const isVerifying = (trust: KubeletTrust): boolean => trust === 'verified' || typeof trust === 'object';

const isUnauthorized = (answer: KubeletAnswer): boolean => answer.kind === 'status' && answer.code === 401;

/** Whoever answers may send our token back, and answers are logged. */
function withoutSecrets(answer: KubeletAnswer, { token }: KubeletIdentity): KubeletAnswer {
  if (answer.kind !== 'status' || !token || !answer.detail?.includes(token.slice(0, 16))) return answer;
  return { kind: 'status', code: answer.code };
}
