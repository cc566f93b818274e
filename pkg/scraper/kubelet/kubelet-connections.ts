import type { SecureContext, TLSSocket } from 'node:tls';
import type { Clock } from '../../lifecycle/clock.ts';
import type { Registry } from '../../telemetry/exposition.ts';
import type { KubeletTarget } from './address.ts';
import { announced } from './announced.ts';
import { BodyPool } from './answer/body-pool.ts';
import { FewPerTurn } from './few-per-turn.ts';
import type {
  KubeletAnswer,
  KubeletClient,
  KubeletCredentials,
  KubeletIdentity,
  KubeletTrust,
} from './kubelet-client.ts';
import { KubeletConnection, type Limits } from './kubelet-connection.ts';
import type { Encoding } from './requests.ts';
import { SecureContexts } from './secure-contexts.ts';
import { type Acceptance, accept } from './trust/acceptance.ts';
import { TrustBook, type TrustState } from './trust/trust-book.ts';

/** How all kubelets are asked. */
export interface KubeletConnectionsOptions {
  readonly credentials: KubeletCredentials;
  readonly trust: KubeletTrust;
  /** How long an unused connection is kept; choose more than a period. */
  readonly keepAliveMs: number;
  readonly userAgent: string;
  /** Absent = gzip: networks between zones are paid by the byte, and 5,000 nodes would fill 16 MB of them per second. */
  readonly encoding?: Encoding;
  readonly clock: Clock;
  /** Where it is counted by what kubelets were accepted; absent = nowhere. */
  readonly registry?: Registry;
}

/** TLS hands over 16 KiB at a time, TCP as much as there is. */
const landingBytes = 64 * 1024;

/** Unpacking an answer, reading and storing it take half a millisecond or more. */
const answersPerTurn = 8;

/** A node's connection, and to whom it leads. */
interface Kept {
  readonly connection: KubeletConnection;
  readonly target: KubeletTarget;
  readonly context: SecureContext | undefined;
  /** By the monotonic clock. */
  usedAt: number;
}

/**
 * Asks kubelets over one kept-alive HTTP/1.1 connection each. Redirects are never followed, proxies never used. Our own
 * client, because a general one costs more than twice the CPU and half as much memory again per kubelet: here is one buffer
 * for whatever comes in, memory for bodies that is used again, and a request that is written once.
 */
export class KubeletConnections implements KubeletClient, Disposable {
  readonly #options: KubeletConnectionsOptions;
  readonly #contexts: SecureContexts;
  readonly #kept = new Map<string, Kept>();
  readonly #book: TrustBook;
  readonly #pool = new BodyPool();
  readonly #turns = new FewPerTurn(answersPerTurn);
  readonly #landing = Buffer.allocUnsafeSlow(landingBytes);
  #sweep: Disposable | undefined;

  constructor(options: KubeletConnectionsOptions) {
    this.#options = options;
    this.#contexts = new SecureContexts({ verify: isVerifying(options.trust) });
    this.#book = new TrustBook(options.registry);
  }

  /** How many connections are kept, or being made. */
  get size(): number {
    return this.#kept.size;
  }

  /** By what a node's kubelet was accepted on the last connection; undefined before the first. */
  trustOf(node: string): TrustState | undefined {
    return this.#book.of(node);
  }

  read(target: KubeletTarget, signal: AbortSignal, connectMs?: number, reached?: () => void): Promise<KubeletAnswer> {
    return new Promise((resolve) => {
      const limits = { signal, connectMs, reached };
      if (this.#options.trust === 'plain-http') return this.#ask(target, {}, { limits, done: resolve });
      const shown = this.#options.credentials.current();
      this.#ask(target, shown, {
        limits,
        done: (answer) => resolve(isUnauthorized(answer) ? this.#askAgain(target, shown, { limits, answer }) : answer),
      });
    });
  }

  forget(node: string): void {
    this.#close(node);
    this.#book.forget(node);
  }

