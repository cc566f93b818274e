const newline = 10;

/** A body, or one line of it, that is larger than anybody should send. */
export class BodyTooLarge extends Error {
  override readonly name = 'BodyTooLarge';

  constructor(what: string, limit: number) {
    super(`the answer's ${what} is larger than ${limit} bytes`);
  }
}

/** The whole body as text; rejects as soon as it passes `limit` bytes. */
export async function readText(body: AsyncIterable<Uint8Array>, limit: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > limit) throw new BodyTooLarge('body', limit);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size).toString();
}

/**
 * The lines of a body as they arrive, those that come together at once, without line ends and without empty lines. A line
 * is complete at its newline; what stands after the last newline when the body ends was cut off on its way and is dropped.
 */
export async function* readLines(body: AsyncIterable<Uint8Array>, limit: number): AsyncGenerator<readonly string[]> {
  const cutter = new LineCutter(limit);
  for await (const chunk of body) {
    const lines = cutter.cut(chunk);
    if (lines.length > 0) yield lines;
    if (cutter.isBeyondLimit) throw new BodyTooLarge('line', limit);
  }
}

class LineCutter {
  readonly #limit: number;
  /** The beginning of a line whose end is not there yet. */
  #pending: Uint8Array[] = [];
  #size = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** True once a line is larger than it may be: nothing is read of it, nor after it. */
  get isBeyondLimit(): boolean {
    return this.#size > this.#limit;
  }

  /** The lines that end in this chunk. */
  cut(chunk: Uint8Array): string[] {
    const lines: string[] = [];
    let start = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      this.#keep(chunk.subarray(start, end));
      if (this.isBeyondLimit) return lines;
      start = end + 1;
      const line = this.#taken();
      if (line !== '') lines.push(line);
    }
    if (start < chunk.length) this.#keep(chunk.subarray(start));
    return lines;
  }

  #keep(part: Uint8Array): void {
    this.#pending.push(part);
    this.#size += part.length;
  }

  #taken(): string {
    const text = textOf(this.#pending, this.#size);
    this.#pending = [];
    this.#size = 0;
    return text;
  }
}

function textOf(parts: readonly Uint8Array[], size: number): string {
  const [first] = parts;
  if (first === undefined) return '';
  const bytes = parts.length === 1 ? first : Buffer.concat(parts, size);
  return Buffer.from(bytes.buffer, bytes.byteOffset, size).toString().trimEnd();
}
