import type { Labels } from './cluster.ts';
import { goQuote } from './go-quote.ts';
import { int64Of, type LabelOperator, type LabelRequirement, testOf, textOf } from './label-requirement.ts';
import { problemsOfLabelKey, problemsOfLabelValue } from './label-validation.ts';

/** A parsed label selector. */
export interface LabelSelector {
  /** Sorted by key; all of them must hold. */
  readonly requirements: readonly LabelRequirement[];
  matches(labels: Labels): boolean;
  /** The canonical text, as kubectl prints it again. */
  toString(): string;
}

/** What a text turned out to be. */
export type LabelSelectorResult =
  | { readonly kind: 'selector'; readonly selector: LabelSelector }
  /** `message` is what Kubernetes' own parser says. */
  | { readonly kind: 'invalid'; readonly message: string };

/** Reads a label selector with the grammar, the checks and the error texts of Kubernetes; the empty text selects all. */
export function parseLabelSelector(text: string): LabelSelectorResult {
  try {
    return { kind: 'selector', selector: labelSelector(new Parser(text).requirements()) };
  } catch (error) {
    if (error instanceof Refusal) return { kind: 'invalid', message: error.message };
    throw error;
  }
}

function labelSelector(requirements: readonly LabelRequirement[]): LabelSelector {
  const sorted = requirements.toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  const tests = sorted.map(testOf);
  return {
    requirements: sorted,
    matches: (labels) => tests.every((test) => test(labels)),
    toString: () => sorted.map(textOf).join(','),
  };
}

/** Leaves the recursive descent at once; never leaves this file. */
class Refusal extends Error {}

/** `end` is the end of the text. The words in and notin are keys or values too where an operator cannot stand. */
type TokenKind = 'symbol' | 'word' | 'end';

interface Token {
  readonly kind: TokenKind;
  readonly text: string;
}

const end: Token = { kind: 'end', text: '' };

/** Operators that stand between a key and its values, as they are written. */
const binary = new Map<string, LabelOperator>([
  ['in', 'in'],
  ['notin', 'notin'],
  ['=', '='],
  ['==', '=='],
  ['!=', '!='],
  ['>', 'gt'],
  ['<', 'lt'],
]);

function tokensOf(text: string): readonly Token[] {
  const tokens = text.matchAll(/(==|!=|[=!(),<>])|[^=!(),<> \t\r\n]+/g);
  return tokens
    .map(([token, symbol]): Token => ({ kind: symbol === undefined ? 'word' : 'symbol', text: token }))
    .toArray();
}

class Parser {
  readonly #tokens: readonly Token[];
  #position = 0;

  constructor(text: string) {
    this.#tokens = tokensOf(text);
  }

  requirements(): readonly LabelRequirement[] {
    const requirements: LabelRequirement[] = [];
    if (this.#peek().kind === 'end') return requirements;
    if (!this.#startsRequirement()) refuse(`found '${this.#peek().text}', expected: !, identifier, or 'end of string'`);
    for (;;) {
      requirements.push(this.#requirement());
      const separator = this.#take();
      if (separator.kind === 'end') return requirements;
      if (separator.text !== ',') refuse(`found '${separator.text}', expected: ',' or 'end of string'`);
      if (!this.#startsRequirement()) refuse(`found '${this.#peek().text}', expected: identifier after ','`);
    }
  }

  #startsRequirement(): boolean {
    const { kind, text } = this.#peek();
    return kind === 'word' || text === '!';
  }

  #requirement(): LabelRequirement {
    const absent = this.#peek().text === '!';
    if (absent) this.#take();
    const key = this.#key();
    if (absent) return { key, operator: '!', values: [] };
    if (this.#isAt(',') || this.#isAt('')) return { key, operator: 'exists', values: [] };

    const operator = this.#operator();
    const values = operator === 'in' || operator === 'notin' ? this.#valueSet() : this.#singleValue();
    return checked({ key, operator, values: [...new Set(values)].sort() });
  }

  #key(): string {
    const { kind, text } = this.#take();
    if (kind !== 'word') refuseRequirement(`found '${text}', expected: identifier`);
    const problems = problemsOfLabelKey(text);
    if (problems.length > 0) refuseRequirement(`<nil>: Invalid value: ${goQuote(text)}: ${problems.join('; ')}`);
    return text;
  }

  #operator(): LabelOperator {
    const { text } = this.#take();
    const operator = binary.get(text);
    return operator ?? refuseRequirement(`found '${text}', expected: in, notin, =, ==, !=, gt, lt`);
  }

  #singleValue(): readonly string[] {
    if (this.#isAt(',') || this.#isAt('')) return [''];
    const { kind, text } = this.#take();
    if (kind !== 'word') refuseRequirement(`found '${text}', expected: identifier`);
    return [text];
  }

  /** `(a,b)`. A missing value is an empty one: `()` and `(a,)` hold the empty text. */
  #valueSet(): readonly string[] {
    const open = this.#take();
    if (open.text !== '(') refuseRequirement(`found '${open.text}' expected: '('`);
    const first = this.#peek();
    if (first.kind === 'end' || (first.kind === 'symbol' && first.text !== ',' && first.text !== ')')) {
      refuseRequirement(`found '${first.text}', expected: ',', ')' or identifier`);
    }
    const values: string[] = [];
    for (;;) {
      values.push(this.#setMember());
      const separator = this.#take();
      if (separator.text === ')') return values;
    }
  }

  /** One value of a set, up to the comma or parenthesis behind it. */
  #setMember(): string {
    if (this.#isAt(',') || this.#isAt(')')) return '';
    const { kind, text } = this.#take();
    if (kind !== 'word') refuseRequirement(`found '${text}', expected: ',', or identifier`);
    if (!this.#isAt(',') && !this.#isAt(')')) refuseRequirement(`found '${this.#peek().text}', expected: ',' or ')'`);
    return text;
  }

  #isAt(text: string): boolean {
    return this.#peek().text === text;
  }

  #peek(): Token {
    return this.#tokens[this.#position] ?? end;
  }

  #take(): Token {
    const token = this.#peek();
    this.#position++;
    return token;
  }
}

function checked(requirement: LabelRequirement): LabelRequirement {
  const { key, operator, values } = requirement;
  const numeric = operator === 'gt' || operator === 'lt';
  const notNumbers = values.flatMap((value, index) =>
    numeric && int64Of(value) === undefined
      ? [`values[${index}]: Invalid value: ${goQuote(value)}: for 'Gt', 'Lt' operators, the value must be an integer`]
      : [],
  );
  const notValues = values.flatMap((value, index) => {
    const problems = problemsOfLabelValue(value);
    return problems.length === 0
      ? []
      : [`values[${index}][${key}]: Invalid value: ${goQuote(value)}: ${problems.join('; ')}`];
  });
  const problems = [...notNumbers, ...notValues];
  if (problems.length === 0) return requirement;
  return refuseRequirement(problems.length === 1 ? (problems[0] ?? '') : `[${problems.join(', ')}]`);
}

function refuse(message: string): never {
  throw new Refusal(message);
}

function refuseRequirement(message: string): never {
  throw new Refusal(`unable to parse requirement: ${message}`);
}
