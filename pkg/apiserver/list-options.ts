import { parseFieldSelector } from '../model/field-selector.ts';
import { goQuote } from '../model/go-quote.ts';
import { parseLabelSelector } from '../model/label-selector.ts';
import type { ListQuery } from './resource.ts';

/** What the query of a list asks for. */
export type ListOptions =
  | { readonly kind: 'options'; readonly query: ListQuery }
  /** `message` is what the reference's parsers say. */
  | { readonly kind: 'invalid'; readonly message: string };

/** Fields by which our objects can be selected. */
const knownFields: readonly string[] = ['metadata.name', 'metadata.namespace'];

/**
 * Reads the options of a list, in the reference's order of complaints. `limit`, `continue` and `resourceVersion` are
 * accepted and mean nothing: a list is always whole and always current.
 */
export function parseListOptions(query: URLSearchParams, namespace: string | undefined): ListOptions {
  const badNumber = ['timeoutSeconds', 'limit'].map((name) => complaintAbout(query.get(name))).find(Boolean);
  if (badNumber !== undefined) return { kind: 'invalid', message: badNumber };

  const labels = parseLabelSelector(query.get('labelSelector') ?? '');
  if (labels.kind === 'invalid') return labels;
  const fields = parseFieldSelector(query.get('fieldSelector') ?? '', knownFields);
  if (fields.kind === 'invalid') return fields;
  return {
    kind: 'options',
    query: {
      ...(namespace !== undefined && { namespace }),
      ...(query.get('labelSelector') && { labels: labels.selector }),
      ...(query.get('fieldSelector') && { fields: fields.selector }),
    },
  };
}

/** What Go's `strconv.ParseInt` says about a text that is no int64. */
function complaintAbout(text: string | null): string | undefined {
  if (text === null) return undefined;
  const complain = (problem: string): string => `strconv.ParseInt: parsing ${goQuote(text)}: ${problem}`;
  const [, sign, digits] = /^([+-]?)0*(\d+)$/.exec(text) ?? [];
  if (digits === undefined) return complain('invalid syntax');
  // An int64 has 19 digits at most; a megabyte of them must not be turned into a number.
  if (digits.length > 19) return complain('value out of range');
  const number = BigInt(sign === '-' ? `-${digits}` : digits);
  return BigInt.asIntN(64, number) === number ? undefined : complain('value out of range');
}
