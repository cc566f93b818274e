/** The labels of one series that say which container it speaks of, and where the line goes on. */
export interface ContainerLabels {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  /** Index just behind the closing brace. */
  readonly end: number;
}

/**
 * Reads a label set in Prometheus' text format: labels in any order, blanks between them, a comma at the end, `\\`, `\"`
 * and `\n` in values, labels we do not know. `start` is the index behind the opening brace, `lineEnd` that of the line's
 * end. Undefined where the set is broken, or names no container: a line without an owner is of no use to anybody.
 */
export function parseContainerLabels(text: string, start: number, lineEnd: number): ContainerLabels | undefined {
  const found = { namespace: '', pod: '', container: '' };
  let at = skipBlanks(text, start);
  while (at < lineEnd && text[at] !== '}') {
    const label = parseLabel(text, at, lineEnd);
    if (label === undefined) return undefined;
    if (isWanted(label.name)) found[label.name] = label.value;
    at = skipBlanks(text, label.end);
    if (text[at] === ',') at = skipBlanks(text, at + 1);
    else if (text[at] !== '}') return undefined;
  }
  const named = found.namespace !== '' && found.pod !== '' && found.container !== '';
  return at < lineEnd && named ? { ...found, end: at + 1 } : undefined;
}

const isWanted = (name: string): name is 'namespace' | 'pod' | 'container' =>
  name === 'namespace' || name === 'pod' || name === 'container';

/** Index of the first character at or behind `at` that is neither space nor tab. */
export function skipBlanks(text: string, at: number): number {
  let index = at;
  while (text[index] === ' ' || text[index] === '\t') index++;
  return index;
}

interface Label {
  readonly name: string;
  readonly value: string;
  readonly end: number;
}

const namePattern = /[a-zA-Z_][a-zA-Z0-9_]*/y;

function parseLabel(text: string, start: number, lineEnd: number): Label | undefined {
  namePattern.lastIndex = start;
  const name = namePattern.exec(text)?.[0];
  if (name === undefined) return undefined;
  const equals = skipBlanks(text, start + name.length);
  const quote = skipBlanks(text, equals + 1);
  if (text[equals] !== '=' || text[quote] !== '"') return undefined;
  const close = closingQuote(text, quote + 1, lineEnd);
  if (close < 0) return undefined;
  return { name, value: unescape(text.slice(quote + 1, close)), end: close + 1 };
}

function closingQuote(text: string, start: number, lineEnd: number): number {
  for (let at = start; at < lineEnd; at++) {
    if (text[at] === '"') return at;
    if (text[at] === '\\') at++;
  }
  return -1;
}

/**
 * Unknown escapes stay as they are written, as in Prometheus. What is left between pairs of backslashes begins no pair, so
 * that the others can be undone there one kind after the other, without a call for each.
 */
function unescape(raw: string): string {
  return raw.includes('\\') ? raw.split('\\\\').map(unescapePart).join('\\') : raw;
}

const unescapePart = (part: string): string =>
  part.includes('\\') ? part.replaceAll('\\"', '"').replaceAll('\\n', '\n') : part;
