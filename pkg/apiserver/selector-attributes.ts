import { type FieldRequirement, parseAnyFieldSelector } from '../model/field-selector.ts';
import type { LabelRequirement } from '../model/label-requirement.ts';
import { parseLabelSelector } from '../model/label-selector.ts';
import type { SelectorRequirement } from '../model/user.ts';

/** What a request is narrowed to, as reviewers are told. */
export interface SelectorAttributes {
  readonly fieldSelector?: readonly SelectorRequirement[];
  readonly labelSelector?: readonly SelectorRequirement[];
}

/** No reviewer is told of a longer selector, in characters; they judge the whole list then. */
export const maxSelectorLength = 10_000;

/**
 * The requirements of a request's selectors. What cannot be read, or not be said in a review, is left out: selectors only
 * narrow, so whoever may see more than was asked for may see what was.
 */
export function selectorAttributes(query: URLSearchParams): SelectorAttributes {
  const fields = fieldRequirements(query.get('fieldSelector') ?? '');
  const labels = labelRequirements(query.get('labelSelector') ?? '');
  return {
    ...(fields.length > 0 && { fieldSelector: fields }),
    ...(labels.length > 0 && { labelSelector: labels }),
  };
}

function fieldRequirements(text: string): readonly SelectorRequirement[] {
  if (text === '' || text.length > maxSelectorLength) return [];
  const result = parseAnyFieldSelector(text);
  return result.kind === 'invalid' ? [] : result.selector.requirements.map(ofField);
}

function labelRequirements(text: string): readonly SelectorRequirement[] {
  if (text === '' || text.length > maxSelectorLength) return [];
  const result = parseLabelSelector(text);
  return result.kind === 'invalid' ? [] : result.selector.requirements.flatMap(ofLabel);
}

const ofField = ({ field, operator, value }: FieldRequirement): SelectorRequirement => ({
  key: field,
  operator: operator === '=' ? 'In' : 'NotIn',
  values: [value],
});

function ofLabel({ key, operator, values }: LabelRequirement): readonly SelectorRequirement[] {
  switch (operator) {
    case 'in':
    case '=':
    case '==':
      return [{ key, operator: 'In', values }];
    case 'notin':
    case '!=':
      return [{ key, operator: 'NotIn', values }];
    case 'exists':
      return [{ key, operator: 'Exists' }];
    case '!':
      return [{ key, operator: 'DoesNotExist' }];
    case 'gt':
    case 'lt':
      return []; // Reviews have no words for them.
    default:
      return operator satisfies never;
  }
}
