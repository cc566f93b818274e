import { subscribe, unsubscribe } from 'node:diagnostics_channel';

/** A request of the server's, as undici announces it. */
interface SentRequest {
  readonly origin: string | URL;
  readonly path: string;
}

/** Real time, longer than any answer on the loopback interface takes on a busy machine. */
const patienceMs = 30_000;

/**
 * Knows which requests the server waits for: a clock wound while one is under way would let it time out for no reason.
 * A watch counts until it is open, a kubelet's answer until the server has made sense of it (unpacking may take a thread
 * of its own), and a kubelet that is to be silent not at all.
 */
export class Traffic implements Disposable {
  readonly #underWay = new Set<SentRequest>();
  readonly #silent = new Set<string>();
  readonly #listeners: readonly (readonly [string, (message: unknown) => void])[] = [
    ['undici:request:create', (message) => this.#begun(message as { request: SentRequest })],
    ['undici:request:headers', (message) => this.#opened(message as { request: SentRequest })],
    ['undici:request:trailers', (message) => this.#answered(message as { request: SentRequest })],
    ['undici:request:error', (message) => this.#failed(message as { request: SentRequest })],
  ];

  constructor() {
    for (const [channel, listener] of this.#listeners) subscribe(channel, listener);
  }

  [Symbol.dispose](): void {
    for (const [channel, listener] of this.#listeners) unsubscribe(channel, listener);
  }

  /** From now on nobody waits for whoever listens on this port, or somebody does again. */
  expectSilence(port: number, silent: boolean): void {
    if (silent) this.#silent.add(originOf(port));
    else this.#silent.delete(originOf(port));
  }

  /** The server has made sense of what the kubelet on this port answered. */
  understood(port: number): void {
    for (const request of this.#underWay) {
      if (isAsking(request) && String(request.origin) === originOf(port)) this.#underWay.delete(request);
    }
  }

  /** Resolves when every request has its answer, and whoever waited for it had time to go on. */
  async quiet(): Promise<void> {
    const since = performance.now();
    for (let calm = 0; calm < 4; ) {
      await new Promise((resolve) => setImmediate(resolve));
      const awaited = this.#awaited();
      calm = awaited.length === 0 ? calm + 1 : 0;
      if (performance.now() - since > patienceMs) throw new Error(`still no answer: ${awaited.join(', ')}`);
    }
  }

  #awaited(): string[] {
    return [...this.#underWay]
      .filter(({ origin }) => !this.#silent.has(String(origin)))
      .map(({ origin, path }) => `${origin}${path}`);
  }

  #begun({ request }: { readonly request: SentRequest }): void {
    this.#underWay.add(request);
  }

  #opened({ request }: { readonly request: SentRequest }): void {
    if (request.path.includes('watch=')) this.#underWay.delete(request);
  }

  #answered({ request }: { readonly request: SentRequest }): void {
    if (!isAsking(request)) this.#underWay.delete(request);
  }

  #failed({ request }: { readonly request: SentRequest }): void {
    this.#underWay.delete(request);
  }
}

const originOf = (port: number): string => `https://127.0.0.1:${port}`;

const isAsking = ({ path }: SentRequest): boolean => path === '/metrics/resource';
