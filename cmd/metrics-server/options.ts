import yargs from 'yargs';
import { splitCommandLine } from './command-line.ts';
import { crossChecks } from './cross-checks.ts';
import type { Flag } from './flags/flag.ts';
import { parseValue } from './flags/parse-value.ts';
import { allFlags, type Options, sections } from './flags/sections.ts';

/** What a command line means. */
export type ParsedOptions =
  /** `ignored`: words that belong to no flag. */
  | { readonly kind: 'run'; readonly options: Options; readonly ignored: readonly string[] }
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'version' }
  /** Everything that is wrong with it, one sentence each. */
  | { readonly kind: 'problems'; readonly problems: readonly string[] };

type FlagName = keyof typeof allFlags;

/** Parses a command line (without program name). `--help` and `--version` win over everything, as in the reference. */
export async function parseOptions(args: readonly string[]): Promise<ParsedOptions> {
  const line = splitCommandLine(args);
  const texts = await textsByFlag(line.flags);
  if (asks(texts, 'help')) return { kind: 'help', text: await helpText() };
  if (asks(texts, 'version')) return { kind: 'version' };

  const problems = [...line.problems];
  const values = new Map<string, unknown>();
  const unreadable = new Set<string>();
  for (const [name, flag] of Object.entries(allFlags)) {
    const parsed = parseValue(flag, texts.get(name) ?? [String(flag.default)]);
    if (parsed.kind === 'value') values.set(name, parsed.value);
    else {
      unreadable.add(name);
      problems.push(`--${name} ${parsed.message}`);
    }
  }
  const options = Object.fromEntries(values) as Options;
  problems.push(...crossChecks(options, unreadable));
  return problems.length === 0 ? { kind: 'run', options, ignored: line.words } : { kind: 'problems', problems };
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
      '$0 [flags]\n\nServes metrics.k8s.io from what kubelets measure, for kubectl top and the HorizontalPodAutoscaler.',
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
    for (const [name, flag] of Object.entries(flags)) {
      described.option(name, {
        group: `${title}:`,
        type: typeOf(flag),
        description: flag.help,
        defaultDescription: defaultText(flag.default),
        ...('alias' in flag ? { alias: flag.alias } : {}),
        ...('choices' in flag ? { description: `${flag.help} One of: ${flag.choices.join(', ')}.` } : {}),
      });
    }
  }
  return described;
}

function defaultText(value: string | boolean | number | readonly string[]): string {
  const text = String(value);
  return text === '' ? '""' : text;
}
