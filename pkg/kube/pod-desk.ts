import { LRUCache } from 'lru-cache';
import type { Clock } from '../lifecycle/clock.ts';
import { deadline } from '../lifecycle/deadline.ts';
import { isUnreadable, problemOf } from './connection/problem.ts';
import type { KubeTransport } from './connection/transport.ts';

/** What the kube-apiserver says of one pod. */
export type PodStanding =
  | {
      readonly kind: 'found';
      /** Empty before the pod has a node. */
      readonly node: string;
      /** `Pending`, `Running`, `Succeeded`, `Failed`, `Unknown`; empty where it does not say. */
      readonly phase: string;
      /** Milliseconds since its kubelet took it on, as of this answer; absent before. */
      readonly ageMs?: number;
    }
  | { readonly kind: 'absent' }
  | { readonly kind: 'untold'; readonly message: string };

/** What asking about single pods takes. */
export interface PodDeskOptions {
  readonly connection: KubeTransport;
  readonly clock: Clock;
}

/** Somebody waits for the answer, which is only the reason behind another one. */
const timeLimitMs = 2_000;
/** Whoever retries in a loop gets the same answer for so long. */
const rememberedMs = 5_000;
const capacity = 1_000;
/** Questions under way; more are not asked: clients can invent as many names as they like. */
const maxLooks = 16;
/** A pod with everything that may hang on it. */
const answerLimit = 2 * 1024 * 1024;

/**
 * Asks the kube-apiserver about single pods: on which node, in which phase. It is asked seldom, when a client wants a pod
 * that has no metrics, so everything is there to keep it seldom: a short memory, one question for all who ask the same,
 * and few at a time.
 */
export class PodDesk {
  readonly #options: PodDeskOptions;
  readonly #known: LRUCache<string, PodStanding>;
  readonly #underWay = new Map<string, Promise<PodStanding>>();

  constructor(options: PodDeskOptions) {
    this.#options = options;
    const { clock } = options;
    // Added 1: the cache takes a start of 0 for "never expires".
    const perf = { now: () => clock.monotonic() + 1 };
    this.#known = new LRUCache({ max: capacity, ttl: rememberedMs, perf, ttlResolution: 0 });
  }

  /** Never rejects; says `untold` when there is no answer in time, or when `signal` aborts. */
  async look(namespace: string, name: string, signal: AbortSignal): Promise<PodStanding> {
    const known = this.remembered(namespace, name);
    if (known !== undefined) return known;
    if (!isName(namespace) || !isName(name)) return { kind: 'absent' };
    const key = `${namespace}/${name}`;
    const underWay = this.#underWay.get(key);
    if (underWay === undefined && this.#underWay.size >= maxLooks) return untold('too many ask about pods at once');
    using gone = untilGone(signal);
    return await Promise.race([underWay ?? this.#start(key, podPath(namespace, name)), gone.promise]);
  }

  /** What was told within the last seconds. */
  remembered(namespace: string, name: string): PodStanding | undefined {
    return this.#known.get(`${namespace}/${name}`);
  }

  #start(key: string, path: string): Promise<PodStanding> {
    const asking = this.#ask(path).then((standing) => {
      this.#underWay.delete(key);
      this.#known.set(key, standing);
      return standing;
    });
    this.#underWay.set(key, asking);
    return asking;
  }

  /** Its time is its own: others may join, and the first to ask may leave. */
  async #ask(path: string): Promise<PodStanding> {
    const { connection, clock } = this.#options;
    using limit = deadline(new AbortController().signal, timeLimitMs, clock);
    try {
      using response = await connection.request({ method: 'GET', path, signal: limit.signal });
      if (response.status === 404) return { kind: 'absent' };
      if (response.status !== 200) return untold((await problemOf(response)).message);
      return standingOf(await response.json(answerLimit), clock.now());
    } catch (cause) {
      // Clients read this: where the kube-apiserver is, and how it fails, is for our log alone.
      if (isUnreadable(cause)) return untold('the answer of the kube-apiserver could not be read');
      return untold(`the kube-apiserver did not answer${limit.expired ? ` within ${timeLimitMs / 1000}s` : ''}`);
    }
  }
}

const untold = (message: string): PodStanding => ({ kind: 'untold', message });

/** What a name of Kubernetes can be made of: nothing else needs to be asked about, or could mean another path. */
const isName = (text: string): boolean => /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/.test(text);

const podPath = (namespace: string, name: string): string => `/api/v1/namespaces/${namespace}/pods/${name}`;

function standingOf(object: unknown, now: number): PodStanding {
  const { spec, status } = (object ?? {}) as {
    readonly spec?: { readonly nodeName?: unknown } | null;
    readonly status?: { readonly phase?: unknown; readonly startTime?: unknown } | null;
  };
  const startedAt = typeof status?.startTime === 'string' ? Date.parse(status.startTime) : Number.NaN;
  return {
    kind: 'found',
    node: textOf(spec?.nodeName),
    phase: textOf(status?.phase),
    ...(!Number.isNaN(startedAt) && { ageMs: Math.max(0, now - startedAt) }),
  };
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Resolves when the signal aborts, unless disposed before. */
function untilGone(signal: AbortSignal): Disposable & { readonly promise: Promise<PodStanding> } {
  const { promise, resolve } = Promise.withResolvers<PodStanding>();
  const leave = (): void => resolve(untold('the request ended before the answer came'));
  if (signal.aborted) leave();
  else signal.addEventListener('abort', leave, { once: true });
  return { promise, [Symbol.dispose]: () => signal.removeEventListener('abort', leave) };
}
