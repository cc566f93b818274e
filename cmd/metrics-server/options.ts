import { isDeepStrictEqual } from 'node:util';
import yargs from 'yargs';
import { splitCommandLine } from './command-line.ts';
import { crossChecks, crossDoubts } from './cross-checks.ts';
import type { Flag } from './flags/flag.ts';
import { parseValue } from './flags/parse-value.ts';
import { type Parsed, problem } from './flags/parsed.ts';
import { allFlags, type Options, sections } from './flags/sections.ts';
import { withSource } from './flags/source.ts';
import { subcommandLines } from './subcommands/subcommand.ts';
import { summaries } from './subcommands/summaries.ts';

/** What a command line means. */
export type ParsedOptions =
  | {
      readonly kind: 'run';
      readonly options: Options;
      /** Words that belong to no flag. */
      readonly ignored: readonly string[];
      /** Flags that were given and do nothing, each with the reason. */
      readonly inert: readonly string[];
      /** What is taken as it is, but was hardly meant so: a sentence each. */
      readonly doubts: readonly string[];
    }
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'version' }
  /** Everything that is wrong with it, one sentence each. */
  | { readonly kind: 'problems'; readonly problems: readonly string[] };

type FlagName = keyof typeof allFlags;

/** Parses a command line (without program name). `--help` and `--version` win over everything, as in the reference. */
export async function parseOptions(args: readonly string[]): Promise<ParsedOptions> {
  const line = splitCommandLine(args);
  const texts = withSource(await textsByFlag(line.flags));
  if (asks(texts, 'help')) return { kind: 'help', text: await helpText() };
  if (asks(texts, 'version')) return { kind: 'version' };

  const reading = readValues(texts);
  const options = Object.fromEntries(reading.values) as Options;
  const problems = [...line.problems, ...reading.problems, ...crossChecks(options, reading.unreadable)];
  if (problems.length > 0) return { kind: 'problems', problems };
  const doubts = [...line.renamed, ...reading.doubts, ...crossDoubts(options)];
  return { kind: 'run', options, ignored: line.words, inert: inertFlags(texts), doubts };
}

interface Reading {
  readonly values: Map<string, unknown>;
  /** Flags without a value, each a problem of its own. */
  readonly unreadable: Set<string>;
  readonly problems: string[];
  readonly doubts: string[];
}

function readValues(texts: Texts): Reading {
  const reading: Reading = { values: new Map(), unreadable: new Set(), problems: [], doubts: [] };
  for (const [name, flag] of Object.entries<Flag>(allFlags)) {
    const parsed = accepted(flag, parseValue(flag, texts.get(name) ?? [String(flag.default)]));
    if (parsed.kind === 'value') reading.values.set(name, parsed.value);
    else {
      reading.unreadable.add(name);
      reading.problems.push(`--${name} ${parsed.message}`);
    }
    if (parsed.kind === 'value' && parsed.warning !== undefined) reading.doubts.push(`--${name} ${parsed.warning}`);
  }
  return reading;
}

/** A flag that refuses every value but its default has a problem with any other. */
function accepted(flag: Flag, parsed: Parsed): Parsed {
  if (flag.refused === undefined || parsed.kind === 'problem') return parsed;
  const usual = parseValue(flag, [String(flag.default)]);
  if (usual.kind === 'value' && isDeepStrictEqual(usual.value, parsed.value)) return parsed;
  return problem(`must be left out: ${flag.refused}`);
}

function inertFlags(texts: Texts): string[] {
  return Object.entries<Flag>(allFlags)
    .filter(([name, { inert }]) => inert !== undefined && texts.has(name))
    .map(([name, { inert }]) => `--${name}: ${inert}`);
}

/** The texts given for each flag, in order. */
type Texts = ReadonlyMap<string, readonly string[]>;

const asks = (texts: Texts, name: FlagName): boolean => {
  const parsed = parseValue(allFlags[name], texts.get(name) ?? ['false']);
  return parsed.kind === 'value' && parsed.value === true;
};

/**
 * Lets yargs gather what was given for each flag, and nothing more: its own conversions turn a misspelt boolean into
 * false and a misspelt number into NaN, where we want to say what was wrong.
 */
async function textsByFlag(flags: readonly string[]): Promise<Texts> {
  const parsed = await parser(() => 'string').parseAsync(flags.map(quoted));
  return new Map(
    Object.entries(parsed)
      .filter(([name]) => Object.hasOwn(allFlags, name))
      .map(([name, texts]) => [name, (Array.isArray(texts) ? texts : [texts]).map(String)]),
  );
}

/** yargs takes one pair of quotes off a value: this pair, so that those of the user stay. */
const quoted = (flag: string): string => flag.replace(/=(.*)$/s, `='$1'`);

/** The columns `--help` is laid out for. */
const helpWidth = 120;

/** `--help`, section by section. */
export function helpText(): Promise<string> {
  return parser((flag) => (flag.kind === 'other' ? flag.shown : shownTypes[flag.kind])).getHelp();
}

const shownTypes = {
  text: 'string',
  switch: 'boolean',
  integer: 'number',
  decimal: 'number',
  duration: 'string',
  list: 'array',
  choice: 'string',
  address: 'string',
  'label-selector': 'string',
} as const;

function parser(typeOf: (flag: Flag) => 'string' | 'boolean' | 'number' | 'array') {
  const described = yargs([])
    .scriptName('metrics-server')
    .usage(
      '$0 [flags]\n\nServes metrics.k8s.io from what kubelets measure, for kubectl top and the HorizontalPodAutoscaler.\n\n' +
        `Beside serving (each has a --help of its own):\n${subcommandLines(summaries)}`,
    )
    .epilogue('Every flag can be written --flag=value or --flag value. Durations are written 500ms, 15s, 1m30s.')
    .wrap(helpWidth)
    .help(false)
    .version(false)
    .exitProcess(false)
    .parserConfiguration({
      'camel-case-expansion': false,
      'dot-notation': false,
      'boolean-negation': false,
      'parse-numbers': false,
      'parse-positional-numbers': false,
      'strip-aliased': true,
    });
  for (const [title, flags] of Object.entries(sections)) {
    for (const [name, flag] of Object.entries<Flag>(flags)) {
      described.option(name, {
        group: `${title}:`,
        type: typeOf(flag),
        description: description(flag),
        defaultDescription: defaultText(flag.default),
        ...(flag.alias !== undefined && { alias: flag.alias }),
      });
    }
  }
  return described;
}

function description(flag: Flag): string {
  const { help, inert, refused } = flag;
  if (refused !== undefined) return `${help} Only the default is accepted: ${refused}.`;
  if (inert !== undefined) return `${help} Accepted for compatibility, without effect: ${inert}.`;
  return flag.kind === 'choice' ? `${help} One of: ${flag.choices.filter(Boolean).join(', ')}.` : help;
}

function defaultText(value: string | boolean | number | readonly string[]): string {
  const text = String(value);
  return text === '' ? '""' : text;
}
