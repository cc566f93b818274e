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
 * The lines of a body as they arrive, without line ends and without empty lines. A line is complete at its newline; what
 * stands after the last newline when the body ends was cut off on its way and is dropped.
 */
export async function* readLines(body: AsyncIterable<Uint8Array>, limit: number): AsyncGenerator<string> {
  let pending: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    let start = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      const line = textOf(pending, chunk.subarray(start, end), limit);
      start = end + 1;
      pending = [];
      size = 0;
      if (line !== '') yield line;
    }
    size += chunk.length - start;
    if (size > limit) throw new BodyTooLarge('line', limit);
    if (start < chunk.length) pending.push(chunk.subarray(start));
  }
}

function textOf(pending: readonly Uint8Array[], last: Uint8Array, limit: number): string {
  const bytes = pending.length === 0 ? last : Buffer.concat([...pending, last]);
  if (bytes.length > limit) throw new BodyTooLarge('line', limit);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString().trimEnd();
}
