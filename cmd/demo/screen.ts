/** What is shown at once: tables above, and below them what to try. */
export interface Page {
  readonly body: string;
  readonly footer: string;
}

/** Where the demo writes: one page that is painted anew on a terminal, plain text one after the other elsewhere. */
export class Screen {
  readonly #stream: NodeJS.WriteStream;
  #lineOpen = false;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
    // Whoever reads us may leave (`| head`): Ctrl-C still ends us.
    stream.on('error', () => undefined);
  }

  /** Replaces the progress line; off a terminal every state is a line of its own. */
  progress(text: string): void {
    this.#stream.write(this.#stream.isTTY ? `\r\u001b[2K${text}` : `${text}\n`);
    this.#lineOpen = this.#stream.isTTY;
  }

  /** Shows a page below all that was shown before. */
  append({ body, footer }: Page): void {
    this.#stream.write(`${this.#lineOpen ? '\n' : ''}\n${body}\n${footer}`);
    this.#lineOpen = false;
  }

  /** Paints over the last page where the stream is a terminal, as much of it as fits. */
  repaint(page: Page): void {
    if (!this.#stream.isTTY) return this.append(page);
    this.#lineOpen = false;
    const { rows, columns } = this.#stream;
    this.#stream.write(`\u001b[H\u001b[2J\u001b[3J${fitted(page, { rows, columns })}`);
  }
}

/** The page, its body cut short where the terminal has not enough lines for all. */
export function fitted({ body, footer }: Page, { rows, columns }: { rows: number; columns: number }): string {
  const linesOf = (text: string): number =>
    text.split('\n').reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / columns)), 0);
  const lines = body.trimEnd().split('\n');
  // One line says what is missing, one is left blank above the footer.
  const room = rows - linesOf(footer) - 2;
  if (lines.length <= room + 1) return `${body}\n${footer}`;
  const shown = Math.max(0, room);
  return `${[...lines.slice(0, shown), `… ${lines.length - shown} more lines: enlarge the terminal`].join('\n')}\n\n${footer}`;
}
