import yargs from 'yargs';
import { splitCommandLine } from '../command-line.ts';
import type { Flag, FlagSection, ValuesOf } from '../flags/flag.ts';
import { parseValue } from '../flags/parse-value.ts';

/** How a subcommand describes itself. */
export interface SubcommandDescription<Flags extends FlagSection> {
  /** `doctor`. */
  readonly name: string;
  /** What stands behind the name: `[flags]`. */
  readonly usage: string;
  /** A paragraph or two. */
  readonly about: string;
  readonly flags: Flags;
  /** Command lines, each with what it is for. */
  readonly examples: readonly (readonly [command: string, purpose: string])[];
  readonly epilogue: string;
}

/** What the words behind a subcommand's name mean. */
export type SubcommandOptions<Flags extends FlagSection> =
  | { readonly kind: 'run'; readonly options: ValuesOf<Flags>; readonly words: readonly string[] }
  | { readonly kind: 'help'; readonly text: string }
  /** Everything that is wrong with them, one sentence each. */
  | { readonly kind: 'problems'; readonly problems: readonly string[] };

/** Flags that every subcommand has. */
export const commonFlags = {
  help: { kind: 'switch', default: false, alias: 'h', help: 'Print this help and exit.' },
} as const satisfies FlagSection;

/** Reads the words behind a subcommand's name, by the same rules as the flags of the server. */
export async function parseSubcommand<const Flags extends FlagSection>(
  description: SubcommandDescription<Flags>,
  args: readonly string[],
): Promise<SubcommandOptions<Flags>> {
  const known = { ...description.flags, ...commonFlags };
  const line = splitCommandLine(args, known);
  const texts = textsByFlag(line.flags);
  if (texts.get('help')?.at(-1) === 'true') return { kind: 'help', text: await subcommandHelp(description) };
  const values = new Map<string, unknown>();
  const problems = [...line.problems];
  for (const [name, flag] of Object.entries<Flag>(description.flags)) {
    const parsed = parseValue(flag, texts.get(name) ?? [String(flag.default)]);
    if (parsed.kind === 'value') values.set(name, parsed.value);
    else problems.push(`--${name} ${parsed.message}`);
  }
  if (problems.length > 0) return { kind: 'problems', problems };
  // Every flag of the table has its value now: that is what the type says.
  return { kind: 'run', options: Object.fromEntries(values) as ValuesOf<Flags>, words: line.words };
}

function textsByFlag(flags: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const texts = new Map<string, string[]>();
  for (const flag of flags) {
    const [, name = '', text = ''] = /^--([^=]*)=(.*)$/s.exec(flag) ?? [];
    texts.set(name, [...(texts.get(name) ?? []), text]);
  }
  return texts;
}

/** The columns `--help` is laid out for. */
const helpWidth = 100;

const shownTypes = {
  switch: 'boolean',
  list: 'array',
  integer: 'number',
  decimal: 'number',
} as const;

/** `--help` of a subcommand. */
export function subcommandHelp<Flags extends FlagSection>(description: SubcommandDescription<Flags>): Promise<string> {
  const { name, usage, about, flags, examples, epilogue } = description;
  const described = yargs([])
    .scriptName(`metrics-server ${name}`)
    .usage(`$0 ${usage}\n\n${about}`)
    .epilogue(epilogue)
    .wrap(helpWidth)
    .help(false)
    .version(false)
    .exitProcess(false);
  for (const [flagName, flag] of Object.entries<Flag>({ ...flags, ...commonFlags })) {
    const byKind: Readonly<Record<string, 'boolean' | 'array' | 'number'>> = shownTypes;
    described.option(flagName, {
      type: byKind[flag.kind] ?? 'string',
      description: flag.kind === 'choice' ? `${flag.help} One of: ${flag.choices.join(', ')}.` : flag.help,
      ...(String(flag.default) !== '' && flag.kind !== 'switch' && { defaultDescription: String(flag.default) }),
      ...(flag.alias !== undefined && { alias: flag.alias }),
    });
  }
  return described.example(examples.map(([command, purpose]) => [command, purpose])).getHelp();
}
