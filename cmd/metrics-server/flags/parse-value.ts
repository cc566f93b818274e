import { isIP } from 'node:net';
import { parseDuration } from '../../../pkg/model/duration.ts';
import { parseLabelSelector } from '../../../pkg/model/label-selector.ts';
import type { Flag } from './flag.ts';
import { listEntries } from './list-entries.ts';
import { type Parsed, problem, value } from './parsed.ts';

/** Turns the texts of one flag, in the order given (at least one), into its value. */
export function parseValue(flag: Flag, texts: readonly string[]): Parsed {
  const text = texts.at(-1) ?? '';
  switch (flag.kind) {
    case 'list':
      return value(listEntries(texts));
    case 'other':
      return flag.parse(texts);
    case 'integer':
      return parseInteger(text, flag.min, flag.max);
    case 'decimal':
      return parseDecimal(text, flag.min, flag.max);
    case 'duration':
      return parseMilliseconds(text, flag.minMs ?? Number.NEGATIVE_INFINITY);
    default:
      return parseWord(flag, text);
  }
}

type WordFlag = Extract<Flag, { kind: 'text' | 'switch' | 'choice' | 'address' | 'label-selector' }>;

function parseWord(flag: WordFlag, text: string): Parsed {
  switch (flag.kind) {
    case 'text':
      return value(text);
    case 'switch':
      return parseSwitch(text);
    case 'choice':
      return parseChoice(text, flag.choices);
    case 'address':
      return parseAddress(text === '' ? flag.default : text);
    case 'label-selector':
      return parseSelector(text);
    default:
      return flag satisfies never;
  }
}

const truths = ['1', 't', 'T', 'true', 'TRUE', 'True'];
const lies = ['0', 'f', 'F', 'false', 'FALSE', 'False'];

/** The words Go takes for booleans. */
function parseSwitch(text: string): Parsed {
  if (truths.includes(text)) return value(true);
  if (lies.includes(text)) return value(false);
  return problem(`must be true or false, got "${text}"`);
}

function parseChoice(text: string, choices: readonly string[]): Parsed {
  return choices.includes(text)
    ? value(text)
    : problem(`must be one of ${choices.filter(Boolean).join(', ')}, got "${text}"`);
}

function parseAddress(text: string): Parsed {
  if (text === '') return value(text);
  return isIP(text) === 0 ? problem(`must be an IP address such as 0.0.0.0 or ::, got "${text}"`) : value(text);
}

function parseInteger(text: string, min: number, max: number): Parsed {
  const number = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (number >= min && number <= max) return value(number);
  return problem(`must be a whole number from ${min} to ${max}, got "${text}"`);
}

function parseDecimal(text: string, min: number, max: number): Parsed {
  const number = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
  if (number >= min && number <= max) return value(number);
  const range = max === Number.MAX_VALUE ? `of at least ${min}` : `from ${min} to ${max}`;
  return problem(`must be a number ${range}, got "${text}"`);
}

function parseMilliseconds(text: string, minMs: number): Parsed {
  const parsed = parseDuration(text);
  if (parsed.kind === 'invalid') return problem(`must be a duration such as 500ms, 15s or 1m30s, got "${text}"`);
  const ms = parsed.ns / 1e6;
  if (ms >= minMs) return value(ms);
  return problem(
    minMs > 1
      ? `must be at least ${minMs / 1000}s, got ${text}`
      : `must ${minMs > 0 ? 'be more than 0s' : 'not be negative'}, got ${text}`,
  );
}

function parseSelector(text: string): Parsed {
  if (text.trim() === '') return value(undefined);
  const parsed = parseLabelSelector(text.trim());
  return parsed.kind === 'selector' ? value(parsed.selector) : problem(`is not a label selector: ${parsed.message}`);
}
