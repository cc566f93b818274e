import type { OutputStream } from './subcommand.ts';

/** One line of a terminal that says what is under way, and is gone afterwards; nothing where there is no terminal. */
export class ProgressLine implements Disposable {
  readonly #stream: OutputStream;
  #shown = false;

  constructor(stream: OutputStream) {
    this.#stream = stream;
  }

  /** Replaces the line, cut where the terminal ends. */
  show(text: string): void {
    const { isTTY, columns = 80 } = this.#stream;
    if (isTTY !== true) return;
    this.#stream.write(`\r\u001b[2K${text.slice(0, Math.max(0, columns - 1))}`);
    this.#shown = true;
  }

  [Symbol.dispose](): void {
    if (this.#shown) this.#stream.write('\r\u001b[2K');
    this.#shown = false;
  }
}
