import { type FieldSelector, parseAnyFieldSelector, parseFieldSelector } from '../model/field-selector.ts';
import { goQuote } from '../model/go-quote.ts';
import { int64Of } from '../model/label-requirement.ts';
import { type LabelSelector, parseLabelSelector } from '../model/label-selector.ts';
import { contradictions } from './list-contradictions.ts';
import type { ListQuery } from './resource.ts';
import type { StatusCause } from './status.ts';

/** What the query of a list asks for. */
export type ListOptions =
  | { readonly kind: 'options'; readonly query: ListQuery }
  /** `message` is what the reference's parsers say. */
  | { readonly kind: 'invalid'; readonly message: string }
  /** All can be read, but does not fit together. */
  | { readonly kind: 'contradictory'; readonly causes: readonly StatusCause[] };

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
  const syntax = parseAnyFieldSelector(query.get('fieldSelector') ?? '');
  if (syntax.kind === 'invalid') return syntax;
  const causes = contradictions(query);
  if (causes.length > 0) return { kind: 'contradictory', causes };
  const fields = parseFieldSelector(query.get('fieldSelector') ?? '', knownFields);
  if (fields.kind === 'invalid') return fields;
  return optionsOf(query, { namespace, labels: labels.selector, fields: fields.selector });
}

interface Selection {
  readonly namespace: string | undefined;
  readonly labels: LabelSelector;
  readonly fields: FieldSelector;
}

function optionsOf(query: URLSearchParams, { namespace, labels, fields }: Selection): ListOptions {
  const tooLarge = complaintAboutSize('labelSelector', labels) || complaintAboutSize('fieldSelector', fields);
  if (tooLarge !== '') return { kind: 'invalid', message: tooLarge };
  return {
    kind: 'options',
    query: {
      ...(namespace !== undefined && { namespace }),
      ...(query.get('labelSelector') && { labels }),
      ...(query.get('fieldSelector') && { fields }),
    },
  };
}

/** More than anybody means, few enough to be tried on every object of a large cluster within a turn of the event loop. */
const maxRequirements = 100;

function complaintAboutSize(name: string, { requirements }: { readonly requirements: readonly unknown[] }): string {
  const count = requirements.length;
  return count <= maxRequirements ? '' : `${name} has ${count} requirements; at most ${maxRequirements} are served`;
}

/** What Go's `strconv.ParseInt` says about a text that is no int64. */
function complaintAbout(text: string | null): string | undefined {
  if (text === null || int64Of(text) !== undefined) return undefined;
  const problem = /^[+-]?\d+$/.test(text) ? 'value out of range' : 'invalid syntax';
  return `strconv.ParseInt: parsing ${goQuote(text)}: ${problem}`;
}
