import { nearest } from '../nearest.ts';

/** What a subcommand finds around itself; streams, so that it can be tested without a process. */
export interface SubcommandMeans {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Aborts when the user has had enough. */
  readonly signal: AbortSignal;
}

/** Where to print; a terminal has colours and a width. */
export interface OutputStream {
  readonly isTTY?: boolean;
  /** Of a terminal, in characters. */
  readonly columns?: number;
  write(text: string): unknown;
}

/** A word behind the program's name that makes it do something else than serve. */
export interface Subcommand {
  /** Loads what it needs, only then: the server itself must not pay for it. */
  readonly load: () => Promise<RunSubcommand>;
}

/** Runs with the words behind the subcommand's name; returns the exit code. */
export type RunSubcommand = (args: readonly string[], means: SubcommandMeans) => Promise<number>;

/** Subcommands by name. */
export type SubcommandTable = Readonly<Record<string, Subcommand>>;

/** What the first word of a command line asks for. */
export type Choice =
  | { readonly kind: 'subcommand'; readonly subcommand: Subcommand; readonly args: readonly string[] }
  /** It is nearly one. */
  | { readonly kind: 'misspelt'; readonly message: string }
  /** To serve. Words that mean nothing are ignored, as in the reference. */
  | { readonly kind: 'serve' };

/** Looks at the first word only: flags come behind the subcommand's name. */
export function chosenSubcommand([first = '', ...args]: readonly string[], table: SubcommandTable): Choice {
  const subcommand = Object.hasOwn(table, first) ? table[first] : undefined;
  if (subcommand !== undefined) return { kind: 'subcommand', subcommand, args };
  const meant = first.startsWith('-') ? undefined : nearest(first, Object.keys(table));
  if (meant === undefined) return { kind: 'serve' };
  return { kind: 'misspelt', message: `there is no command "${first}"; did you mean ${meant}?` };
}

/** The subcommands for `--help`, a line each. */
export const subcommandLines = (summaries: Readonly<Record<string, string>>): string =>
  Object.entries(summaries)
    .map(([name, summary]) => `  metrics-server ${name.padEnd(10)} ${summary}`)
    .join('\n');
