import type { Body } from '../exchange.ts';
import type { MediaType } from '../negotiate.ts';
import { chunkedBody } from './chunked.ts';
import { indentedJson } from './json.ts';
import { yamlPieces } from './yaml.ts';

/** A body of compact JSON pieces: as they are, laid out for people where they are the readers, or in YAML. */
export function textBody(pieces: Iterable<string>, { encoding, pretty }: MediaType): Body {
  if (encoding === 'yaml') return chunkedBody(yamlPieces(pieces));
  return chunkedBody(pretty ? indentedJson(pieces) : pieces);
}
