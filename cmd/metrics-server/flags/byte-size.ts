import { parseQuantity } from '../../../pkg/model/quantity.ts';
import { type Parsed, problem, value } from './parsed.ts';

const smallest = 2 ** 20;
const largest = 2 ** 40;

/** An amount of memory as Kubernetes writes it: `256Mi`, `1Gi`, `500M`. */
export function parseByteSize(texts: readonly string[]): Parsed<number> {
  const text = texts.at(-1) ?? '';
  const parsed = parseQuantity(text);
  if (parsed.kind === 'invalid') return problem(`must be an amount of memory such as 256Mi, got "${text}"`);
  const bytes = Number(parsed.quantity.nanos / 1_000_000_000n);
  if (bytes >= smallest && bytes <= largest) return value(bytes);
  return problem(`must be between 1Mi and 1Ti, got "${text}"`);
}
