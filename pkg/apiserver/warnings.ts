import type { Answer } from './exchange.ts';

/** Of one header value, in bytes. */
const longestValue = 256;

const head = '299 - "';
const tail = '"';
const cut = '...';

/** The answer with further sentences for whoever reads it; kubectl prints each once. */
export function withWarnings(answer: Answer, sentences: readonly string[]): Answer {
  if (sentences.length === 0) return answer;
  return { ...answer, warnings: [...(answer.warnings ?? []), ...sentences] };
}

/**
 * A sentence as the value of a `Warning` header (RFC 7234, 5.5): code 299, no agent, a quoted string of printable ASCII.
 * What is too long is cut, and ends in dots.
 */
export function warningValue(sentence: string): string {
  const pieces = [...sentence.replace(/[\s\p{Cc}]+/gu, ' ').trim()].map(escaped);
  const room = longestValue - head.length - tail.length;
  if (lengthOf(pieces) <= room) return `${head}${pieces.join('')}${tail}`;
  let length = 0;
  const fitting = pieces.slice(0, room).filter((piece) => {
    length += piece.length;
    return length <= room - cut.length;
  });
  return `${head}${fitting.join('')}${cut}${tail}`;
}

const lengthOf = (pieces: readonly string[]): number => pieces.reduce((sum, piece) => sum + piece.length, 0);

/** One character within quotes; whoever cuts between two of these leaves no escape half done. */
function escaped(character: string): string {
  if (character === '"' || character === '\\') return `\\${character}`;
  return /^[\x20-\x7e]$/.test(character) ? character : '?';
}
