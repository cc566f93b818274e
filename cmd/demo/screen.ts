/** Where the demo writes: one page that is painted anew on a terminal, plain text one after the other elsewhere. */
export class Screen {
  readonly #stream: NodeJS.WriteStream;
  #lineOpen = false;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  /** Replaces the progress line; off a terminal every state is a line of its own. */
  progress(text: string): void {
    this.#stream.write(this.#stream.isTTY ? `\r\u001b[2K${text}` : `${text}\n`);
    this.#lineOpen = this.#stream.isTTY;
  }

  /** Shows a page; `fresh` paints over the last one where the stream is a terminal. */
  show(text: string, { fresh }: { readonly fresh: boolean }): void {
    if (this.#lineOpen) this.#stream.write('\n');
    this.#lineOpen = false;
    const home = fresh && this.#stream.isTTY ? '\u001b[H\u001b[2J\u001b[3J' : '\n';
    this.#stream.write(home + text);
  }
}