  /** Closes every connection. */
  [Symbol.dispose](): void {
    for (const node of [...this.#kept.keys()]) this.forget(node);
    this.#sweep?.[Symbol.dispose]();
    this.#sweep = undefined;
  }

  /** A token may have been replaced since it was last read: once more with the new one, if there is one. */
  async #askAgain(target: KubeletTarget, shown: KubeletIdentity, { limits, answer }: Refused): Promise<KubeletAnswer> {
    const { credentials } = this.#options;
    if (limits.signal.aborted) return answer;
    const renewed = await credentials.renew?.(shown);
    if (!renewed || limits.signal.aborted) return answer;
    return await new Promise((done) => this.#ask(target, credentials.current(), { limits, done }));
  }

  #ask(target: KubeletTarget, identity: KubeletIdentity, { limits, done }: Waiting): void {
    const security = this.#options.trust === 'plain-http' ? undefined : this.#contexts.for(identity);
    if (security?.kind === 'unusable') return done(security.answer);
    const kept = this.#keptFor(target, security?.context);
    const { token } = identity;
    const end = (answer: KubeletAnswer): void => {
      kept.usedAt = this.#options.clock.monotonic();
      // What has been closed is made anew when it is needed.
      if (!kept.connection.hasLine && this.#kept.get(target.node) === kept) this.#kept.delete(target.node);
      done(withoutSecrets(answer, token));
    };
    kept.connection.ask({ target, token, limits, done: announced(target, end) });
  }

  /** The node's connection; a new one after a change of address or of certificates. */
  #keptFor(target: KubeletTarget, context: SecureContext | undefined): Kept {
    const { node, host, port } = target;
    const before = this.#kept.get(node);
    if (before?.connection.isFree && before.context === context && isSameKubelet(before.target, target)) return before;
    this.#close(node);
    const { clock, userAgent, encoding = 'gzip' } = this.#options;
    const tls = context && { context, accept: (socket: TLSSocket) => this.#accept(socket, target) };
    const shared = { landing: this.#landing, pool: this.#pool, turns: this.#turns, clock };
    const connection = new KubeletConnection({ host, port, tls, userAgent, encoding, ...shared });
    const kept = { connection, target, context, usedAt: clock.monotonic() };
    this.#kept.set(node, kept);
    this.#sweepLater();
    return kept;
  }

  async #accept(socket: TLSSocket, { node, uid = '', host, names = [] }: KubeletTarget): Promise<Acceptance> {
    const claim = { node, uid, names: [host, ...names.filter((name) => name !== host)] };
    const acceptance = await accept(socket, claim, this.#options.trust);
    // The node may have gone, or moved, while its key was looked for: then this is about nobody.
    if (!socket.destroyed) this.#book.note(node, acceptance.kind === 'accepted' ? acceptance.by : 'refused');
    return acceptance;
  }

  #close(node: string): void {
    const kept = this.#kept.get(node);
    this.#kept.delete(node);
    kept?.connection[Symbol.dispose]();
  }

  /** One timer for all of them: a connection is closed when it was not used for once to twice the time. */
  #sweepLater(): void {
    const { clock, keepAliveMs } = this.#options;
    this.#sweep ??= clock.timer(keepAliveMs, () => {
      this.#sweep = undefined;
      const since = clock.monotonic() - keepAliveMs;
      for (const [node, { connection, usedAt }] of this.#kept) {
        if (connection.isFree && usedAt <= since) this.#close(node);
      }
      if (this.#kept.size > 0) this.#sweepLater();
    });
  }
}

/** One request that is to be answered. */
interface Waiting {
  readonly limits: Limits;
  readonly done: (answer: KubeletAnswer) => void;
}

/** One that was answered with a refusal of what we showed. */
interface Refused {
  readonly limits: Limits;
  readonly answer: KubeletAnswer;
}

const isVerifying = (trust: KubeletTrust): boolean => trust === 'verified' || typeof trust === 'object';

const isUnauthorized = (answer: KubeletAnswer): boolean => answer.kind === 'status' && answer.code === 401;

/** Asking there means asking the same machine, which has to prove to be the same. */
function isSameKubelet(a: KubeletTarget, b: KubeletTarget): boolean {
  return a.host === b.host && a.port === b.port && a.uid === b.uid && sameNames(a.names ?? [], b.names ?? []);
}

const sameNames = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((name, at) => name === b[at]);

/** Whoever answers may send our token back, in a body or in a header, and answers are logged. */
function withoutSecrets(answer: KubeletAnswer, token: string | undefined): KubeletAnswer {
  const secret = token?.slice(0, 16);
  if (!secret) return answer;
  if (answer.kind === 'status' && answer.detail?.includes(secret)) return { kind: 'status', code: answer.code };
  if (answer.kind !== 'bad-body' || !answer.message.includes(secret)) return answer;
  return { kind: 'bad-body', message: `${answer.message.slice(0, answer.message.indexOf(secret))}(our token)` };
}
