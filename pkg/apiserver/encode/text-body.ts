import type { Body } from '../exchange.ts';
import type { MediaType } from '../negotiate.ts';
import { bodyOf, chunkedBody, piecesPerChunk } from './chunked.ts';
import { indentedJson } from './json.ts';
import { yamlPieces } from './yaml.ts';

/** A body of compact JSON pieces: as they are, laid out for people where they are the readers, or in YAML. */
export function textBody(pieces: Iterable<string>, { encoding, pretty }: MediaType): Body {
  if (encoding === 'yaml') return chunkedBody(yamlPieces(pieces));
  return chunkedBody(pretty ? indentedJson(pieces) : pieces);
}

/** The same of a list, whose `pieces` hold as many items each as they are asked for. */
export function listBody(pieces: (perPiece: number) => Iterable<string>, { encoding, pretty }: MediaType): Body {
  if (encoding === 'yaml') return chunkedBody(yamlPieces(pieces(1)));
  const chunks = pieces(piecesPerChunk);
  return bodyOf(pretty ? indentedJson(chunks) : chunks);
}
