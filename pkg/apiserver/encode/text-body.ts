import type { Body } from '../exchange.ts';
import type { MediaType } from '../negotiate.ts';
import { bodyOf, chunkBytes, chunkedBody } from './chunked.ts';
import { indentedJson } from './json.ts';
import { yamlPieces } from './yaml.ts';

/** A body of compact JSON pieces: as they are, laid out for people where they are the readers, or in YAML. */
export function textBody(pieces: Iterable<string>, { encoding, pretty }: MediaType): Body {
  if (encoding === 'yaml') return chunkedBody(yamlPieces(pieces));
  return chunkedBody(pretty ? indentedJson(pieces) : pieces);
}

/** The same of a list, whose `pieces` are as long as they are asked to be. */
export function listBody(pieces: (perPiece: number) => Iterable<Uint8Array>, { encoding, pretty }: MediaType): Body {
  if (encoding === 'yaml') return chunkedBody(yamlPieces(texts(pieces(1))));
  const chunks = pieces(chunkBytes);
  return bodyOf(pretty ? indentedJson(texts(chunks)) : chunks);
}

function* texts(pieces: Iterable<Uint8Array>): Iterable<string> {
  for (const piece of pieces) yield Buffer.from(piece.buffer, piece.byteOffset, piece.length).toString('utf8');
}
