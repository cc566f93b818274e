import type { Labels } from './cluster.ts';

/** One term: `app in (a,b)`. */
export interface LabelRequirement {
  readonly key: string;
  readonly operator: LabelOperator;
  /** Sorted, without repetition. One for `=`, `==`, `!=`, `gt` and `lt`; none for `exists` and `!`. */
  readonly values: readonly string[];
}

/** Operators in the spelling of Kubernetes' `selection.Operator`. */
export type LabelOperator = 'in' | 'notin' | '=' | '==' | '!=' | 'gt' | 'lt' | 'exists' | '!';

type Test = (labels: Labels) => boolean;

/** Whether an object's labels satisfy the requirement; an absent label satisfies `!`, `!=` and `notin`. */
export function testOf({ key, operator, values }: LabelRequirement): Test {
  const valueOf = (labels: Labels): string | undefined => (Object.hasOwn(labels, key) ? labels[key] : undefined);
  const has = (labels: Labels): boolean => valueOf(labels) !== undefined;
  const wanted = new Set(values);
  const hasOneOf = (labels: Labels): boolean => {
    const value = valueOf(labels);
    return value !== undefined && wanted.has(value);
  };

  switch (operator) {
    case 'in':
    case '=':
    case '==':
      return hasOneOf;
    case 'notin':
    case '!=':
      return (labels) => !hasOneOf(labels);
    case 'exists':
      return has;
    case '!':
      return (labels) => !has(labels);
    case 'gt':
      return (labels) => compares(valueOf(labels), values[0], (mine, theirs) => mine > theirs);
    case 'lt':
      return (labels) => compares(valueOf(labels), values[0], (mine, theirs) => mine < theirs);
    default:
      return operator satisfies never;
  }
}

function compares(
  mine: string | undefined,
  theirs: string | undefined,
  holds: (mine: bigint, theirs: bigint) => boolean,
): boolean {
  const [left, right] = [int64Of(mine ?? ''), int64Of(theirs ?? '')];
  return left !== undefined && right !== undefined && holds(left, right);
}

/** The number that `text` spells in decimal digits; undefined where Go's ParseInt of 64 bits would refuse it. */
export function int64Of(text: string): bigint | undefined {
  if (!/^[+-]?\d+$/.test(text)) return undefined;
  const digits = text.replace(/^[+-]?0*/, '');
  // An int64 has 19 digits at most; a long text of them must not be turned into a number.
  if (digits.length > 19) return undefined;
  const value = BigInt(text.startsWith('-') ? `-${digits || '0'}` : digits);
  return BigInt.asIntN(64, value) === value ? value : undefined;
}

/** The requirement as kubectl prints it again. */
export function textOf({ key, operator, values }: LabelRequirement): string {
  switch (operator) {
    case 'exists':
      return key;
    case '!':
      return `!${key}`;
    case 'in':
    case 'notin':
      return `${key} ${operator} (${values.join(',')})`;
    case 'gt':
      return `${key}>${values.join(',')}`;
    case 'lt':
      return `${key}<${values.join(',')}`;
    default:
      return `${key}${operator}${values.join(',')}`;
  }
}
