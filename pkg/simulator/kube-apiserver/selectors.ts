import type { Labels } from '../../model/cluster.ts';
import type { KubernetesObject } from './object-store.ts';

/** Which objects a list or a watch is about. */
export type Selection = (object: KubernetesObject) => boolean;

/** A selection, or why there is none. */
export type ParsedSelection =
  | { readonly kind: 'selection'; readonly selects: Selection }
  | { readonly kind: 'unreadable'; readonly problem: string };

type LabelTerm = (labels: Labels) => boolean;

/** Fields that can be selected by beside name and namespace, by kind. */
const selectableFields: Readonly<Record<string, readonly string[]>> = {
  Pod: ['spec.nodeName', 'spec.restartPolicy', 'status.phase', 'status.podIP'],
  Node: ['spec.unschedulable'],
  Event: ['involvedObject.kind', 'involvedObject.name', 'involvedObject.namespace', 'reason', 'type'],
  Namespace: ['status.phase'],
  CertificateSigningRequest: ['spec.signerName'],
};

/** Reads both selectors of a request. */
export function parseSelection(query: URLSearchParams, kind: string): ParsedSelection {
  const labelTerms = split(query.get('labelSelector') ?? '', /,(?![^(]*\))/).map(labelTerm);
  const fieldTerms = split(query.get('fieldSelector') ?? '', /,/).map((term) => fieldTerm(term, kind));
  const problem = [...labelTerms, ...fieldTerms].find((term) => typeof term === 'string');
  if (problem !== undefined) return { kind: 'unreadable', problem };

  const labels = labelTerms.filter((term) => typeof term !== 'string');
  const fields = fieldTerms.filter((term) => typeof term !== 'string');
  return {
    kind: 'selection',
    selects: (object) =>
      labels.every((term) => term(object.metadata.labels ?? {})) && fields.every((term) => term(object)),
  };
}

function split(selector: string, separator: RegExp): string[] {
  return selector.trim() === '' ? [] : selector.split(separator).map((term) => term.trim());
}

/** The term as a test of labels, or what is wrong with it. */
function labelTerm(term: string): LabelTerm | string {
  const set = /^(\S+)\s+(in|notin)\s*\(([^()]*)\)$/.exec(term);
  if (set !== null) {
    const [, key = '', operator, list = ''] = set;
    const values = list.split(',').map((value) => value.trim());
    return (labels) => values.includes(labels[key] ?? '\u0000') === (operator === 'in');
  }
  const comparison = /^([\w./-]+)\s*(==?|!=)\s*([\w.-]*)$/.exec(term);
  if (comparison !== null) {
    const [, key = '', operator, value] = comparison;
    return (labels) => (labels[key] === value) === (operator !== '!=');
  }
  const existence = /^(!?)\s*([\w./-]+)$/.exec(term);
  if (existence === null) return `unable to parse requirement: found '${term}'`;
  const [, negation, key = ''] = existence;
  return (labels) => key in labels === (negation === '');
}

function fieldTerm(term: string, kind: string): Selection | string {
  const parts = /^([^=!]+)(==?|!=)(.*)$/.exec(term);
  if (parts === null) return `invalid field selector: can't understand '${term}'`;
  const [, field = '', operator, value] = parts;
  const known = ['metadata.name', 'metadata.namespace', ...(selectableFields[kind] ?? [])];
  if (!known.includes(field)) return `field label not supported: ${field}`;
  return (object) => (fieldOf(object, field) === value) === (operator !== '!=');
}

function fieldOf(object: KubernetesObject, field: string): string {
  let found: unknown = object;
  for (const step of field.split('.')) found = isRecord(found) ? found[step] : undefined;
  return found === undefined || found === null ? '' : String(found);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
