import type { Body } from '../exchange.ts';
import type { MediaType } from '../negotiate.ts';
import { chunkBytes, chunkedBody, drawnBody, joined } from './chunked.ts';
import { indentedJson } from './json/json.ts';
import { yamlPieces } from './yaml.ts';

/** A body of compact JSON pieces: as they are, laid out for people where they are the readers, or in YAML. */
export function textBody(pieces: Iterable<string>, { encoding, pretty }: MediaType): Body {
  if (encoding === 'yaml') return chunkedBody(yamlPieces(pieces));
  return chunkedBody(pretty ? indentedJson(pieces) : pieces);
}

/** The same of a list, whose `pieces` are as long as they are asked to be. `signal` may end the drawing. */
export async function listBody(
  pieces: (perPiece: number) => Iterable<Uint8Array>,
  { encoding, pretty }: MediaType,
  signal: AbortSignal,
): Promise<Body> {
  if (encoding === 'yaml') return await drawnBody(joined(yamlPieces(textsOf(pieces(1)))), signal);
  const chunks = pieces(chunkBytes);
  return await drawnBody(pretty ? indentedJson(textsOf(chunks)) : chunks, signal);
}

/** Pieces as texts, none of which ends within a character. */
export function* textsOf(pieces: Iterable<Uint8Array>): Iterable<string> {
  for (const { buffer, byteOffset, length } of pieces) yield Buffer.from(buffer, byteOffset, length).toString('utf8');
}
