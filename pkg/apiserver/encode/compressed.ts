import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Answer, ApiRequest, Body } from '../exchange.ts';

/** As the reference: what is shorter is not worth the work. In bytes. */
const worthCompressing = 128 * 1024;

/**
 * The answer in gzip, where the client takes that and the body is long: squeezed on other threads, as it is drawn and as
 * the client takes it.
 */
export async function compressed(answer: Answer, { headers }: ApiRequest): Promise<Answer> {
  if (!takesGzip(headers['accept-encoding'] ?? '')) return answer;
  const iterator = chunksOf(answer.body);
  const drawn: Chunk[] = [];
  let length = 0;
  while (length <= worthCompressing) {
    const next = await iterator.next();
    if (next.done === true) return { ...answer, body: drawn.length === 1 ? (drawn[0] ?? '') : wholeOf(drawn) };
    drawn.push(next.value);
    length += Buffer.byteLength(next.value);
  }
  const { 'Content-Length': _, ...others } = answer.headers;
  return {
    ...answer,
    headers: { ...others, 'Content-Encoding': 'gzip', Vary: 'Accept-Encoding' },
    body: gzipped(drawn, iterator),
  };
}

type Chunk = string | Uint8Array;

/** A token with a quality is none to the reference. */
const takesGzip = (accepted: string | readonly string[]): boolean =>
  [accepted].flat().some((header) => header.split(',').some((token) => token.trim() === 'gzip'));

async function* chunksOf(body: Body): AsyncGenerator<Chunk, void> {
  if (typeof body === 'string' || body instanceof Uint8Array) yield body;
  else yield* body;
}

const wholeOf = (chunks: readonly Chunk[]): Chunk => Buffer.concat(chunks.map((chunk) => Buffer.from(chunk as string)));

async function* gzipped(drawn: readonly Chunk[], rest: AsyncGenerator<Chunk, void>): AsyncGenerator<Uint8Array, void> {
  const gzip = createGzip({ level: 1 });
  const squeezing = pipeline(Readable.from(resumed(drawn, rest), { objectMode: true, highWaterMark: 1 }), gzip);
  // Whoever reads below is told the same; nobody else waits for it when the client leaves early.
  squeezing.catch(() => undefined);
  try {
    for await (const chunk of gzip) yield chunk as Uint8Array;
  } finally {
    gzip.destroy();
    // Also when the client left before anything was drawn here.
    await rest.return();
  }
}

/** What was drawn already, then the rest, which ends with this even when nobody draws as far. */
async function* resumed(drawn: readonly Chunk[], rest: AsyncGenerator<Chunk, void>): AsyncGenerator<Chunk, void> {
  yield* drawn;
  yield* rest;
}
