/** Lines that arrive when a test says so, and end or break when it says so. */
export class FakeStream implements AsyncIterable<readonly string[]> {
  #lines: string[] = [];
  readonly #signal: AbortSignal;
  #ending: { readonly failure?: unknown } | undefined;
  #wake: (() => void) | undefined;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener('abort', () => this.fail(signal.reason), { once: true });
  }

  push(line: string): void {
    this.#lines.push(line);
    this.#wake?.();
  }

  end(): void {
    this.#ending ??= {};
    this.#wake?.();
  }

  fail(failure: unknown): void {
    this.#ending ??= { failure };
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<readonly string[]> {
    for (;;) {
      const lines = this.#lines;
      this.#lines = [];
      if (lines.length > 0) yield lines;
      this.#signal.throwIfAborted();
      if (this.#ending !== undefined) break;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if ('failure' in this.#ending) throw this.#ending.failure;
  }
}
