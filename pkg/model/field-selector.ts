import { goQuote } from './go-quote.ts';

/** A parsed field selector. */
export interface FieldSelector {
  /** In the order of their text, as the reference sorts them. */
  readonly requirements: readonly FieldRequirement[];
  /** Missing fields count as empty, as in the reference. */
  matches(fields: Readonly<Record<string, string>>): boolean;
  toString(): string;
}

/** One term: `metadata.name=x`. */
export interface FieldRequirement {
  readonly field: string;
  readonly operator: '=' | '!=';
  readonly value: string;
}

/** What a text turned out to be. */
export type FieldSelectorResult =
  | { readonly kind: 'selector'; readonly selector: FieldSelector }
  /** `message` is what Kubernetes' own parser says. */
  | Invalid;

interface Invalid {
  readonly kind: 'invalid';
  readonly message: string;
}

/** Reads a field selector over the fields in `known`; the empty text selects all. */
export function parseFieldSelector(text: string, known: readonly string[]): FieldSelectorResult {
  const result = parseAnyFieldSelector(text);
  if (result.kind === 'invalid') return result;
  const unknown = result.selector.requirements.find(({ field }) => !known.includes(field));
  return unknown === undefined ? result : invalid(unknownField(unknown.field, known));
}

/** Reads a field selector whatever fields it names. */
export function parseAnyFieldSelector(text: string): FieldSelectorResult {
  const requirements: FieldRequirement[] = [];
  for (const term of termsOf(text)) {
    const parsed = requirementOf(term, text);
    if ('kind' in parsed) return parsed;
    requirements.push(parsed);
  }
  return { kind: 'selector', selector: fieldSelector(requirements) };
}

/** The value that `field` must have for anything to match, where the selector pins it down. */
export function exactValue(selector: FieldSelector | undefined, field: string): string | undefined {
  return selector?.requirements.find((term) => term.field === field && term.operator === '=')?.value;
}

function fieldSelector(requirements: readonly FieldRequirement[]): FieldSelector {
  return {
    requirements,
    matches: (fields) =>
      requirements.every(({ field, operator, value }) => ((fields[field] ?? '') === value) === (operator === '=')),
    toString: () => requirements.map(({ field, operator, value }) => `${field}${operator}${escaped(value)}`).join(','),
  };
}

/** The parts between unescaped commas, sorted; stray commas leave no part behind. */
function termsOf(text: string): readonly string[] {
  const terms = text.match(/(?:\\[^]|[^\\,]|\\$)+/g) ?? [];
  return terms.toSorted();
}

function requirementOf(term: string, text: string): FieldRequirement | Invalid {
  const operator = /!=|==?/.exec(term);
  if (operator === null) return invalid(`invalid selector: '${text}'; can't understand '${term}'`);
  const value = unescaped(term.slice(operator.index + operator[0].length));
  if (typeof value !== 'string') return value;
  return { field: term.slice(0, operator.index), operator: operator[0] === '!=' ? '!=' : '=', value };
}

/** Backslash, comma and equals sign must be escaped in a value, and nothing else may be. */
function unescaped(value: string): string | Invalid {
  const parts: string[] = [];
  for (const [part] of value.matchAll(/\\[^]?|[=]|[^\\=]+/gu)) {
    if (part === '=') return invalid('invalid field selector: unescaped character in value: 61');
    if (part.startsWith('\\') && !/^\\[\\,=]$/.test(part)) {
      return invalid(`invalid field selector: invalid escape sequence: ${part}`);
    }
    parts.push(part.startsWith('\\') ? part.slice(1) : part);
  }
  return parts.join('');
}

const escaped = (value: string): string => value.replace(/[\\,=]/g, '\\$&');

const unknownField = (field: string, known: readonly string[]): string =>
  `${goQuote(field)} is not a known field selector: only ${known.map(goQuote).join(', ')}`;

const invalid = (message: string): Invalid => ({ kind: 'invalid', message });
