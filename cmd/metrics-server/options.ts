import yargs from 'yargs';
import { crossChecks } from './cross-checks.ts';
import type { Flag } from './flags/flag.ts';
import { parseValue } from './flags/parse-value.ts';
import { allFlags, type Options, sections } from './flags/sections.ts';
import { nearest } from './nearest.ts';

/** What a command line means. */
export type ParsedOptions =
  | { readonly kind: 'run'; readonly options: Options; readonly given: ReadonlySet<string> }
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'version' }
  /** Everything that is wrong with it, one sentence each. */
  | { readonly kind: 'problems'; readonly problems: readonly string[] };

type FlagName = keyof typeof allFlags;

/** Parses a command line (without program name). `--help` and `--version` win over everything, as in the reference. */
export async function parseOptions(args: readonly string[]): Promise<ParsedOptions> {
  const texts = await readTexts(args);
  if (asks(texts, 'help')) return { kind: 'help', text: await helpText() };
  if (asks(texts, 'version')) return { kind: 'version' };

  const problems = texts.unknown.map(describeUnknown);
  const values = new Map<string, unknown>();
  for (const [name, flag] of Object.entries(allFlags)) {
    const given = texts.byFlag.get(name);
    const parsed = parseValue(flag, given ?? [String(flag.default)]);
    if (parsed.kind === 'problem') problems.push(`--${name} ${parsed.message}`);
    else values.set(name, parsed.value);
  }
  if (problems.length === 0) {
    const options = Object.fromEntries(values) as Options;
    problems.push(...crossChecks(options));
    if (problems.length === 0) return { kind: 'run', options, given: new Set(texts.byFlag.keys()) };
  }
  return { kind: 'problems', problems };
}

/** The texts given for each flag, and what is no flag of ours. */
interface FlagTexts {
  readonly byFlag: ReadonlyMap<string, readonly string[]>;
  readonly unknown: readonly string[];
}

const asks = ({ byFlag }: FlagTexts, name: FlagName): boolean => {
  const parsed = parseValue(allFlags[name], byFlag.get(name) ?? ['false']);
  return parsed.kind === 'value' && parsed.value === true;
};

/**
 * Lets yargs split the command line into flags and texts, and nothing more: its own conversions turn a misspelt boolean
 * into false and a misspelt number into NaN, where we want to say what was wrong.
 */
async function readTexts(args: readonly string[]): Promise<FlagTexts> {
  const parsed = await parser(() => 'string').parseAsync(args.map(explicitSwitch));
  const byFlag = new Map<string, readonly string[]>();
  const unknown = parsed._.map(String);
  for (const [key, value] of Object.entries(parsed)) {
    if (key === '_' || key === '$0') continue;
    const texts = (Array.isArray(value) ? value : [value]).map(String);
    if (key in allFlags) byFlag.set(key, texts);
    else unknown.push(key.length === 1 ? `-${key}` : `--${key}`);
  }
  return { byFlag, unknown };
}

/** `--flag` as `--flag=true`, so that a switch never swallows the word after it. */
function explicitSwitch(arg: string): string {
  const name = /^--([a-z-]+)$/.exec(arg)?.[1] ?? /^-([a-z])$/.exec(arg)?.[1];
  const isSwitch = Object.entries(allFlags).some(
    ([flagName, flag]) => flag.kind === 'switch' && (flagName === name || ('alias' in flag && flag.alias === name)),
  );
  return isSwitch ? `${arg}=true` : arg;
}

function describeUnknown(argument: string): string {
  if (!argument.startsWith('-')) return `unexpected argument "${argument}": every option starts with --`;
  const closest = nearest(argument.replace(/^-+/, ''), Object.keys(allFlags));
  const hint = closest === undefined ? 'see --help' : `did you mean --${closest}?`;
  return `unknown flag ${argument}: ${hint}`;
}

/** The columns `--help` is laid out for. */
const helpWidth = 120;

/** `--help`, section by section. */
export function helpText(): Promise<string> {
  return parser((flag) => shownTypes[flag.kind]).getHelp();
}

const shownTypes = {
  text: 'string',
  switch: 'boolean',
  integer: 'number',
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
