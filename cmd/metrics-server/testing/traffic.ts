import { subscribe, unsubscribe } from 'node:diagnostics_channel';

/** A request of the server's, as undici announces it. */
interface SentRequest {
  readonly origin: string | URL;
  readonly path: string;
}

/** More turns of the event loop than any answer on the loopback interface takes: some seconds. */
const patienceTurns = 200_000;

/**
 * Knows which requests the server waits for: a clock wound while one is under way would let it time out for no reason.
 * A watch counts until it is open, a kubelet that is to be silent not at all.
 */
export class Traffic implements Disposable {
  readonly #underWay = new Set<SentRequest>();
  readonly #silent = new Set<string>();
  readonly #listeners: readonly (readonly [string, (message: unknown) => void])[] = [
    ['undici:request:create', (message) => this.#begun(message as { request: SentRequest })],
    ['undici:request:headers', (message) => this.#opened(message as { request: SentRequest })],
    ['undici:request:trailers', (message) => this.#ended(message as { request: SentRequest })],
    ['undici:request:error', (message) => this.#ended(message as { request: SentRequest })],
  ];

  constructor() {
    for (const [channel, listener] of this.#listeners) subscribe(channel, listener);
  }

  [Symbol.dispose](): void {
    for (const [channel, listener] of this.#listeners) unsubscribe(channel, listener);
  }

  /** From now on nobody waits for whoever listens on this port, or somebody does again. */
  expectSilence(port: number, silent: boolean): void {
    const origin = `https://127.0.0.1:${port}`;
    if (silent) this.#silent.add(origin);
    else this.#silent.delete(origin);
  }

  /** Resolves when every request has its answer, and whoever waited for it had time to go on. */
  async quiet(): Promise<void> {
    for (let calm = 0, turns = 0; calm < 4; turns++) {
      await new Promise((resolve) => setImmediate(resolve));
      const awaited = this.#awaited();
      calm = awaited.length === 0 ? calm + 1 : 0;
      if (turns > patienceTurns) throw new Error(`no answer, and none is near: ${awaited.join(', ')}`);
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

  #ended({ request }: { readonly request: SentRequest }): void {
    this.#underWay.delete(request);
  }
}
